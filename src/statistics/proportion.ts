/** Proportions with 95 % intervals that respect clusters: questions about one context stand or fall together. */

import type { Bounded } from './estimate.ts';

/** right / n, 0 … 1, of n questions. */
export type Proportion = Bounded;

export interface Count {
  readonly right: number;
  readonly n: number;
}

/** Standard normal quantile of a two-sided 95 % interval. */
const Z = 1.959964;
/** Correlation within clusters assumed at least: the data cannot tell it where nearly all answers are right. Measured
 *  on permutation powering: .06 to .18 (docs/log.md). */
const CORRELATION_MIN = 0.05;

/** Wilson's interval (1927) with the number of questions divided by the design effect (Kish 1965): how much larger the
 *  variance between clusters is than independent questions would have. Few clusters widen it by Student's t. */
export function proportion(counts: readonly Count[]): Proportion {
  const clusters = counts.filter(({ n }) => n > 0);
  const right = clusters.reduce((total, cluster) => total + cluster.right, 0);
  const n = clusters.reduce((total, cluster) => total + cluster.n, 0);
  if (n === 0) return { value: 0, low: 0, high: 1, n: 0 };
  const value = right / n;
  const size = n / designEffect(clusters, value, n);
  return { value, ...wilson(value, size, quantileFor(clusters.length - 1)), n };
}

/** Wilson's interval of a share, 0 … 1, that is as sure as of `size` independent items, for a quantile of the normal
 *  distribution or of Student's. */
export function wilson(
  value: number,
  size: number,
  quantile = Z,
): { readonly low: number; readonly high: number } {
  const q2 = quantile * quantile;
  const centre = value + q2 / (2 * size);
  const spread = quantile * Math.sqrt((value * (1 - value)) / size + q2 / (4 * size * size));
  const scale = 1 + q2 / size;
  return {
    // The value is inside it; where it is 0 or 1, rounding would say otherwise.
    low: Math.max(0, Math.min(value, (centre - spread) / scale)),
    high: Math.min(1, Math.max(value, (centre + spread) / scale)),
  };
}

/** So many independent questions would be as sure: n over the design effect; 0 of none. */
export function effectiveSize(counts: readonly Count[]): number {
  const clusters = counts.filter(({ n }) => n > 0);
  const n = clusters.reduce((total, cluster) => total + cluster.n, 0);
  const right = clusters.reduce((total, cluster) => total + cluster.right, 0);
  return n === 0 ? 0 : n / designEffect(clusters, right / n, n);
}

/** Var(ratio estimate over clusters) / Var(n independent questions), at least what CORRELATION_MIN makes it. */
function designEffect(clusters: readonly Count[], value: number, n: number): number {
  const count = clusters.length;
  const size = clusters.reduce((total, cluster) => total + cluster.n ** 2, 0) / n; // of the cluster of a question
  const least = 1 + (size - 1) * CORRELATION_MIN;
  if (count < 2 || value === 0 || value === 1) return least;
  const residuals = clusters.reduce((total, cluster) => total + (cluster.right - value * cluster.n) ** 2, 0);
  const clustered = ((count / (count - 1)) * residuals) / (n * n);
  return Math.max(least, clustered / ((value * (1 - value)) / n));
}

/** Student's t from the normal quantile, first term of the expansion in 1/freedom (Abramowitz & Stegun 26.7.5). One
 *  cluster, which has no freedom, counts as two. */
function quantileFor(freedom: number): number {
  return Z + (Z ** 3 + Z) / (4 * Math.max(1, freedom));
}
