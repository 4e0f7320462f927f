/** The beta and the normal distribution against SciPy's numbers, and Clopper and Pearson's promise, counted out. */

import { describe, expect, test } from 'vitest';
import { Random } from '../base/random.ts';
import { betaCdf, betaDraw, betaQuantile, exactProportion, logGamma } from './beta.ts';
import { normalCdf, normalQuantile } from './normal.ts';

describe('the beta distribution', () => {
  // scipy.special.betainc, scipy.stats.beta.ppf and scipy.special.gammaln, 1.17
  test.each([
    [0.5, 0.5, 0.3, 0.36901011956554536],
    [2, 3, 0.4, 0.5248],
    [10, 0.7, 0.95, 0.43940172509728703],
    [400, 21, 0.96, 0.8234500419867904],
    [10_000, 3, 0.9995, 0.12450466181846877],
  ])('P(Beta(%f, %f) ≤ %f) = %f', (a, b, x, p) => {
    expect(betaCdf(x, a, b)).toBeCloseTo(p, 9);
  });

  test.each([
    [0.025, 10, 11, 0.27195784956079183],
    [0.975, 1, 30, 0.11570330822202778],
    [0.5, 200, 300, 0.39986656271411614],
  ])('its quantile %f for (%i, %i) is %f', (p, a, b, x) => {
    expect(betaQuantile(p, a, b)).toBeCloseTo(x, 10);
  });

  test('ln Γ is that of factorials, and √π at one half', () => {
    let factorial = 0;
    for (let n = 1; n < 60; n++) {
      expect(logGamma(n)).toBeCloseTo(factorial, 10);
      factorial += Math.log(n);
    }
    expect(logGamma(0.5)).toBeCloseTo(Math.log(Math.PI) / 2, 13);
    expect(logGamma(0.1)).toBeCloseTo(2.252712651734206, 12);
  });

  test('draws have its mean and variance', () => {
    for (const [a, b] of [
      [0.5, 4],
      [30, 3],
    ] as const) {
      const random = Random.seeded(1);
      const draws = Array.from({ length: 10_000 }, () => betaDraw(a, b, random));
      const mean = draws.reduce((sum, x) => sum + x, 0) / draws.length;
      const variance = draws.reduce((sum, x) => sum + (x - mean) ** 2, 0) / draws.length;
      const known = (a * b) / ((a + b) ** 2 * (a + b + 1));
      expect(Math.abs(mean - a / (a + b))).toBeLessThan(4 * Math.sqrt(known / draws.length));
      expect(variance / known).toBeCloseTo(1, 1);
    }
  });
});

describe('Clopper and Pearson', () => {
  // scipy.stats.binomtest(…).proportion_ci(method='exact'); 15 of 148 and 9 of 263 are rows of Newcombe 1998, table I
  test.each([
    [0, 10, 0, 0.3084971],
    [1, 10, 0.0025286, 0.445016],
    [15, 148, 0.05784401, 0.16165049],
    [20, 20, 0.8315665, 1],
  ])('%i of %i: %f to %f', (right, n, low, high) => {
    const found = exactProportion(right, n);
    expect(found.low).toBeCloseTo(low, 6);
    expect(found.high).toBeCloseTo(high, 6);
  });

  test('cover at least 95 % of all samples, whatever the proportion', () => {
    for (const n of [1, 5, 12, 30]) {
      const intervals = Array.from({ length: n + 1 }, (_, right) => exactProportion(right, n));
      for (let p = 0.01; p < 1; p += 0.01) {
        let covered = 0;
        intervals.forEach(({ low, high }, k) => {
          const ways = logGamma(n + 1) - logGamma(k + 1) - logGamma(n - k + 1);
          if (low <= p && p <= high) covered += Math.exp(ways + k * Math.log(p) + (n - k) * Math.log1p(-p));
        });
        expect(covered).toBeGreaterThanOrEqual(0.95 - 1e-9);
      }
    }
  });
});

describe('the normal distribution', () => {
  // scipy.stats.norm
  test.each([
    [-6, 9.865876450376946e-10],
    [-1.5, 0.06680720126885807],
    [0.3, 0.6179114221889526],
    [2.575829, 0.9949999956107591],
  ])('Φ(%f) = %f', (x, p) => {
    expect(normalCdf(x)).toBeCloseTo(p, 14);
  });

  test('its quantile turns it round', () => {
    for (const p of [1e-6, 0.025, 0.5, 0.9, 0.999])
      expect(normalCdf(normalQuantile(p)) / p).toBeCloseTo(1, 9);
    expect(normalQuantile(0.975)).toBeCloseTo(1.9599639845400545, 12);
    expect(normalQuantile(1)).toBe(Number.POSITIVE_INFINITY);
  });
});
