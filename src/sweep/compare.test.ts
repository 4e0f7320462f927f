/** Figures of lines against hand-computed ones and a brute-force reading of the curves. */

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bandOf, compareLine, differenceOf, type Ended, firstReaching } from './compare.ts';
import type { Look, RunFigures } from './record.ts';

const T2 = 4.302653; // two degrees of freedom

const curveOf = (...accuracies: readonly number[]): readonly Look[] =>
  accuracies.map((accuracy, i) => ({ step: 25 * (i + 1), seconds: 2 * (i + 1), accuracy }));

function ended(seed: number, final: number, curve: readonly Look[] = []): Ended {
  const figures: RunFigures = {
    steps: 100,
    seconds: 10,
    operations: 1e9,
    decisions: 50,
    final,
    perGrade: [final],
    fidelity: null,
    curve,
  };
  return { seed, figures };
}

describe('paired differences', () => {
  const baseline = [ended(1, 0.9), ended(2, 0.8), ended(3, 0.7)];

  test('0.02, 0.04 and 0.06 are 0.04 ± 4.303 · 0.02 / √3, however far the seeds are apart', () => {
    const own = [ended(3, 0.76), ended(1, 0.92), ended(2, 0.84)];
    const { mean, bySeed } = differenceOf(own, baseline)!;
    expect(mean.value).toBeCloseTo(0.04, 12);
    expect(mean.high! - mean.value).toBeCloseTo((T2 * 0.02) / Math.sqrt(3), 6);
    expect(bySeed.map(({ seed }) => seed)).toEqual([3, 1, 2]);
  });

  test('leave out seeds that one side lacks', () => {
    expect(differenceOf([ended(2, 0.9), ended(9, 0)], baseline)?.bySeed).toEqual([
      { seed: 2, value: expect.closeTo(0.1, 12) },
    ]);
    expect(differenceOf([ended(9, 1)], baseline)).toBeUndefined();
  });
});

describe('a line beside its baseline', () => {
  const baseline = [ended(1, 1, curveOf(0.5, 0.96, 0.99)), ended(2, 1, curveOf(0.96, 0.97, 0.99))];
  const own = [ended(1, 0.99, curveOf(0.5, 0.6, 0.7, 0.96)), ended(2, 0.97, curveOf(0.1, 0.2, 0.3, 0.4))];

  test('has goals at 95 % and 98 % of the baseline’s mean final accuracy', () => {
    const { goals } = compareLine(own, [ended(1, 0.9), ended(2, 0.8)], false);
    expect(goals.map(({ accuracy }) => accuracy)).toEqual([expect.closeTo(0.8075), expect.closeTo(0.833)]);
  });

  test('counts who reached a goal, and never is longer than any time', () => {
    const [first, second] = compareLine(own, baseline, false).goals;
    expect(first).toMatchObject({ reached: 1, of: 2, steps: null, seconds: null });
    // Seed 1 took 100 steps where the baseline took 50; seed 2 has no ratio.
    expect(first!.stepsRatio).toEqual({ value: expect.closeTo(2), low: null, high: null, n: 1 });
    expect(second).toMatchObject({ reached: 0, steps: null, stepsRatio: null });
  });

  test('the baseline has goals and is not compared with itself', () => {
    const figures = compareLine(baseline, baseline, true);
    expect(figures.goals[0]).toMatchObject({ reached: 2, steps: 37.5, seconds: 3, stepsRatio: null });
    expect(figures.difference).toBeNull();
  });

  test('without a baseline, or before it has ended, there is nothing to reach', () => {
    for (const none of [undefined, []])
      expect(compareLine(own, none, false)).toMatchObject({ goals: [], difference: null });
    expect(compareLine([], baseline, false)).toMatchObject({ final: null, seconds: null, difference: null });
  });

  test('says the mean, the interval and the worst of the seeds', () => {
    expect(compareLine(own, baseline, false).final).toMatchObject({ value: 0.98, min: 0.97, n: 2, high: 1 });
  });
});

const accuracies = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 12 });

test('the first look at a goal has it, and none before has', () => {
  fc.assert(
    fc.property(accuracies, fc.double({ min: 0, max: 1, noNaN: true }), (values, goal) => {
      const look = firstReaching(ended(1, 0, curveOf(...values)).figures, goal);
      let first: number | undefined;
      for (let i = values.length - 1; i >= 0; i--) if (values[i]! >= goal) first = 25 * (i + 1);
      expect(look?.step).toBe(first);
    }),
  );
});

describe('a band', () => {
  test('is at each look the mean, lowest and highest; who has ended stays', () => {
    const band = bandOf([curveOf(0.2, 0.4), curveOf(0.4, 0.8, 1)], 'step');
    expect(band.map(({ at, mean, low, high }) => [at, mean, low, high])).toEqual([
      [25, expect.closeTo(0.3), 0.2, 0.4],
      [50, expect.closeTo(0.6), 0.4, 0.8],
      [75, expect.closeTo(0.7), 0.4, 1],
    ]);
  });

  test('goes straight from look to look where runs were looked at at different times', () => {
    const slow = curveOf(0, 1).map((look) => ({ ...look, seconds: 2 * look.seconds }));
    const band = bandOf([curveOf(0, 0, 0, 0), slow], 'seconds');
    expect(band.map(({ at, high }) => [at, high])).toEqual([
      [4, 0],
      [6, 0.5],
      [8, 1],
    ]);
  });

  test('lies between its runs, begins after all have begun, and ends with the last', () => {
    fc.assert(
      fc.property(fc.array(accuracies, { minLength: 1, maxLength: 5 }), (runs) => {
        const curves = runs.map((values, r) =>
          curveOf(...values).map((look) => ({ ...look, seconds: look.seconds * (1 + r / 7) })),
        );
        for (const clock of ['step', 'seconds'] as const) {
          const band = bandOf(curves, clock);
          expect(band[0]!.at).toBeGreaterThanOrEqual(Math.max(...curves.map((curve) => curve[0]![clock])));
          expect(band.at(-1)!.at).toBeCloseTo(Math.max(...curves.map((curve) => curve.at(-1)![clock])), 9);
          for (const { low, mean, high } of band) {
            expect(mean).toBeGreaterThanOrEqual(low - 1e-12);
            expect(mean).toBeLessThanOrEqual(high + 1e-12);
          }
        }
      }),
    );
  });

  test('of nothing is nothing, and of many looks is not more than a screen shows', () => {
    expect([bandOf([], 'step'), bandOf([[]], 'seconds')]).toEqual([[], []]);
    expect(bandOf([curveOf(...Array.from({ length: 5000 }, () => 0.5))], 'step').length).toBeLessThan(200);
  });
});
