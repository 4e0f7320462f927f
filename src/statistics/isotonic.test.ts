import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isotonic, type Weighed } from './isotonic.ts';

const loss = (points: readonly Weighed[], fit: readonly number[]) =>
  points.reduce((sum, { value, weight }, i) => sum + weight * (value - fit[i]!) ** 2, 0);

/** The least loss over all ways to cut the points into runs with one value each that never fall. */
function leastByForce(points: readonly Weighed[]): number {
  let least = Number.POSITIVE_INFINITY;
  for (let cuts = 0; cuts < 2 ** (points.length - 1); cuts++) {
    const runs: Weighed[][] = [[]];
    points.forEach((point, i) => {
      runs.at(-1)!.push(point);
      if ((cuts >> i) & 1) runs.push([]);
    });
    const means = runs.map(
      (run) =>
        run.reduce((sum, { value, weight }) => sum + weight * value, 0) /
        run.reduce((sum, { weight }) => sum + weight, 0),
    );
    if (means.some((mean, i) => i > 0 && mean < means[i - 1]!)) continue;
    const fit = runs.flatMap((run, i) => run.map(() => means[i]!));
    least = Math.min(least, loss(points, fit));
  }
  return least;
}

const points = fc.array(
  fc.record({ value: fc.integer({ min: 0, max: 6 }), weight: fc.integer({ min: 1, max: 4 }) }),
  { minLength: 1, maxLength: 9 },
);

describe('isotonic', () => {
  test('never falls, and no numbers that never fall are nearer', () => {
    fc.assert(
      fc.property(points, (given) => {
        const fit = isotonic(given);
        expect(fit.every((value, i) => i === 0 || value >= fit[i - 1]!)).toBe(true);
        expect(loss(given, fit)).toBeCloseTo(leastByForce(given), 9);
      }),
    );
  });

  test('leaves what never falls as it is, and pools all of what always falls', () => {
    const of = (...values: readonly number[]) => isotonic(values.map((value) => ({ value, weight: 1 })));
    expect(of(1, 2, 2, 5)).toEqual([1, 2, 2, 5]);
    expect(of(4, 2, 0)).toEqual([2, 2, 2]);
    expect(of(1, 3, 2, 4, 3, 5)).toEqual([1, 2.5, 2.5, 3.5, 3.5, 5]);
    expect(isotonic([])).toEqual([]);
    expect(() => isotonic([{ value: 1, weight: 0 }])).toThrow('expected one above 0, got 0');
  });
});
