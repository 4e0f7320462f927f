/** Success against depth, and cost per correct answer, by hand. */

import { describe, expect, test } from 'vitest';
import { costOf, humanWaitShare, quantile, tokenRatio } from './cost.ts';
import { type Attempt, successByDepth } from './depth.ts';

const at = (depth: number, rights: number, cost: number): readonly Attempt[] =>
  Array.from({ length: 40 }, (_, cluster) => ({
    ...{ cluster, depth, cost, right: cluster < rights, questionClass: cluster % 2 ? 'odd' : 'even' },
  }));

describe('success by depth', () => {
  test('the knee is the last depth that is surely worth something', () => {
    const { depths, knee } = successByDepth([...at(0, 10, 1), ...at(1, 30, 3), ...at(2, 31, 9)])!;
    expect(depths.map(({ accuracy }) => accuracy.value)).toEqual([0.25, 0.75, 0.775]);
    expect(depths.map(({ gain }) => gain?.value)).toEqual([undefined, 0.5, 0.775 - 0.75]);
    expect(depths[1]!.costRatio!.value).toBe(3);
    expect(knee).toBe(1);
    expect(depths[0]!.classes.map(({ questionClass, accuracy }) => [questionClass, accuracy.n])).toEqual([
      ['even', 20],
      ['odd', 20],
    ]);
  });

  test('of no attempts is undefined; of one depth it is its own knee', () => {
    expect(successByDepth([])).toBeUndefined();
    expect(successByDepth(at(3, 10, 1))!.knee).toBe(3);
  });
});

describe('cost', () => {
  const answer = (cluster: number, right: boolean, tokens: number) => ({
    ...{ cluster, right, tokens, cpuSeconds: 1, humanMinutes: 2, latencyMs: 100 * cluster },
  });
  const costs = { token: 0.01, cpuSecond: 0.5, humanMinute: 1 };

  test('of what is wrong is borne by what is right', () => {
    const { perCorrect, perAnswer, latency } = costOf([answer(1, true, 100), answer(2, false, 300)], costs)!;
    expect(perAnswer.value).toBeCloseTo((1 + 0.5 + 2 + 3 + 0.5 + 2) / 2, 12);
    expect(perCorrect!.value).toBeCloseTo(9, 12);
    expect([latency!.median.value, latency!.p95.value]).toEqual([100, 200]);
    expect(costOf([answer(1, false, 1)], costs)!.perCorrect).toBeUndefined();
    expect(costOf([], costs)).toBeUndefined();
  });

  test('a quantile’s interval is that of order statistics: the 2nd to the 9th of ten about the median', () => {
    const ten = Array.from({ length: 10 }, (_, i) => ({ cluster: i, value: i + 1 }));
    // ½ ± 2.262 √(¼/10) is .142 … .858 (binomial: the 2nd and the 9th hold 97.9 %).
    expect(quantile(ten, 0.5)).toEqual({ value: 5, low: 1, high: 9, n: 10 });
    expect(quantile([], 0.5)).toBeUndefined();
  });

  test('tokens are compared on the same questions, accuracy beside them', () => {
    const { ratio, accuracyDifference } = tokenRatio([
      { cluster: 1, student: { right: true, tokens: 10 }, teacher: { right: true, tokens: 90 } },
      { cluster: 2, student: { right: false, tokens: 10 }, teacher: { right: true, tokens: 110 } },
    ])!;
    expect(ratio!.value).toBeCloseTo(0.1, 12);
    expect(accuracyDifference.value).toBe(-0.5);
    expect(tokenRatio([])).toBeUndefined();
  });

  test('waiting is a share of the time that passed', () => {
    const found = humanWaitShare([
      { cluster: 1, idleSeconds: 10, wallSeconds: 20 },
      { cluster: 2, idleSeconds: 0, wallSeconds: 20 },
    ]);
    expect(found!.value).toBe(0.25);
    expect(humanWaitShare([])).toBeUndefined();
  });
});
