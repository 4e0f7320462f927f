/** Weighted audits: unbiased however they were drawn, and what they reduce to where all weights are one. */

import { describe, expect, test } from 'vitest';
import { Random } from '../base/random.ts';
import { exactProportion } from './beta.ts';
import { meanOf } from './mean.ts';
import { type Audit, predictedMean, weightedMean, weightedShare } from './weighted.ts';

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

describe('audits helped by predictions', () => {
  test('are unbiased, however wrong the predictions are, and sharper where they are good', () => {
    const random = Random.seeded(3);
    const items = Array.from({ length: 200 }, (_, cluster) => {
      const risk = random.uniform();
      return { cluster, risk, value: random.uniform() < risk * 0.3 ? 1 : 0, probability: 0.1 + 0.3 * risk };
    });
    const truth = items.reduce((sum, { value }) => sum + value, 0) / items.length;
    const spread = (predict: (risk: number) => number) => {
      const sum = items.reduce((total, { risk }) => total + predict(risk), 0);
      const values = Array.from({ length: 200 }, (_, draw) => {
        const stream = random.split('draw').split(draw);
        const audited = items.filter(({ probability }) => stream.uniform() < probability);
        const audits = audited.map((item) => ({ ...item, predicted: predict(item.risk) }));
        return predictedMean({ count: items.length, sum }, audits)!.value;
      });
      const mean = values.reduce((total, one) => total + one, 0) / values.length;
      const deviation = Math.sqrt(
        values.reduce((total, one) => total + (one - mean) ** 2, 0) / (values.length - 1),
      );
      expect(Math.abs(mean - truth)).toBeLessThan((4 * deviation) / Math.sqrt(values.length));
      return deviation;
    };
    const [none, good, bad] = [spread(() => 0), spread((risk) => 0.3 * risk), spread((risk) => 1 - risk)];
    expect(good).toBeLessThan(none);
    expect(bad).toBeGreaterThan(good);
  });

  test('of everything are the mean itself', () => {
    const audits = all([1, 0, 0, 1], 1).map((one) => ({ ...one, predicted: 0.5 }));
    expect(predictedMean({ count: 4, sum: 2 }, audits)).toEqual({ value: 0.5, low: 0.5, high: 0.5, n: 4 });
    expect(predictedMean({ count: 0, sum: 0 }, [])).toBeUndefined();
  });
});
