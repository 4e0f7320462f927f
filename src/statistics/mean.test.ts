/** Means and their intervals. */

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { meanOf, meanShare, medianOf, ratioOf } from './mean.ts';

describe('the mean with its interval', () => {
  test('of 1, 2, 3 is 2 ± 4.303 / √3', () => {
    const { value, low, high, n } = meanOf([1, 2, 3])!;
    expect([value, n]).toEqual([2, 3]);
    expect(low).toBeCloseTo(2 - 4.3027 / Math.sqrt(3), 4);
    expect(high).toBeCloseTo(2 + 4.3027 / Math.sqrt(3), 4);
  });

  test('one value has none, no values have no mean', () => {
    expect(meanOf([0.7])).toEqual({ value: 0.7, low: null, high: null, n: 1 });
    expect([meanOf([]), meanShare([]), ratioOf([])]).toEqual([undefined, undefined, undefined]);
  });

  test('covers the true mean of normal draws in 95 of 100 cases', () => {
    let state = 1;
    const uniform = () => {
      state = (state * 48271) % 2147483647;
      return state / 2147483647;
    };
    const normal = () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
    for (const n of [2, 3, 5]) {
      let covered = 0;
      for (let i = 0; i < 4000; i++) {
        const { low, high } = meanOf(Array.from({ length: n }, normal))!;
        if (low! <= 0 && high! >= 0) covered++;
      }
      expect(Math.abs(covered / 4000 - 0.95)).toBeLessThan(0.015);
    }
  });

  test('moves and stretches with its values', () => {
    const values = fc.array(fc.double({ min: -100, max: 100, noNaN: true }), { minLength: 2, maxLength: 9 });
    fc.assert(
      fc.property(values, fc.double({ min: 0.01, max: 10, noNaN: true }), (xs, factor) => {
        const [own, moved] = [meanOf(xs)!, meanOf(xs.map((x) => factor * x + 3))!];
        expect(moved.value).toBeCloseTo(factor * own.value + 3, 6);
        expect(moved.high! - moved.low!).toBeCloseTo(factor * (own.high! - own.low!), 6);
      }),
    );
  });

  test('of shares stays between 0 and 1', () => {
    expect(meanShare([0.999, 0.9, 1])).toMatchObject({ high: 1 });
    expect(meanShare([0, 0.5])).toMatchObject({ low: 0, high: 1 });
  });
});

test('a ratio of ½ and 2 is 1 on the mean, and its interval is as far below as above', () => {
  const { value, low, high } = ratioOf([0.5, 2])!;
  expect(value).toBeCloseTo(1, 12);
  expect(low! * high!).toBeCloseTo(1, 9);
  expect(Math.log(high!)).toBeCloseTo(12.7062 * Math.LN2, 3); // s/√2 of ±ln 2 is ln 2
  expect(() => ratioOf([1, 0])).toThrow(/above 0, got 0/);
});

describe('the median', () => {
  test.each([
    [[3], 3],
    [[4, 1], 2.5],
    [[9, 1, 5], 5],
    [[Infinity, 1, 5], 5],
    [[Infinity, 1, Infinity], null],
    [[1, Infinity], null],
    [[], null],
  ] as const)('of %j is %j', (values, expected) => {
    expect(medianOf(values)).toBe(expected);
  });

  test('has as many values above it as below', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 20 }), { minLength: 1 }), (values) => {
        const middle = medianOf(values)!;
        const below = values.filter((value) => value < middle).length;
        const above = values.filter((value) => value > middle).length;
        expect(Math.max(below, above)).toBeLessThanOrEqual(values.length / 2);
      }),
    );
  });
});
