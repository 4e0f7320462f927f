import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonical, type Json } from '../base/canonical.ts';
import { stages } from '../iterate/curriculum.ts';
import { transformerWeights } from '../network/transformer.ts';
import { taskEntry } from '../tasks/tasks.ts';
import { type Choices, configure, NOISES, OVERSEERS } from './configuration.ts';

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
      overseer: fc.constantFrom(...OVERSEERS),
      decisions: fc.integer({ min: 1, max: 1_000_000 }),
      curriculum: fc.boolean(),
      horizon: fc.integer({ min: 1, max: 100_000 }),
      unknown: fc.constantFrom('masked' as const, 'trained' as const),
      memo: fc.boolean(),
      contexts: fc.integer({ min: 1, max: 64 }).map((sixteens) => 16 * sixteens),
      endless: fc.boolean(),
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
        expect(
          transformerWeights({ slots: task.encoding.slots, words: task.encoding.words, ...student }).length,
        ).toBeGreaterThan(0);
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
        const { seed, width, heads, optimizer, replicas, maxSteps, overseer, decisions } = chosen;
        const { curriculum, horizon, unknown, memo, contexts, endless } = chosen;
        const { student, training, labels } = configuration;
        if (seed !== undefined) expect(configuration.seed).toBe(seed);
        if (width !== undefined) expect(configuration.student.width).toBe(width);
        if (heads !== undefined) expect(configuration.student.heads).toBe(heads);
        if (optimizer !== undefined) expect(configuration.student.optimizer.kind).toBe(optimizer);
        if (replicas !== undefined) expect(configuration.student.replicas).toBe(replicas);
        if (maxSteps !== undefined) expect(configuration.training.stepsMax).toBe(maxSteps);
        if (overseer !== undefined) expect(configuration.overseer).toBe(overseer);
        if (decisions !== undefined) expect(labels.decisionsMax).toBe(decisions);
        if (curriculum === false) expect(training.curriculum.byLevel).toBe(false);
        if (horizon !== undefined) expect(student.averageHorizon).toBe(horizon);
        if (unknown !== undefined) expect(student.learnsUnknown).toBe(unknown === 'trained');
        if (memo !== undefined) expect(training.memo).toBe(memo);
        if (contexts !== undefined) expect(training.curriculum.contexts).toBe(contexts);
        if (endless !== undefined) expect(training.endless).toBe(endless);
      }),
      { seed: 2 },
    ));

  test('without choices is the paper’s own size, with a budget for every level', () => {
    expect(configure({ task: TASK })).toMatchObject({
      task: TASK,
      parameters: { elements: 64, powers: 64 },
      seed: 1,
      overseer: 'script',
      labels: { decisionsMax: 4000 },
      student: { width: 96, heads: 2, replicas: 2, averageHorizon: 50, learnsUnknown: false },
      training: {
        curriculum: { sizeStart: 16, levelMax: 6, byLevel: true },
        stepsPerIteration: 800,
        stepsMax: 4800,
        endless: false,
        memo: true,
      },
    });
  });

  test('without a curriculum asks every level at full size from the first step on', () => {
    const { training } = configure({ task: TASK, curriculum: false });
    expect(training.curriculum).toMatchObject({ byLevel: false, sizeStart: 64 });
    const task = taskEntry(TASK).open({ elements: 64, powers: 64 });
    expect(stages(task, training.curriculum)).toEqual([{ level: 6, size: 64, iteration: 1, gated: true }]);
  });

  test('of a task whose answers spread begins with small contexts, and cools down over the last half of its steps', () => {
    const chosen = { task: 'union-find', size: 32, maxSteps: 600 };
    const { student, training } = configure(chosen);
    expect(training.curriculum).toMatchObject({ byLevel: false, sizeStart: 8 });
    expect(training.gate.warmUpMin).toBeGreaterThan(training.gate.stepsMin);
    expect(student.optimizer.coolDown).toEqual([300, 600]);
    expect(configure({ ...chosen, curriculum: false }).training.curriculum.sizeStart).toBe(32);
    expect(configure({ ...chosen, size: 8 }).training.curriculum.sizeStart).toBe(8);
    expect(configure({ task: TASK }).student.optimizer.coolDown).toBeUndefined();
    expect(configure({ ...chosen, coolDown: 0 }).student.optimizer.coolDown).toBeUndefined();
    expect(configure({ ...chosen, coolDown: 0.25 }).student.optimizer.coolDown).toEqual([450, 600]);
    for (const coolDown of [-0.1, 1.1, Number.NaN])
      expect(() => configure({ ...chosen, coolDown })).toThrow('cool-down: expected a number from 0 to 1');
  });

  test('says how iterations follow on each other where that was chosen, and holds nothing of it otherwise', () => {
    const chosen = configure({ task: TASK, student: 'fresh', residual: 'logit', data: 'accumulate' });
    expect(chosen.student).toMatchObject({ fresh: true, residual: 'logit' });
    expect(chosen.training.curriculum).toMatchObject({
      again: true,
      data: { kind: 'accumulate', share: 0.5 },
    });
    // A fresh student that is asked the frontier alone is asked it from the first step on.
    expect(
      configure({ task: TASK, student: 'fresh', data: 'replace' }).training.curriculum,
    ).not.toHaveProperty('again');
    expect(configure({ task: TASK, ensemble: 3 }).student.ensemble).toEqual({
      members: 3,
      share: 0.5,
      temperature: 2,
    });
    const plain = configure({ task: TASK, student: 'continued', data: 'mixed' });
    expect(plain).toEqual(configure({ task: TASK }));
    expect(Object.keys(plain.student).sort()).toEqual([
      'averageHorizon',
      'expansion',
      'heads',
      'learnsUnknown',
      'optimizer',
      'replicas',
      'width',
    ]);
    expect(Object.keys(plain.training.curriculum).sort()).toEqual([
      'byLevel',
      'contexts',
      'frontierShare',
      'levelMax',
      'sizeStart',
    ]);
  });

  test('that is endless has no bound for an iteration, and one for the run', () => {
    const { training } = configure({ task: TASK, endless: true, maxSteps: 300 });
    expect(training).toMatchObject({ endless: true, stepsMax: 300 });
    expect(training.stepsPerIteration).toBeGreaterThan(training.stepsMax);
    expect(configure({ task: TASK, endless: true }).training.stepsMax).toBeGreaterThan(0);
  });

  test('takes rounds where a task has them', () => {
    const { parameters } = configure({ task: 'shortest-path', size: 8, rounds: 4 });
    expect(parameters).toMatchObject({ rounds: 4 });
  });

  test('holds the noise and the defence chosen, and is without them otherwise', () => {
    const noises = fc.record({
      kind: fc.constantFrom(...NOISES),
      rate: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
    });
    const defences = fc.oneof(
      fc.record({ kind: fc.constant('vote' as const), voters: fc.integer({ min: 1, max: 15 }) }),
      fc.record({
        kind: fc.constant('doubt' as const),
        threshold: fc.double({ min: 0, minExcluded: true, max: 1, noNaN: true }),
      }),
      fc.constantFrom({ kind: 'verify' as const }, { kind: 'second' as const }),
    );
    const maybe = <T>(values: fc.Arbitrary<T>) => fc.option(values, { nil: undefined });
    fc.assert(
      fc.property(maybe(noises), maybe(defences), (noise, defence) => {
        const configuration = configure({ task: TASK, noise, defence });
        expect(Object.hasOwn(configuration, 'noise')).toBe(noise !== undefined);
        expect(Object.hasOwn(configuration, 'defence')).toBe(defence !== undefined);
        expect(configuration).toMatchObject({ ...(noise && { noise }), ...(defence && { defence }) });
      }),
      { seed: 3 },
    );
  });

  test('with mistakes that follow no rule asks of its gates what can be agreed with, and with a rule all', () => {
    const { gate } = configure({ task: TASK }).training;
    for (const kind of ['random', 'deterministic'] as const) {
      const noisy = configure({ task: TASK, noise: { kind, rate: 0.2 } }).training.gate;
      for (const name of ['advance', 'finish', 'attempt'] as const)
        expect(noisy[name]).toBeCloseTo(0.8 * gate[name], 12);
    }
    const ruled = configure({ task: TASK, noise: { kind: 'systematic', rate: 0.2 } });
    expect(ruled.training.gate).toEqual(gate);
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
    [{ size: 3 }, 'size: expected an integer from 4 to 1024, got 3'],
    [{ size: 8.5 }, 'size: expected an integer from 4 to 1024, got 8.5'],
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
    [{ decisions: 0 }, 'decisions: expected an integer from 1 to 1000000, got 0'],
    [{ decisions: 1.5 }, 'decisions: expected an integer from 1 to 1000000, got 1.5'],
    [{ horizon: 0 }, 'horizon: expected an integer from 1 to 100000, got 0'],
    [{ horizon: Number.NaN }, 'horizon: expected an integer from 1 to 100000, got NaN'],
    [{ contexts: 0 }, 'contexts: expected an integer from 1 to 1024, got 0'],
    [{ contexts: 1025 }, 'contexts: expected an integer from 1 to 1024, got 1025'],
    [{ contexts: 24, replicas: 16 }, 'replicas: expected a divisor of 24 contexts, got 16'],
    [{ noise: { kind: 'random', rate: 1 } }, 'noise: expected a rate from 0 to below 1, got 1'],
    [{ noise: { kind: 'random', rate: -0.1 } }, 'noise: expected a rate from 0 to below 1, got -0.1'],
    [
      { noise: { kind: 'systematic', rate: Number.NaN } },
      'noise: expected a rate from 0 to below 1, got NaN',
    ],
    [{ defence: { kind: 'vote', voters: 0 } }, 'voters: expected an integer from 1 to 15, got 0'],
    [{ defence: { kind: 'vote', voters: 16 } }, 'voters: expected an integer from 1 to 15, got 16'],
    [{ defence: { kind: 'vote', voters: 2.5 } }, 'voters: expected an integer from 1 to 15, got 2.5'],
    [{ defence: { kind: 'doubt', threshold: 0 } }, 'doubt: expected a threshold above 0, at most 1, got 0'],
    [
      { defence: { kind: 'doubt', threshold: 1.01 } },
      'doubt: expected a threshold above 0, at most 1, got 1.01',
    ],
    [
      { defence: { kind: 'doubt', threshold: Number.NaN } },
      'doubt: expected a threshold above 0, at most 1, got NaN',
    ],
    [{ anchoring: 0 }, 'anchoring: expected a number above 0, at most 100, got 0'],
    [{ anchoring: Number.NaN }, 'anchoring: expected a number above 0, at most 100, got NaN'],
    [{ ensemble: 1 }, 'ensemble: expected an integer from 2 to 15, got 1'],
    [{ maxSteps: 0 }, 'max-steps: expected an integer from 1 to 1000000, got 0'],
    [
      { maxSteps: Number.POSITIVE_INFINITY },
      'max-steps: expected an integer from 1 to 1000000, got Infinity',
    ],
  ])('%j', (choices, message) => {
    expect(() => configure({ task: TASK, ...choices })).toThrow(invalid(message));
  });

  test.each<[Choices, string]>([
    [{ task: TASK, rounds: 6 }, '--rounds: expected nothing, permutation-powering has no such parameter'],
    [{ task: 'shortest-path', powers: 8 }, '--powers: expected nothing, shortest-path has no such parameter'],
    [{ task: 'union-find', powers: 8 }, '--powers: expected nothing, union-find has no such parameter'],
    [
      { task: 'wildcard-search', powers: 8 },
      '--powers: expected nothing, wildcard-search has no such parameter',
    ],
    [
      { task: 'sequential-assignments', powers: 8 },
      '--powers: expected nothing, sequential-assignments has no such parameter',
    ],
  ])('and so is an option that the task does not have: %j', (choices, message) => {
    expect(() => configure(choices)).toThrow(expect.objectContaining({ code: 'usage', message }));
  });

  test('and so are mistakes of the ground truth, and a defence against H′ or the ground truth', () => {
    const noises = NOISES.map((kind) => ({ noise: { kind, rate: 0.1 } }));
    const defences = (
      [{ kind: 'vote', voters: 3 }, { kind: 'doubt', threshold: 0.9 }, { kind: 'verify' }] as const
    ).map((defence) => ({ defence }));
    const refused = (choices: Partial<Choices>, message: string) =>
      expect(() => configure({ task: TASK, ...choices })).toThrow(
        expect.objectContaining({ code: 'usage', message }),
      );
    for (const choices of [...noises, ...defences])
      refused(
        { overseer: 'truth', ...choices },
        'overseer truth: expected no noise and no defence, it makes no mistakes',
      );
    for (const choices of defences)
      refused(
        { overseer: 'predictor', ...choices },
        'defence: expected the overseer script, H′ has no defence yet',
      );
    // H′ may learn from an H that errs.
    for (const choices of noises)
      expect(configure({ task: TASK, overseer: 'predictor', ...choices })).toMatchObject(choices);
  });

  test.each<[Partial<Choices>, string]>([
    [
      { residual: 'logit' },
      '--residual: expected --student fresh, weights that go on are a residual connection already',
    ],
    [
      { student: 'fresh', residual: 'input', anchoring: 1 },
      '--anchoring: expected no --residual, the X before is consulted already',
    ],
    [{ ensemble: 3, anchoring: 1 }, '--ensemble: expected no --residual and no --anchoring'],
    [
      { task: 'shortest-path', student: 'fresh' },
      '--student: expected a run of several iterations, shortest-path has one as it is learned here',
    ],
    [
      { curriculum: false, anchoring: 1 },
      '--anchoring: expected a run of several iterations, permutation-powering has one as it is learned here',
    ],
    [
      { curriculum: false, data: 'replace' },
      '--data: expected a run of several iterations, permutation-powering has one as it is learned here',
    ],
  ])('and so are ways to follow on each other that iterations do not have: %j', (choices, message) => {
    expect(() => configure({ task: TASK, ...choices })).toThrow(
      expect.objectContaining({ code: 'usage', message }),
    );
  });

  test('and so are rounds that a task cannot have', () => {
    for (const rounds of [0, 1.5, 1000])
      expect(() => configure({ task: 'shortest-path', rounds })).toThrow(
        expect.objectContaining({
          code: 'invalid',
          message: expect.stringMatching(/^rounds: expected .*, got /),
        }),
      );
  });

  test('and so is a task that does not exist', () => {
    expect(() => configure({ task: 'chess' })).toThrow(expect.objectContaining({ code: 'not-found' }));
  });
});
