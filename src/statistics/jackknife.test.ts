/** Jackknife and bootstrap against the tables of Efron & Tibshirani 1993, «An introduction to the bootstrap». */

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Random } from '../base/random.ts';
import { accelerationOf, bcaLevels, bootstrap } from './bootstrap.ts';
import { type Clustered, meanOfItems, meanWithin } from './clustered.ts';
import { jackknife, jackknifeOfSums } from './jackknife.ts';
import { meanOf } from './mean.ts';
import { studentQuantile } from './student.ts';

/** Table 3.1, the law school data: LSAT and GPA. */
const LAW = [
  [576, 3.39],
  [635, 3.3],
  [558, 2.81],
  [578, 3.03],
  [666, 3.44],
  [580, 3.07],
  [555, 3.0],
  [661, 3.43],
  [651, 3.36],
  [605, 3.13],
  [653, 3.12],
  [575, 2.74],
  [545, 2.76],
  [572, 2.88],
  [594, 2.96],
] as const;
/** Table 14.1, the spatial test data: A. */
const SPATIAL = [
  48, 36, 20, 29, 42, 42, 20, 42, 22, 41, 45, 14, 6, 0, 33, 28, 34, 4, 32, 24, 47, 41, 24, 26, 30, 41,
];

function correlation(pairs: readonly (readonly [number, number])[]): number {
  const mean = (k: 0 | 1) => pairs.reduce((sum, pair) => sum + pair[k], 0) / pairs.length;
  const [x, y] = [mean(0), mean(1)];
  const product = (a: 0 | 1, b: 0 | 1) =>
    pairs.reduce((sum, pair) => sum + (pair[a] - (a ? y : x)) * (pair[b] - (b ? y : x)), 0);
  return product(0, 1) / Math.sqrt(product(0, 0) * product(1, 1));
}

function variance(values: readonly number[]): number {
  const mean = values.reduce((sum, x) => sum + x, 0) / values.length;
  return values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / values.length;
}

const items = fc.array(fc.record({ cluster: fc.nat(5), value: fc.double({ min: 0, max: 1, noNaN: true }) }), {
  minLength: 1,
  maxLength: 40,
});
const measure = (item: Clustered & { readonly value: number }) => item.value;

describe('the jackknife', () => {
  test('gives the law school correlation a standard error of .1425 (their §11.5)', () => {
    const { value, low, high } = jackknife(LAW, correlation)!;
    expect(value).toBeCloseTo(0.776, 3);
    expect((high! - low!) / 2 / studentQuantile(14)).toBeCloseTo(0.1425, 4);
  });

  test('of a mean is Student’s t', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -50, max: 50 }), { minLength: 2, maxLength: 20 }), (values) => {
        fc.pre(new Set(values).size > 1);
        const found = jackknife(values, (some) => some.reduce((a, b) => a + b, 0) / some.length)!;
        const known = meanOf(values)!;
        expect(found.low).toBeCloseTo(known.low!, 9);
        expect(found.high).toBeCloseTo(known.high!, 9);
      }),
    );
  });

  test('of sums is the jackknife, without adding up again', () => {
    const clusters = LAW.map(([lsat, gpa]) => [lsat, gpa]);
    const slow = jackknife(clusters, (some) => {
      const sum = (k: number) => some.reduce((total, one) => total + one[k]!, 0);
      return sum(1) / sum(0);
    });
    expect(jackknifeOfSums(clusters, ([a, b]) => b! / a!)!.high).toBeCloseTo(slow!.high!, 12);
  });

  test('on the scales of ratios and shares an interval stays within them', () => {
    const share = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
    const values = [0.01, 0, 0, 0.2, 0.02];
    expect(jackknife(values, share)!.low).toBeLessThan(0);
    expect(jackknife(values, share, { scale: 'log' })!.low).toBeGreaterThan(0);
    const { low, high } = jackknife(
      values.map((x) => 1 - x),
      share,
      { scale: 'logit' },
    )!;
    expect([low! > 0, high! < 1]).toEqual([true, true]);
  });

  test('has no interval where it cannot tell one', () => {
    const share = (values: readonly number[]) => (values.length === 0 ? undefined : values[0]);
    expect(jackknife([], share)).toBeUndefined();
    expect(jackknife([1], share)).toEqual({ value: 1, low: null, high: null, n: 1 });
    expect(jackknife([1, 1], share)).toMatchObject({ low: null, high: null });
  });
});

describe('a mean over clusters', () => {
  test('is the mean, inside its interval, within its bounds', () => {
    fc.assert(
      fc.property(items, (drawn) => {
        const mean = drawn.reduce((sum, { value }) => sum + value, 0) / drawn.length;
        expect(meanOfItems(drawn, measure)!.value).toBeCloseTo(mean, 9);
        const { value, low, high } = meanWithin(drawn, measure)!;
        expect(value).toBeCloseTo(mean, 9);
        expect(low <= value && value <= high && low >= 0 && high <= 1).toBe(true);
      }),
    );
  });

  test('of nothing but zeros ends where Clopper and Pearson say', () => {
    const zeros = Array.from({ length: 30 }, (_, i) => ({ cluster: i % 10, value: 0 }));
    expect(meanWithin(zeros, measure)).toMatchObject({ value: 0, low: 0 });
    expect(meanWithin(zeros, measure)!.high).toBeCloseTo(1 - 0.025 ** (1 / 10), 9);
    expect(meanWithin([], measure)).toBeUndefined();
  });
});

describe('the bootstrap', () => {
  test('of the spatial data: variance 171.5, acceleration .061, levels .110 and .985 (their §14.3)', () => {
    expect(variance(SPATIAL)).toBeCloseTo(171.5, 1);
    expect(accelerationOf(SPATIAL, variance)).toBeCloseTo(0.061, 3);
    const [low, high] = bcaLevels(0.146, 0.061, 1.645);
    expect(low).toBeCloseTo(0.11, 3);
    expect(Math.abs(high - 0.985)).toBeLessThan(0.001); // z₀ and a are printed with three digits
  });

  test('is drawn the same from one seed, and about the jackknife’s where nothing is skewed', () => {
    const [one, again] = [1, 1].map((seed) => bootstrap(LAW, (some) => mean(some), Random.seeded(seed)));
    expect(one).toEqual(again);
    const known = jackknife(LAW, (some) => mean(some))!;
    expect((one!.high! - one!.low!) / (known.high! - known.low!)).toBeCloseTo(1, 0.9);
  });

  test('has no interval where too many draws leave the statistic undefined', () => {
    const rare = (some: readonly number[]) => (some.includes(1) ? 1 : undefined);
    expect(bootstrap([1, 0, 0, 0], rare, Random.seeded(1))).toMatchObject({ value: 1, low: null });
    expect(bootstrap([0], rare, Random.seeded(1))).toBeUndefined();
  });
});

function mean(some: readonly (readonly [number, number])[]): number {
  return some.reduce((sum, [, gpa]) => sum + gpa, 0) / some.length;
}
