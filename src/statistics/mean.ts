/** Means over seeds with 95 % intervals by Student's t, exact for every number of seeds.
 *      mean ± t(n − 1) · s / √n          s² = Σ (x − mean)² / (n − 1)
 *  The interval says how far another draw of seeds might move the mean. It takes the seeds' values to be about normal,
 *  which with a handful of seeds nobody can check. */

import { CapstanError } from '../base/errors.ts';
import type { Estimate } from './estimate.ts';
import { studentQuantile } from './student.ts';

/** The mean with its t interval; undefined of no values, and without an interval of one: that says nothing of its spread. */
export function meanOf(values: readonly number[]): Estimate | undefined {
  const n = values.length;
  if (n === 0) return undefined;
  const value = values.reduce((sum, x) => sum + x, 0) / n;
  if (n === 1) return { value, low: null, high: null, n };
  const variance = values.reduce((sum, x) => sum + (x - value) ** 2, 0) / (n - 1);
  const spread = studentQuantile(n - 1) * Math.sqrt(variance / n);
  return { value, low: value - spread, high: value + spread, n };
}

/** The mean of shares. What lies beyond 0 and 1 cannot be, so leaving it out costs no coverage. */
export function meanShare(shares: readonly number[]): Estimate | undefined {
  const mean = meanOf(shares);
  if (!mean || mean.low === null || mean.high === null) return mean;
  return { ...mean, low: Math.max(0, mean.low), high: Math.min(1, mean.high) };
}

/** The geometric mean of positive ratios; its interval is that of their logarithms. */
export function ratioOf(ratios: readonly number[]): Estimate | undefined {
  const wrong = ratios.find((ratio) => !(ratio > 0 && ratio < Number.POSITIVE_INFINITY));
  if (wrong !== undefined) throw new CapstanError('invalid', `ratio: expected one above 0, got ${wrong}`);
  const mean = meanOf(ratios.map(Math.log));
  const back = (log: number | null): number | null => (log === null ? null : Math.exp(log));
  return mean && { value: Math.exp(mean.value), low: back(mean.low), high: back(mean.high), n: mean.n };
}

/** The middle value, or the mean of the two in the middle. Infinite values, «never», sort last; null when the middle is
 *  infinite, and of no values. */
export function medianOf(values: readonly number[]): number | null {
  const sorted = [...values].sort((a, b) => (a === b ? 0 : a - b));
  const half = sorted.length / 2;
  const [low, high] = [sorted[Math.ceil(half) - 1], sorted[Math.floor(half)]];
  const middle = ((low ?? Number.NaN) + (high ?? Number.NaN)) / 2;
  return Number.isFinite(middle) ? middle : null;
}
