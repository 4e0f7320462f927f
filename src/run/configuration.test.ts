import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonical, type Json } from '../base/canonical.ts';
import { stages } from '../iterate/curriculum.ts';
import { transformerWeights } from '../network/transformer.ts';
import { taskEntry } from '../tasks/tasks.ts';
import { type Choices, configure } from './configuration.ts';

const TASK = 'permutation-powering';
const invalid = (message: string) => expect.objectContaining({ code: 'invalid', message });

describe('a configuration', () => {
  const choices: fc.Arbitrary<Choices> = fc.record(
    {
      task: fc.constant(TASK),
      size: fc.integer({ min: 7, max: 128 }),
      powers: fc.integer({ min: 2, max: 10 }).map((digits) => 2 ** digits),
      seed: fc.maxSafeNat(),
      width: fc.integer({ min: 1, max: 16 }).map((sixteens) => 16 * sixteens),
      heads: fc.constantFrom(1, 2, 4, 8),
      optimizer: fc.constantFrom('adam' as const, 'muon' as const),
      replicas: fc.constantFrom(1, 2, 4, 8, 16),
      maxSteps: fc.integer({ min: 1, max: 1_000_000 }),
    },
    { requiredKeys: ['task'] },
  );

  test('is one that can be run: its task opens, its stages exist, its network has a shape', () =>
    fc.assert(
      fc.property(choices, (chosen) => {
        const { parameters, student, training } = configure(chosen);
        const task = taskEntry(TASK).open(parameters);
        const plan = stages(task, training.curriculum);
        expect(plan.at(-1)).toMatchObject({ level: task.levels, size: task.sizeMax, gated: true });
        expect(transformerWeights({ words: task.encoding.words, ...student }).length).toBeGreaterThan(0);
        expect(training.curriculum.contexts % student.replicas).toBe(0);
      }),
      { seed: 1 },
    ));

  test('holds what was chosen, and survives its file', () =>
    fc.assert(
      fc.property(choices, (chosen) => {
        const configuration = configure(chosen);
        expect(JSON.parse(JSON.stringify(configuration))).toEqual(configuration);
        canonical(JSON.parse(JSON.stringify(configuration)) as Json); // it is hashed like that
        expect(configure(chosen)).toEqual(configuration);
        const { seed, width, heads, optimizer, replicas, maxSteps } = chosen;
        if (seed !== undefined) expect(configuration.seed).toBe(seed);
        if (width !== undefined) expect(configuration.student.width).toBe(width);
        if (heads !== undefined) expect(configuration.student.heads).toBe(heads);
        if (optimizer !== undefined) expect(configuration.student.optimizer.kind).toBe(optimizer);
        if (replicas !== undefined) expect(configuration.student.replicas).toBe(replicas);
        if (maxSteps !== undefined) expect(configuration.training.stepsMax).toBe(maxSteps);
      }),
      { seed: 2 },
    ));

  test('without choices is the paper’s own size, with a budget for every level', () => {
    expect(configure({ task: TASK })).toMatchObject({
      task: TASK,
      parameters: { elements: 64, powers: 64 },
      seed: 1,
      student: { width: 96, heads: 2, replicas: 2 },
      training: {
        curriculum: { sizeStart: 16, levelMax: 6, byLevel: true },
        stepsPerIteration: 800,
        stepsMax: 4800,
        endless: false,
      },
    });
  });

  test('takes an undefined choice for none', () => {
    expect(configure({ task: TASK, size: undefined, seed: undefined, maxSteps: undefined })).toEqual(
      configure({ task: TASK }),
    );
  });

  test.each([
    [7, 64, 4, 3],
    [8, 64, 4, 4],
    [16, 64, 4, 8],
    [17, 96, 2, 8],
    [32, 96, 2, 16],
    [64, 96, 2, 16],
    [128, 128, 2, 16],
  ])(
    'of %i elements has a network of width %i with %i heads and begins with %i facts',
    (size, width, heads, sizeStart) => {
      const { student, training } = configure({ task: TASK, size });
      expect(student).toMatchObject({ width, heads });
      expect(training.curriculum.sizeStart).toBe(sizeStart);
    },
  );

  test('has gates that ask for more at the end than on the way, and looks where training agrees', () => {
    const { gate } = configure({ task: TASK }).training;
    expect(gate.finish).toBeGreaterThan(gate.advance);
    expect(gate).toMatchObject({ advance: 0.9, finish: 0.98, questions: 1024 });
    for (const share of [gate.advance, gate.finish, gate.attempt]) {
      expect(share).toBeGreaterThan(0.5);
      expect(share).toBeLessThan(1);
    }
  });
});

describe('nonsense is refused with what was expected', () => {
  test.each<[Partial<Choices>, string]>([
    [{ size: 6 }, 'size: expected an integer from 7 to 1024, got 6'],
    [{ size: 8.5 }, 'size: expected an integer from 7 to 1024, got 8.5'],
    [{ powers: 12 }, 'powers: expected a power of two from 4 to 2^30, got 12'],
    [{ powers: 2 }, 'powers: expected a power of two from 4 to 2^30, got 2'],
    [{ seed: -1 }, 'seed: expected an integer from 0 to 9007199254740991, got -1'],
    [{ seed: 0.5 }, 'seed: expected an integer from 0 to 9007199254740991, got 0.5'],
    [{ seed: 2 ** 53 }, 'seed: expected an integer from 0 to 9007199254740991, got 9007199254740992'],
    [{ heads: 0 }, 'heads: expected an integer from 1 to 16, got 0'],
    [{ heads: 5 }, 'width: expected a multiple of 5 heads, got 96'],
    [{ width: 4 }, 'width: expected an integer from 8 to 1024, got 4'],
    [{ width: Number.NaN }, 'width: expected an integer from 8 to 1024, got NaN'],
    [{ width: 100, heads: 3 }, 'width: expected a multiple of 3 heads, got 100'],
    [{ replicas: 0 }, 'replicas: expected an integer from 1 to 16, got 0'],
    [{ replicas: 3 }, 'replicas: expected a divisor of 16 contexts, got 3'],
    [{ maxSteps: 0 }, 'max-steps: expected an integer from 1 to 1000000, got 0'],
    [
      { maxSteps: Number.POSITIVE_INFINITY },
      'max-steps: expected an integer from 1 to 1000000, got Infinity',
    ],
  ])('%j', (choices, message) => {
    expect(() => configure({ task: TASK, ...choices })).toThrow(invalid(message));
  });

  test('and so is a task that does not exist', () => {
    expect(() => configure({ task: 'chess' })).toThrow(expect.objectContaining({ code: 'not-found' }));
  });
});
