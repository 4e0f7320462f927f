/** Compounding: a published table for the correlation, arithmetic for the horizon, a grid for the posterior, and a line of known slope. */

import { describe, expect, test } from 'vitest';
import { Random } from '../base/random.ts';
import { exactProportion } from '../statistics/beta.ts';
import { logisticLine } from '../statistics/regression.ts';
import {
  horizon,
  intraclassCorrelation,
  predictedSuccess,
  realisedSuccess,
  siblingCorrelation,
} from './compounding.ts';

/** Shrout & Fleiss 1979, table 1: six targets, four judges; ICC(1,1) = .17. */
const SHROUT_FLEISS = [
  [9, 2, 5, 8],
  [6, 1, 3, 2],
  [8, 4, 6, 8],
  [7, 1, 2, 6],
  [10, 5, 6, 9],
  [6, 2, 4, 7],
];

describe('the intra-class correlation', () => {
  test('of Shrout & Fleiss’ table is .17', () => {
    const items = SHROUT_FLEISS.flatMap((row, group) =>
      row.map((value) => ({ cluster: group, group, value })),
    );
    expect(intraclassCorrelation(items)!.value).toBeCloseTo(0.17, 2);
  });

  test('of siblings that always err together is 1, of pairs that never do below 0, of lone children undefined', () => {
    const family = (wrongs: readonly (readonly boolean[])[]) =>
      siblingCorrelation(
        wrongs.flatMap((of, parent) => of.map((wrong) => ({ cluster: parent, parent, wrong }))),
      );
    expect(
      family([
        [true, true],
        [false, false],
        [true, true],
      ])!.value,
    ).toBeCloseTo(1, 12);
    expect(
      family([
        [true, false],
        [false, true],
        [true, false],
      ])!.value,
    ).toBeCloseTo(-1, 12);
    expect(family([[true], [false]])).toBeUndefined();
    expect(family([])).toBeUndefined();
  });
});

describe('predicted success', () => {
  test('of one level is the mean of its posterior to the power, integrated on a grid', () => {
    // 57 independent nodes of 60 are right; 3 of them stand under a root: E r³ of Beta(57.5, 3.5).
    const counts = Array.from({ length: 60 }, (_, i) => ({ right: i < 57 ? 1 : 0, n: 1 }));
    const { value, low, high, n } = predictedSuccess([{ level: 1, counts, nodes: 3 }], Random.seeded(1))!;
    const [a, b] = [57.5, 3.5];
    const known = [0, 1, 2].reduce((product, i) => product * ((a + i) / (a + b + i)), 1);
    expect(Math.abs(value - known)).toBeLessThan(0.005);
    expect(low).toBeLessThan(0.95 ** 3);
    expect(high).toBeGreaterThan(0.95 ** 3);
    expect(n).toBe(60);
  });

  test('is undefined where a level that matters was never counted', () => {
    expect(predictedSuccess([{ level: 1, counts: [], nodes: 2 }], Random.seeded(1))).toBeUndefined();
    expect(predictedSuccess([], Random.seeded(1))).toBeUndefined();
  });
});

describe('realised on predicted', () => {
  test('a line of known slope is found again', () => {
    const random = Random.seeded(2);
    const roots = Array.from({ length: 4000 }, (_, cluster) => {
      const x = 4 * random.uniform() - 1;
      return {
        ...{ cluster, predicted: 1 / (1 + Math.exp(-x)) },
        right: random.uniform() < 1 / (1 + Math.exp(0.3 - 0.7 * x)),
      };
    });
    const { slope, intercept } = realisedSuccess(roots)!;
    expect(slope.low! < 0.7 && 0.7 < slope.high!).toBe(true);
    expect(intercept.low! < -0.3 && -0.3 < intercept.high!).toBe(true);
  });

  test('two points each way by hand: log odds of 1 in 4 and 3 in 4 are two x apart', () => {
    const points = [0, 1].flatMap((x) =>
      [0, 1, 2, 3].map((i) => ({ cluster: `${x}${i}`, x, right: x === 0 ? i < 1 : i < 3 })),
    );
    const { slope, intercept } = logisticLine(points)!;
    expect(slope.value).toBeCloseTo(2 * Math.log(3), 8);
    expect(intercept.value).toBeCloseTo(-Math.log(3), 8);
  });

  test('is undefined where no line is the most likely', () => {
    const roots = (rights: readonly boolean[]) =>
      realisedSuccess(rights.map((right, cluster) => ({ cluster, right, predicted: 0.2 + cluster / 10 })));
    expect(roots([])).toBeUndefined();
    expect(roots([true, true, true])).toBeUndefined();
    expect(roots([false, false, true, true])).toBeUndefined();
    expect(
      realisedSuccess([true, false].map((right, cluster) => ({ cluster, right, predicted: 0.5 }))),
    ).toBeUndefined();
  });
});

test('the horizon: at an error of 1 %, half of the roots are wrong after 69 nodes', () => {
  expect(horizon(exactProportion(1, 100)).value).toBeCloseTo(68.97, 2);
  expect(horizon(exactProportion(0, 100))).toMatchObject({ value: null, high: null });
  expect(horizon(exactProportion(0, 100)).low).toBeCloseTo(Math.log(0.5) / Math.log(0.025 ** (1 / 100)), 6);
  expect(horizon(exactProportion(5, 5))).toMatchObject({ value: 0, low: 0 });
});
