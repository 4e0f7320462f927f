/** How large gaps are on the whole, when chance makes each of them look larger than it is: G = Σ_b (n_b/n) |gap_b|^power over bins,
 *  where a gap is the mean of what its items are off by. A gap μ with standard error s looks like x of N(μ, s²), so
 *      E|x| = s√(2/π) exp(−μ²/2s²) + μ(1 − 2Φ(−μ/s))          E x² = μ² + s²
 *  and the debiased figure takes off what chance adds (power 1: Kumar, Liang & Ma 2019, §5; power 2: Bröcker 2012; Ferro & Fricker
 *  2012). Its interval turns a test round: of gaps that are κ times what they look, and of gaps that are all alike, all sizes that
 *  the figure does not speak against. Chance adds least where gaps are alike, and more where they differ as much as they look, so
 *  the truth is between the two. With no gap at all the interval begins at 0, where a symmetric one would not. G is taken for a multiple of χ² with its
 *  mean and variance (Satterthwaite 1946), cube roots of which are normal (Wilson & Hilferty 1931). */

import { byCluster, type Clustered } from './clustered.ts';
import type { Bounded } from './estimate.ts';
import { normalCdf } from './normal.ts';
import { studentQuantile } from './student.ts';

/** What an item is off by. */
export interface Off extends Clustered {
  readonly by: number;
}

export interface GapSize {
  /** As it looks: too large by chance. */
  readonly plain: number;
  /** 0 or more, at most 1. */
  readonly debiased: Bounded;
}

interface Bin {
  readonly share: number;
  readonly gap: number;
}

/** Of f(x) = |x|^power for x of N(μ, s²): mean, variance, and the means of its first two derivatives. */
interface Look {
  readonly mean: number;
  readonly variance: number;
  readonly first: number;
  readonly second: number;
}

/** κ tried: 0 … 2 in so many steps. */
const [STEPS, KAPPA_MAX] = [200, 2];
/** What a gap is unsure by at least, in items: where nothing varies in a bin, the next item still might. */
const CONTINUITY = 0.5;
/** As unsure as a single item between 0 and 1 can be. */
const SINGLE = 0.5;

/** Items off by −1 … 1, in bins that are not empty. Undefined of no items; the interval is 0 … 1 of one cluster. */
export function gapSize(bins: readonly (readonly Off[])[], power: 1 | 2): GapSize | undefined {
  const n = bins.reduce((sum, bin) => sum + bin.length, 0);
  if (n === 0) return undefined;
  const told = bins.map((bin): Bin => ({ share: bin.length / n, gap: sumOf(bin) / bin.length }));
  const { covariance, clusters } = covarianceOf(bins, told);
  const errors = covariance.map((row, b) => Math.sqrt(row[b]!));
  const plain = told.reduce((sum, { share, gap }) => sum + share * Math.abs(gap) ** power, 0);
  const value = Math.max(0, 2 * plain - at(1, told, covariance, errors, power).mean);
  if (clusters < 2) return { plain, debiased: { value, low: 0, high: 1, n } };
  const quantile = studentQuantile(clusters - 1);
  // Gaps of so many bins, told from so few clusters, fit them better than the truth would.
  const fitted = clusters / (clusters - Math.min(bins.length, clusters / 2));
  let [low, high] = [value, value];
  const level = told.map(({ share }) => ({ share, gap: plain }));
  for (const profile of power === 1 ? [told, level] : [told])
    for (let step = 0; step <= STEPS; step++) {
      const kappa = (KAPPA_MAX * step) / STEPS;
      const { mean, variance } = at(kappa, profile, covariance, errors, power);
      const c = (fitted * variance) / (9 * mean ** 2);
      if (Math.abs(Math.cbrt(plain / mean) - 1 + c) > quantile * Math.sqrt(c)) continue;
      low = Math.min(low, kappa ** power * plain);
      high = Math.max(high, kappa ** power * plain);
    }
  return { plain, debiased: { value, low, high: Math.min(1, high), n } };
}

/** Mean and variance of G, were gaps κ times what they look. Bins that err together, by their covariance C: cov(f(x), f(y))
 *  = E f′ E f′ C + ½ E f″ E f″ C² + … */
function at(
  kappa: number,
  told: readonly Bin[],
  covariance: readonly (readonly number[])[],
  errors: readonly number[],
  power: 1 | 2,
): { readonly mean: number; readonly variance: number } {
  const look = told.map(({ gap }, b) => (power === 1 ? folded : squared)(kappa * gap, errors[b]!));
  let [mean, variance] = [0, 0];
  for (let b = 0; b < told.length; b++) {
    const [one, share] = [look[b]!, told[b]!.share];
    mean += share * one.mean;
    variance += share ** 2 * one.variance;
    for (let other = 0; other < b; other++) {
      const [two, c] = [look[other]!, covariance[b]![other]!];
      const together = one.first * two.first * c + (one.second * two.second * c * c) / 2;
      variance += 2 * share * told[other]!.share * together;
    }
  }
  // Estimated covariances may not fit together; independent bins are the least that is taken for true.
  const apart = look.reduce((sum, one, b) => sum + told[b]!.share ** 2 * one.variance, 0);
  return { mean, variance: Math.max(variance, apart) };
}

function squared(mu: number, s: number): Look {
  return { mean: mu * mu + s * s, variance: 2 * s ** 4 + 4 * mu * mu * s * s, first: 2 * mu, second: 2 };
}

/** Leone, Nelson & Nottingham 1961. */
function folded(mu: number, s: number): Look {
  const z = mu / s;
  const density = Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);
  const first = 1 - 2 * normalCdf(-z);
  const mean = 2 * s * density + mu * first;
  const variance = Math.max(0, mu * mu + s * s - mean * mean);
  return { mean, variance, first, second: (2 * density) / s };
}

/** Of the gaps, over clusters; [B, B]. */
function covarianceOf(bins: readonly (readonly Off[])[], told: readonly Bin[]) {
  const residuals = new Map<number | string, number[]>();
  const having = bins.map((bin, b) => {
    const here = byCluster(bin);
    for (const group of here) {
      const { cluster } = group[0]!;
      const row = residuals.get(cluster) ?? new Array<number>(bins.length).fill(0);
      residuals.set(cluster, row);
      row[b] = (sumOf(group) - group.length * told[b]!.gap) / bin.length;
    }
    return here.length;
  });
  const clusters = residuals.size;
  const covariance = bins.map(() => new Array<number>(bins.length).fill(0));
  for (const row of residuals.values())
    for (let b = 0; b < bins.length; b++)
      for (let other = 0; other <= b; other++) covariance[b]![other]! += row[b]! * row[other]!;
  bins.forEach((bin, b) => {
    for (let other = 0; other < b; other++) covariance[b]![other]! *= clusters / (clusters - 1);
    const variance = (covariance[b]![b]! * having[b]!) / (having[b]! - 1);
    covariance[b]![b] = having[b]! < 2 ? SINGLE ** 2 : Math.max((CONTINUITY / bin.length) ** 2, variance);
  });
  return { covariance, clusters };
}

function sumOf(items: readonly Off[]): number {
  return items.reduce((sum, { by }) => sum + by, 0);
}
