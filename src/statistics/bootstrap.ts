/** The bootstrap over clusters: the interval of any statistic from what it becomes on clusters drawn again with replacement.
 *  Bias-corrected and accelerated (BCa; Efron 1987; Efron & Tibshirani 1993, §14.3), with quantiles of Student's t for few
 *  clusters («expanded»: Hesterberg 2015, §4.3). 2,000 draws move an end by some 3 % of the width. */

import type { Random } from '../base/random.ts';
import type { Estimate } from './estimate.ts';
import { normalCdf, normalQuantile } from './normal.ts';
import { studentQuantile } from './student.ts';

const DRAWS = 2000;
/** More draws than this share without a value, and what is left is no fair picture. */
const UNDEFINED_MAX = 0.05;

export interface BootstrapOptions {
  /** 2,000 unless said otherwise. */
  readonly draws?: number;
  /** What the figure is counted on; the number of clusters unless said otherwise. */
  readonly n?: number;
}

/** Without an interval (null) with fewer than two clusters, or where more than 5 % of the draws leave the statistic
 *  undefined. Undefined where the statistic is. */
export function bootstrap<T>(
  clusters: readonly T[],
  statistic: (clusters: readonly T[]) => number | undefined,
  random: Random,
  { draws = DRAWS, n = clusters.length }: BootstrapOptions = {},
): Estimate | undefined {
  const value = statistic(clusters);
  if (value === undefined) return undefined;
  const bare: Estimate = { value, low: null, high: null, n };
  const count = clusters.length;
  if (count < 2) return bare;
  const stream = random.split('bootstrap');
  const values: number[] = [];
  for (let draw = 0; draw < draws; draw++) {
    const drawn = statistic(Array.from(clusters, () => clusters[stream.below(count)]!));
    if (drawn !== undefined) values.push(drawn);
  }
  if (values.length < (1 - UNDEFINED_MAX) * draws) return bare;
  values.sort((a, b) => a - b);
  const z = Math.sqrt(count / (count - 1)) * studentQuantile(count - 1);
  const levels = bcaLevels(biasOf(values, value), accelerationOf(clusters, statistic), z);
  const [low, high] = levels.map((level) => quantileOf(values, level)) as [number, number];
  return { ...bare, low, high };
}

/** Of the draws, the shares below the lower and below the upper end of the interval (Efron & Tibshirani 1993, eq. 14.10).
 *  `z` is the quantile that a symmetric interval would take: 1.96, or 1.645 for one of 90 %. */
export function bcaLevels(bias: number, acceleration: number, z: number): readonly [number, number] {
  const level = (side: number) => {
    const shifted = bias + side;
    return normalCdf(bias + shifted / (1 - acceleration * shifted));
  };
  return [level(-z), level(z)];
}

/** z₀: how far the value is from the middle of the draws; draws that equal it count half. Kept finite. */
function biasOf(sorted: readonly number[], value: number): number {
  const below = sorted.reduce((count, one) => count + (one < value ? 1 : one === value ? 0.5 : 0), 0);
  return normalQuantile(Math.min(Math.max(below, 0.5), sorted.length - 0.5) / sorted.length);
}

/** Skewness of the jackknife values, over 6 (eq. 14.15); 0 where the statistic is undefined without one cluster. */
export function accelerationOf<T>(
  clusters: readonly T[],
  statistic: (clusters: readonly T[]) => number | undefined,
): number {
  const values = clusters.map((_, i) => statistic(clusters.filter((_, j) => j !== i)));
  if (values.some((one) => one === undefined)) return 0;
  const known = values as number[];
  const mean = known.reduce((sum, one) => sum + one, 0) / known.length;
  const squares = known.reduce((sum, one) => sum + (mean - one) ** 2, 0);
  const cubes = known.reduce((sum, one) => sum + (mean - one) ** 3, 0);
  return squares === 0 ? 0 : cubes / (6 * squares ** 1.5);
}

/** Linear between the order statistics, the k-th of B at k/(B + 1). */
function quantileOf(sorted: readonly number[], level: number): number {
  const place = Math.min(Math.max(level * (sorted.length + 1) - 1, 0), sorted.length - 1);
  const [below, above] = [sorted[Math.floor(place)]!, sorted[Math.ceil(place)]!];
  return below + (place - Math.floor(place)) * (above - below);
}
