/** Fieller's interval against its definition. */

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Random } from '../base/random.ts';
import { fieller, ratioOfMeans } from './fieller.ts';

const T = 1.959964;

describe('the interval of a ratio', () => {
  test('is all θ for which A − θB is no further from 0 than t of its standard deviations', () => {
    const number = fc.double({ min: -5, max: 5, noNaN: true });
    const spread = fc.double({ min: 0.01, max: 1, noNaN: true });
    fc.assert(
      fc.property(
        number,
        fc.double({ min: 3, max: 9, noNaN: true }),
        spread,
        spread,
        (above, below, a, b) => {
          const variances = { above: a, below: b, both: 0.5 * Math.sqrt(a * b) };
          const { low, high, value } = fieller({ above, below, variances }, T, 1);
          const far = (θ: number) =>
            Math.abs(above - θ * below) /
            Math.sqrt(variances.above - 2 * θ * variances.both + θ * θ * variances.below);
          expect([far(low!), far(high!)]).toEqual([expect.closeTo(T, 6), expect.closeTo(T, 6)]);
          expect(low!).toBeLessThan(value);
          expect(high!).toBeGreaterThan(value);
        },
      ),
    );
  });

  test('has no ends where the denominator may be 0, nor where there is no spread', () => {
    expect(fieller({ above: 1, below: 1, variances: { above: 1, below: 1, both: 0 } }, T, 5)).toEqual({
      ...{ value: 1, low: null, high: null, n: 5 },
    });
    expect(fieller({ above: 1, below: 2, variances: { above: 0, below: 0, both: 0 } }, T, 5).low).toBeNull();
  });
});

describe('the ratio of two means', () => {
  const clusters = (noise: number, shift = 1) => {
    const random = Random.seeded(1);
    return Array.from({ length: 20 }, () => ({
      above: 4 * shift + noise * random.normal(),
      below: 8 * shift + noise * random.normal(),
      n: 10,
    }));
  };

  test('is undefined where the denominator is less than three of its errors, or of one cluster', () => {
    expect(ratioOfMeans(clusters(1), 3)!.value).toBeCloseTo(0.5, 1);
    expect(ratioOfMeans(clusters(1, 0.05), 3)).toBeUndefined();
    expect(ratioOfMeans(clusters(1, -1), 3)).toBeUndefined();
    expect(ratioOfMeans(clusters(1).slice(0, 1), 3)).toBeUndefined();
  });

  test('is counted on items and does not hang on their unit', () => {
    const given = clusters(1);
    const found = ratioOfMeans(given, 3)!;
    const scaled = ratioOfMeans(
      given.map((one) => ({ ...one, above: 10 * one.above })),
      3,
    )!;
    expect(found.n).toBe(200);
    expect(scaled.low).toBeCloseTo(10 * found.low!, 9);
    expect(scaled.high).toBeCloseTo(10 * found.high!, 9);
  });
});
