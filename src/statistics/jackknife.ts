/** The jackknife over clusters: the interval of a smooth statistic from what it becomes without one cluster at a time.
 *      se² = (C − 1)/C · Σ (θ₍ᵢ₎ − θ̄)²          interval θ ± t(C − 1) · se
 *  (Tukey 1958; Efron & Tibshirani 1993, §11). Clusters are what was drawn independently: contexts, seeds. It does not hold for
 *  what jumps, such as quantiles: `bootstrap` is for those. */

import type { Estimate } from './estimate.ts';
import { studentQuantile } from './student.ts';

/** On which scale the interval is symmetric. `log` keeps it above 0, `logit` within 0 … 1: se is carried over by the
 *  derivative (delta method). */
export type Scale = 'plain' | 'log' | 'logit';

export interface JackknifeOptions {
  /** `plain` unless said otherwise. */
  readonly scale?: Scale;
  /** What the figure is counted on; the number of clusters unless said otherwise. */
  readonly n?: number;
}

/** Without an interval (null) where there are fewer than two clusters, where the statistic is undefined without one of them,
 *  where no cluster makes a difference, and at the ends of a scale. Undefined where the statistic is. */
export function jackknife<T>(
  clusters: readonly T[],
  statistic: (clusters: readonly T[]) => number | undefined,
  options: JackknifeOptions = {},
): Estimate | undefined {
  const without = clusters.map((_, i) => () => statistic(clusters.filter((_, j) => j !== i)));
  return fromDeletions(statistic(clusters), without, options);
}

/** The same of a function of sums over clusters, each a vector of one length: fast, as sums are not added up again. Undefined of no
 *  clusters. */
export function jackknifeOfSums(
  clusters: readonly (readonly number[])[],
  statistic: (sums: readonly number[]) => number | undefined,
  options: JackknifeOptions = {},
): Estimate | undefined {
  if (clusters.length === 0) return undefined;
  const sums = sumOf(clusters);
  const without = clusters.map(
    (cluster) => () => statistic(sums.map((sum, k) => settled(sum - cluster[k]!, sum))),
  );
  return fromDeletions(statistic(sums), without, options);
}

/** Element by element. */
export function sumOf(vectors: readonly (readonly number[])[]): readonly number[] {
  const sums = new Array<number>(vectors[0]?.length ?? 0).fill(0);
  for (const vector of vectors) for (let k = 0; k < sums.length; k++) sums[k]! += vector[k]!;
  return sums;
}

/** What is left by rounding when everything is taken away is 0. */
function settled(rest: number, whole: number): number {
  return Math.abs(rest) <= Math.abs(whole) * 1e-12 ? 0 : rest;
}

function fromDeletions(
  value: number | undefined,
  without: readonly (() => number | undefined)[],
  { scale = 'plain', n = without.length }: JackknifeOptions,
): Estimate | undefined {
  if (value === undefined) return undefined;
  const bare: Estimate = { value, low: null, high: null, n };
  const count = without.length;
  if (count < 2) return bare;
  const values: number[] = [];
  for (const one of without) {
    const left = one();
    if (left === undefined) return bare;
    values.push(left);
  }
  const mean = values.reduce((sum, one) => sum + one, 0) / count;
  const squares = values.reduce((sum, one) => sum + (one - mean) ** 2, 0);
  const error = Math.sqrt(((count - 1) / count) * squares);
  return error === 0 ? bare : onScale(bare, studentQuantile(count - 1) * error, scale);
}

/** value ± spread, symmetric on that scale. */
export function onScale(estimate: Estimate, spread: number, scale: Scale): Estimate {
  const { value } = estimate;
  if (scale === 'plain') return { ...estimate, low: value - spread, high: value + spread };
  if (value <= 0 || (scale === 'logit' && value >= 1)) return estimate;
  if (scale === 'log') {
    const factor = Math.exp(spread / value);
    return { ...estimate, low: value / factor, high: value * factor };
  }
  const odds = value / (1 - value);
  const factor = Math.exp(spread / (value * (1 - value)));
  return { ...estimate, low: odds / (odds + factor), high: 1 / (1 + 1 / (odds * factor)) };
}
