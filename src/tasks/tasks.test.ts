import { describe, expect, test } from 'vitest';
import { TASKS, taskEntry } from './tasks.ts';

describe('a task', () => {
  test.each(TASKS)('is found by its name: $name', (entry) => {
    expect(taskEntry(entry.name)).toBe(entry);
    expect(entry.open(entry.parameters({})).name).toBe(entry.name);
    expect(entry.open(entry.parameters({})).parameters).toEqual(entry.parameters({}));
  });

  test('has a name of its own, a summary and a syntax', () => {
    expect(new Set(TASKS.map(({ name }) => name)).size).toBe(TASKS.length);
    for (const { summary, syntax } of TASKS) expect(summary.length * syntax.length).toBeGreaterThan(0);
  });

  test.each(['', 'chess', 'toString', 'Permutation-Powering'])(
    'named «%s» is not found, and it is said which there are',
    (name) => {
      expect(() => taskEntry(name)).toThrow(
        expect.objectContaining({
          code: 'not-found',
          message: `task «${name}»: expected one of permutation-powering`,
        }),
      );
    },
  );
});

describe('permutation powering', () => {
  const { parameters, open } = taskEntry('permutation-powering');

  test('is of the paper’s own size unless told otherwise', () => {
    expect(parameters({})).toEqual({ elements: 64, powers: 64 });
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

  test.each([0, 1, 6, -8, 2.5, 1025, Number.NaN, Number.POSITIVE_INFINITY])(
    'of %d elements is refused with the range, its powers however they follow',
    (size) => {
      expect(() => open(parameters({ size }))).toThrow(
        expect.objectContaining({
          code: 'invalid',
          message: `size: expected an integer from 7 to 1024, got ${size}`,
        }),
      );
    },
  );

  test('without parameters, as from a damaged file, is refused', () => {
    expect(() => open({})).toThrow(expect.objectContaining({ code: 'invalid' }));
  });
});
