/** Means and slopes with 95 % intervals by Student's t, for a handful of seeds. */

import { CapstanError } from '../src/base/errors.ts';
import { studentQuantile } from '../src/statistics/student.ts';

export interface Estimate {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** One value alone has no interval: it is infinite. */
export function meanOf(values: readonly number[]): Estimate {
  const n = values.length;
  if (n === 0) throw new CapstanError('invalid', 'mean: expected at least one value, got none');
  const value = values.reduce((sum, x) => sum + x, 0) / n;
  if (n === 1) return { value, low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY };
  const variance = values.reduce((sum, x) => sum + (x - value) ** 2, 0) / (n - 1);
  return around(value, studentQuantile(n - 1) * Math.sqrt(variance / n));
}

/** Geometric mean of ratios, its interval from the logarithms. */
export function ratioOf(ratios: readonly number[]): Estimate {
  const { value, low, high } = meanOf(ratios.map(Math.log));
  return { value: Math.exp(value), low: Math.exp(low), high: Math.exp(high) };
}

/** y = c · x^slope by least squares on logarithms; the interval is the slope's. */
export function powerLaw(points: readonly { readonly x: number; readonly y: number }[]): {
  readonly slope: Estimate;
  readonly factor: number;
} {
  const n = points.length;
  const logs = points.map(({ x, y }) => [Math.log(x), Math.log(y)] as const);
  const [mx, my] = [0, 1].map((i) => logs.reduce((sum, pair) => sum + pair[i]!, 0) / n) as [number, number];
  const sxx = logs.reduce((sum, [x]) => sum + (x - mx) ** 2, 0);
  if (sxx === 0)
    throw new CapstanError('invalid', `power law: expected two different sizes, got ${n} points of one`);
  const slope = logs.reduce((sum, [x, y]) => sum + (x - mx) * (y - my), 0) / sxx;
  const residual = logs.reduce((sum, [x, y]) => sum + (y - my - slope * (x - mx)) ** 2, 0);
  const spread =
    n > 2 ? studentQuantile(n - 2) * Math.sqrt(residual / (n - 2) / sxx) : Number.POSITIVE_INFINITY;
  return { slope: around(slope, spread), factor: Math.exp(my - slope * mx) };
}

function around(value: number, spread: number): Estimate {
  return { value, low: value - spread, high: value + spread };
}
