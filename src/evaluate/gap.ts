/** How much of the way from H alone to X taught by truth is gone without truth (K11).
 *      gap recovered = (taught by IDA − weak) / (strong − weak)                 (Burns et al. 2023, arXiv 2312.09390, §3)
 *      gain          = accuracy of Amplify^H(X_n) − accuracy of X_n
 *      retention     = (X_{n+1} − X_n) / (Amplify^H(X_n) − X_n)
 *  All are asked the same questions; intervals are over contexts, those of ratios Fieller's. Figures need ground truth, so nothing
 *  in training reads them. */

import { byCluster, type Clustered, meanOfItems } from '../statistics/clustered.ts';
import type { Estimate } from '../statistics/estimate.ts';
import { ratioOfMeans } from '../statistics/fieller.ts';

/** A gap of fewer standard errors may be none, and a share of it means nothing. */
const ERRORS_MIN = 3;

/** Who is right at one question; `cluster` is its context. */
export interface Recovery extends Clustered {
  /** H alone, without an assistant: depth 0. */
  readonly weak: boolean;
  /** The same network supervised on ground truth. */
  readonly strong: boolean;
  /** X taught by H with the help of earlier X. */
  readonly taught: boolean;
}

/** 0 none of the gap, 1 all of it; may be below or above. Undefined where the gap is less than three standard errors, or of
 *  fewer than two contexts. */
export function gapRecovered(questions: readonly Recovery[]): Estimate | undefined {
  return ratio(
    questions,
    ({ taught, weak }) => Number(taught) - Number(weak),
    ({ strong, weak }) => Number(strong) - Number(weak),
  );
}

/** Who is right at one question before distillation, with H's help, and after it. */
export interface Step extends Clustered {
  /** X_n. */
  readonly before: boolean;
  /** Amplify^H(X_n). */
  readonly amplified: boolean;
  /** X_{n+1}. */
  readonly after: boolean;
}

/** −1 … 1. Undefined of no questions, without an interval of one context. */
export function amplificationGain(questions: readonly Omit<Step, 'after'>[]): Estimate | undefined {
  return meanOfItems(questions, ({ before, amplified }) => Number(amplified) - Number(before));
}

/** Of what amplification gained, the share that distillation kept. Undefined where the gain is less than three standard
 *  errors, or of fewer than two contexts. */
export function distillationRetention(questions: readonly Step[]): Estimate | undefined {
  return ratio(
    questions,
    ({ after, before }) => Number(after) - Number(before),
    ({ amplified, before }) => Number(amplified) - Number(before),
  );
}

function ratio<T extends Clustered>(
  items: readonly T[],
  above: (item: T) => number,
  below: (item: T) => number,
): Estimate | undefined {
  const sum = (group: readonly T[], of: (item: T) => number) =>
    group.reduce((total, item) => total + of(item), 0);
  const pairs = byCluster(items).map((group) => ({
    above: sum(group, above),
    below: sum(group, below),
    n: group.length,
  }));
  return ratioOfMeans(pairs, ERRORS_MIN);
}
