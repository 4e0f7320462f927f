import { describe, expect, test } from 'vitest';
import { TASKS, taskEntry } from './tasks.ts';

describe('a task', () => {
  test.each(TASKS)('is found by its name: $name', (entry) => {
    expect(taskEntry(entry.name)).toBe(entry);
    const task = entry.open(entry.parameters({}));
    expect(task.name).toBe(entry.name);
    // What was not given it fills in, and opened from that it is the same again.
    expect(task.parameters).toMatchObject(entry.parameters({}));
    expect(entry.open(task.parameters).parameters).toEqual(task.parameters);
  });

  test.each(TASKS)('is of the size wanted: $name', ({ parameters, open }) => {
    for (const size of [8, 16, 64]) expect(open(parameters({ size })).sizeMax).toBe(size);
  });

  test('has a name of its own, a summary and a syntax', () => {
    expect(new Set(TASKS.map(({ name }) => name)).size).toBe(TASKS.length);
    for (const { summary, syntax } of TASKS) expect(summary.length * syntax.length).toBeGreaterThan(0);
  });

  test.each(TASKS)('is asked as its syntax says: $name', ({ syntax, parameters, open }) => {
    const task = open(parameters({}));
    for (const form of syntax.split(' | ')) {
      const typed = form
        .replace('[a b c …]', '[1 2 0]')
        .replace(/[KXIB]/g, '1')
        .replace(/[AN]/g, '0');
      expect(task.level(task.parse(typed)), typed).toBeGreaterThanOrEqual(1);
    }
  });

  test.each(TASKS)('without parameters, as from a damaged file, is refused: $name', ({ open }) => {
    expect(() => open({})).toThrow(expect.objectContaining({ code: 'invalid' }));
  });

  test.each(TASKS)('is learned by whole numbers of contexts and steps: $name', ({ learning }) => {
    for (const number of [learning.contexts, learning.averageHorizon, learning.steps])
      expect(Number.isInteger(number) && number >= 1).toBe(true);
  });

  test.each(TASKS)(
    'is learned level by level if it has levels, else lets «unknown» spread: $name',
    ({ learning, parameters, open }) => {
      const { levels } = open(parameters({}));
      expect(learning.byLevel).toBe(levels > 1);
      expect(learning.learnsUnknown).toBe(levels === 1);
    },
  );

  test('takes the rounds wanted, where they do not follow from the question', () => {
    for (const { parameters, open } of TASKS) {
      const wanted = open(parameters({ size: 8, rounds: 9 }));
      const follow = !('rounds' in open(parameters({ size: 8 })).parameters);
      if (follow) expect(wanted.parameters).toEqual(open(parameters({ size: 8 })).parameters);
      else expect([wanted.parameters.rounds, wanted.encoding.roundsAt(wanted.levels)]).toEqual([9, 9]);
    }
  });

  test.each([
    ['sequential-assignments', { variables: 8, values: 6, table: 7, depth: 3 }],
    ['shortest-path', { vertices: 9, rounds: 5 }],
    ['union-find', { variables: 9, values: 5, rounds: 4 }],
  ])('%s is opened again with all its parameters', (name, parameters) => {
    expect(taskEntry(name).open(parameters).parameters).toEqual(parameters);
  });

  test.each(['', 'chess', 'toString', 'Permutation-Powering'])(
    'named «%s» is not found, and it is said which there are',
    (name) => {
      expect(() => taskEntry(name)).toThrow(
        expect.objectContaining({
          code: 'not-found',
          message: `task «${name}»: expected one of ${TASKS.map((task) => task.name).join(', ')}`,
        }),
      );
    },
  );
});

describe('permutation powering', () => {
  const { parameters, open } = taskEntry('permutation-powering');

  test('is of the paper’s own size unless told otherwise', () => {
    expect(parameters({})).toEqual({ elements: 64, powers: 64 });
    expect(open(parameters({})).parameters).toEqual({ elements: 64, powers: 64 });
  });

  test.each([
    [7, 16],
    [8, 16],
    [9, 32],
    [16, 32],
    [31, 64],
    [32, 64],
    [64, 64],
    [65, 128],
    [128, 128],
    [1024, 1024],
  ])('of %i elements asks powers below %i', (size, powers) => {
    expect(parameters({ size })).toEqual({ elements: size, powers });
    expect(open(parameters({ size })).levels).toBe(Math.log2(powers));
  });

  test('asks the powers that a person wants', () => {
    expect(parameters({ size: 8, powers: 64 })).toEqual({ elements: 8, powers: 64 });
    expect(parameters({ powers: 16 })).toEqual({ elements: 64, powers: 16 });
  });

  test.each([0, 1, 3, -8, 2.5, 1025, Number.NaN, Number.POSITIVE_INFINITY])(
    'of %d elements is refused with the range, its powers however they follow',
    (size) => {
      expect(() => open(parameters({ size }))).toThrow(
        expect.objectContaining({
          code: 'invalid',
          message: `size: expected an integer from 4 to 1024, got ${size}`,
        }),
      );
    },
  );
});
