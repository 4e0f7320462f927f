/** The gamma distribution against tables of χ². */

import { expect, test } from 'vitest';
import { gammaCdf, gammaQuantile } from './gamma.ts';

/** Abramowitz & Stegun, table 26.8: χ² is twice a gamma variable of half its degrees of freedom. */
test.each([
  [1, 0.95, 3.841459],
  [2, 0.95, 5.991465],
  [10, 0.95, 18.307038],
  [100, 0.95, 124.342113],
  [1, 0.05, 0.003932],
  [10, 0.025, 3.246973],
  [30, 0.995, 53.671962],
])('χ² of %i degrees of freedom is at %d below %d', (freedom, p, chi) => {
  expect(2 * gammaQuantile(p, freedom / 2)).toBeCloseTo(chi, 5);
  expect(gammaCdf(chi / 2, freedom / 2)).toBeCloseTo(p, 5);
});

test('of shape 1 is exponential, and that of few is Poisson the other way round', () => {
  for (const x of [0.01, 0.5, 3, 40]) {
    expect(gammaCdf(x, 1)).toBeCloseTo(-Math.expm1(-x), 12);
    expect(gammaCdf(x, 3)).toBeCloseTo(1 - Math.exp(-x) * (1 + x + x ** 2 / 2), 12);
  }
  expect([gammaCdf(0, 2), gammaCdf(-1, 2)]).toEqual([0, 0]);
});

test('has its median where simulation would: large shapes are nearly normal', () => {
  expect(gammaQuantile(0.5, 1e6)).toBeCloseTo(1e6 - 1 / 3, 2);
  expect((gammaQuantile(0.975, 1e8) - 1e8) / 1e4).toBeCloseTo(1.96, 3);
});
