/** Fieller's interval of a ratio (1954): all θ for which A − θB may be 0. It holds where a bell around the ratio does not, since
 *  its denominator is uncertain too.
 *      (A − θB)² ≤ t² · Var(A − θB) */

import type { Estimate } from './estimate.ts';
import { studentQuantile } from './student.ts';

/** Two estimates that are normal together, and their covariance matrix. */
export interface Together {
  readonly above: number;
  readonly below: number;
  readonly variances: { readonly above: number; readonly below: number; readonly both: number };
}

/** above / below; no interval (null) where it has no two ends, or where there is no spread. `t`: the quantile of the interval. */
export function fieller({ above, below, variances }: Together, t: number, n: number): Estimate {
  const t2 = t * t;
  const a = below ** 2 - t2 * variances.below;
  const b = above * below - t2 * variances.both;
  const c = above ** 2 - t2 * variances.above;
  const root = b * b - a * c;
  const bare: Estimate = { value: above / below, low: null, high: null, n };
  if (a <= 0 || root <= 0) return bare;
  return { ...bare, low: (b - Math.sqrt(root)) / a, high: (b + Math.sqrt(root)) / a };
}

/** Sums over a cluster of n items. */
export interface Sums {
  readonly above: number;
  readonly below: number;
  readonly n: number;
}

/** The ratio of two means over the same items, with variances over clusters (Cochran 1977, §6.3) and Student's t. Undefined
 *  with fewer than two clusters, and where the denominator is less than `errorsMin` of its standard errors above 0. */
export function ratioOfMeans(clusters: readonly Sums[], errorsMin: number): Estimate | undefined {
  const count = clusters.length;
  if (count < 2) return undefined;
  const total = (of: (one: Sums) => number) => clusters.reduce((sum, one) => sum + of(one), 0);
  const n = total((one) => one.n);
  const [above, below] = [total((one) => one.above), total((one) => one.below)];
  const covariance = (of: (one: Sums) => number, and: (one: Sums) => number) =>
    (count / (count - 1)) * total((one) => of(one) * and(one));
  const a = (one: Sums) => one.above - (one.n * above) / n;
  const b = (one: Sums) => one.below - (one.n * below) / n;
  const variances = { above: covariance(a, a), below: covariance(b, b), both: covariance(a, b) };
  if (!(below > 0 && below >= errorsMin * Math.sqrt(variances.below))) return undefined;
  return fieller({ above, below, variances }, studentQuantile(count - 1), n);
}
