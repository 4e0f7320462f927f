/** Student's t against published tables and a slower way. */

import { describe, expect, test } from 'vitest';
import { studentQuantile } from './student.ts';

/** Quantile .975 as tables print it (NIST/SEMATECH e-Handbook, §1.3.6.7.2). */
const PUBLISHED = [
  [1, 12.706],
  [2, 4.303],
  [3, 3.182],
  [4, 2.776],
  [5, 2.571],
  [9, 2.262],
  [10, 2.228],
  [30, 2.042],
  [99, 1.984],
] as const;

describe('the quantile of Student’s t', () => {
  test.each(PUBLISHED)('%i degrees of freedom: %f', (freedom, value) => {
    expect(studentQuantile(freedom)).toBeCloseTo(value, 3);
  });

  test('encloses .95 of the density, integrated numerically', () => {
    for (const freedom of [1, 2, 3, 4, 7, 12, 25]) {
      const density = (t: number) => (1 + (t * t) / freedom) ** (-(freedom + 1) / 2);
      // t = tan u, so that the whole line is a finite stretch.
      const mass = (to: number): number => {
        const cells = 200_000;
        const width = Math.atan(to) / cells;
        let sum = 0;
        for (let i = 0; i < cells; i++) {
          const u = (i + 0.5) * width;
          sum += (density(Math.tan(u)) / Math.cos(u) ** 2) * width;
        }
        return sum;
      };
      expect(mass(studentQuantile(freedom)) / mass(1e12)).toBeCloseTo(0.95, 4);
    }
  });

  test('falls with every degree of freedom, to the normal quantile', () => {
    const quantiles = Array.from({ length: 300 }, (_, i) => studentQuantile(i + 1));
    expect(quantiles.every((value, i) => i === 0 || value < quantiles[i - 1]!)).toBe(true);
    expect(studentQuantile(100_000)).toBeCloseTo(1.95996, 3);
  });
});
