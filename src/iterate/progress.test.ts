import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Random } from '../base/random.ts';
import { permutationPowering } from '../tasks/permutation-powering.ts';
import { stages } from './curriculum.ts';
import type { Verdict } from './gate.ts';
import type { IterateOptions } from './iterate.ts';
import {
  afterLook,
  afterStep,
  conclude,
  isReady,
  nextStage,
  type Progress,
  START,
  violationOf,
} from './progress.ts';
import { RATCHET } from './ratchet.ts';

const SEEDED = { seed: 1 };
const task = permutationPowering({ elements: 8, powers: 8 });
const options: IterateOptions = {
  curriculum: { sizeStart: 8, levelMax: 3, byLevel: true, contexts: 2, frontierShare: 0.5 },
  gate: {
    advance: 0.9,
    finish: 0.98,
    questions: 64,
    attempt: 0.8,
    stepsMin: 10,
    warmUpMin: 10,
    stepsBetween: 5,
  },
  ratchet: RATCHET,
  stepsPerIteration: 100,
  stepsMax: 1000,
  endless: false,
  memo: true,
};
const plan = stages(task, options.curriculum); // level 1, then levels 2 and 3 with gates
const GATED = 1;
const LAST = 2;

const lesson = (level: number) => ({
  questions: task.sample(Random.seeded(level), { split: 'train', size: 8, level }),
  targets: [],
});
/** So many questions of a lesson that the student answered as it was taught, of so many that were taught anything. */
const said = (agreed: number, known: number) => [
  ...new Array<boolean>(agreed).fill(true),
  ...new Array<boolean>(known - agreed).fill(false),
  ...new Array<undefined>(8 - known).fill(undefined),
];

const verdict = (passed: boolean, horizon = 1): Verdict => ({
  passed,
  threshold: 0.9,
  agreement: { value: 0.9, low: 0.88, high: 0.92, n: 64 },
  perLevel: [],
  horizon,
  decisions: 11,
});

describe('a stage is ready', () => {
  const at = (stage: number, stageSteps: number, agreed: number, weight = 1): Progress => ({
    ...START,
    stage,
    stageSteps,
    agreed,
    weight,
  });
  const ready = (now: Progress, change: Partial<IterateOptions> = {}) =>
    isReady(now, { ...options, ...change }, plan);

  test('from its least number of steps on, when training agrees well enough', () => {
    expect(ready(at(0, 9, 0.9))).toBe(false);
    expect(ready(at(0, 10, 0.9))).toBe(true);
    expect(ready(at(0, 11, 0.9))).toBe(true);
    expect(ready(at(0, 10, 0.79))).toBe(false);
  });

  test('with a gate, only every so many steps', () => {
    const looks = Array.from({ length: 30 }, (_, steps) => steps).filter((steps) =>
      ready(at(GATED, steps, 0.9)),
    );
    expect(looks).toEqual([10, 15, 20, 25]);
  });

  test('by the average of what was seen, however little that is', () => {
    expect(ready(at(0, 10, 0.09, 0.1))).toBe(true);
    expect(ready(at(0, 10, 0.07, 0.1))).toBe(false);
    expect(ready(at(0, 10, 0, 0))).toBe(false);
  });

  test('never at the last frontier of an endless run, but before it', () => {
    expect(ready(at(LAST, 10, 1), { endless: true })).toBe(false);
    expect(ready(at(GATED, 10, 1), { endless: true })).toBe(true);
  });
});

describe('a step', () => {
  const step = (
    now: Progress,
    levels: readonly number[],
    agreed: readonly number[],
    known: readonly number[],
  ) =>
    afterStep(
      now,
      task,
      plan[GATED]!,
      levels.map(lesson),
      { loss: 1, agreed: agreed.map((count, i) => said(count, known[i]!)) },
      7,
    );

  test('is counted three times over, with its decisions', () => {
    expect(step(START, [2, 1], [4, 8], [8, 8])).toMatchObject({
      step: 1,
      stageSteps: 1,
      iterationSteps: 1,
      decisions: 7,
    });
  });

  test('is measured at the frontier and by known targets alone', () => {
    const { agreed, weight } = step(START, [2, 1, 2], [3, 0, 1], [6, 8, 2]);
    expect(agreed / weight).toBeCloseTo(0.5);
    const unseen = step({ ...START, agreed: 0.4, weight: 0.5 }, [1, 2], [8, 0], [8, 0]);
    expect(unseen).toMatchObject({ agreed: 0.4, weight: 0.5 });
  });

  test('after step, the average stays between the least and the most that was seen', () =>
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 8 }), { minLength: 1, maxLength: 40 }), (seen) => {
        let now = START;
        for (const agreed of seen) now = step(now, [2], [agreed], [8]);
        const average = now.agreed / now.weight;
        expect(average).toBeGreaterThanOrEqual(Math.min(...seen) / 8 - 1e-12);
        expect(average).toBeLessThanOrEqual(Math.max(...seen) / 8 + 1e-12);
      }),
      SEEDED,
    ));
});

describe('a look', () => {
  test('is counted, with its decisions, and changes nothing else', () => {
    const now = { ...START, step: 40, decisions: 100, looks: 2, groundTruth: true };
    for (const passed of [true, false])
      expect(afterLook(now, verdict(passed))).toEqual({ ...now, decisions: 111, looks: 3 });
  });
});

test('ground truth, once it shaped a target, stays: nothing that follows forgets it', () => {
  const now = { ...START, groundTruth: true, stage: GATED };
  const learned = { loss: 1, agreed: [said(1, 1)] };
  for (const next of [
    nextStage(now),
    afterStep(now, task, plan[GATED]!, [lesson(2)], learned, 1),
    afterLook(now, verdict(true)),
    conclude(now, verdict(true), options, plan),
    conclude(now, verdict(false), options, plan),
  ])
    expect(next.groundTruth).toBe(true);
});

describe('an iteration ends', () => {
  const running = { ...START, stage: GATED, stageSteps: 30, iterationSteps: 40, agreed: 0.9, weight: 1 };
  const ended = (now: Progress, passed: boolean, endless = false) =>
    conclude(now, verdict(passed, 2), { ...options, endless }, plan);

  test('behind a passed gate with the next stage, all counts of the old one forgotten', () => {
    expect(ended(running, true)).toEqual({
      ...running,
      stage: LAST,
      stageSteps: 0,
      iterationSteps: 0,
      agreed: 0,
      weight: 0,
      horizons: [2],
    });
  });

  test('and with it the run, where the gate failed', () => {
    expect(ended(running, false)).toEqual({ ...running, state: 'gate-failed', horizons: [2] });
    expect(ended({ ...running, stage: LAST }, false).state).toBe('gate-failed');
    expect(ended({ ...running, stage: 0 }, false).state).toBe('gate-failed');
  });

  test('and with it the run, where the gate passed with the last step: there are none left for the next', () => {
    const { stepsMax } = options;
    expect(ended({ ...running, step: stepsMax - 1 }, true).state).toBe('running');
    expect(ended({ ...running, step: stepsMax }, true)).toEqual({
      ...running,
      step: stepsMax,
      state: 'gate-failed',
      horizons: [2],
    });
    expect(ended({ ...running, step: stepsMax, stage: LAST }, true).state).toBe('finished');
  });

  test('in a warm-up as failed, whatever is found there', () => {
    expect(ended({ ...running, stage: 0 }, true).state).toBe('gate-failed');
  });

  test('and with it the run, where no frontier is left', () => {
    expect(ended({ ...running, stage: LAST }, true).state).toBe('finished');
  });

  test('of an endless run at its last frontier as intended, whatever the gate says', () => {
    expect(ended({ ...running, stage: LAST }, false, true).state).toBe('finished');
    expect(ended(running, false, true).state).toBe('gate-failed');
  });

  test('a warm-up ends in the same iteration, with its steps', () => {
    const warm = { ...running, stage: 0 };
    expect(nextStage(warm)).toEqual({ ...warm, stage: 1, stageSteps: 0, agreed: 0, weight: 0 });
  });
});

describe('the horizon must rise', () => {
  test.each([
    [[1]],
    [[2, 3]],
    [[1, 2, 5]],
    [[5, 2, 3]], // the fall was reported when it happened
  ])('as in %j', (horizons) => {
    expect(violationOf(horizons)).toBeUndefined();
  });

  test.each([
    [[0], 'stayed at level 0'],
    [[2, 2], 'stayed at level 2'],
    [[2, 3, 1], 'fell from level 3 to level 1'],
    [[2, 3, 0], 'fell from level 3 to level 0'],
  ])('or it is said how it did not: %j', (horizons, how) => {
    expect(violationOf(horizons)).toBe(`the horizon ${how}`);
  });
});
