/** Weighted audits: unbiased however they were drawn, and what they reduce to where all weights are one. */

import { describe, expect, test } from 'vitest';
import { exactProportion } from './beta.ts';
import { meanOf } from './mean.ts';
import { type Audit, weightedMean, weightedShare } from './weighted.ts';

const all = (values: readonly number[], probability: number): readonly Audit[] =>
  values.map((value, cluster) => ({ cluster, value, probability }));

describe('a weighted mean', () => {
  test('of equal weights is the mean with Student’s t', () => {
    const values = [1, 4, 4, 9, 2];
    const [found, known] = [weightedMean(all(values, 0.3))!, meanOf(values)!];
    expect(found.value).toBeCloseTo(known.value, 12);
    expect(found.low).toBeCloseTo(known.low!, 12);
  });

  test('counts an item that was rarely drawn for as many as it stands for', () => {
    const audits = [
      { cluster: 1, value: 1, probability: 0.1 },
      { cluster: 2, value: 0, probability: 0.5 },
    ];
    expect(weightedMean(audits)!.value).toBeCloseTo(10 / 12, 12);
    expect(weightedMean([])).toBeUndefined();
    expect(weightedShare(audits.slice(0, 1))).toMatchObject({ value: 1, low: 0, high: 1 });
  });

  test('of shares with equal weights is Clopper and Pearson’s, for one audit less', () => {
    const values = Array.from({ length: 40 }, (_, i) => (i < 4 ? 1 : 0));
    const found = weightedShare(all(values, 0.2))!;
    const known = exactProportion(3.9, 39); // C/(C − 1) in the variance takes one audit away
    expect(found.low).toBeCloseTo(known.low, 9);
    expect(found.high).toBeCloseTo(known.high, 9);
    expect(weightedShare(all(new Array(40).fill(0), 0.2))!.high).toBeCloseTo(exactProportion(0, 40).high, 9);
  });

  test('refuses an item that could not have been drawn', () => {
    expect(() => weightedMean(all([1], 0))).toThrow(
      'audit: expected a probability above 0, at most 1, got 0',
    );
  });
});
