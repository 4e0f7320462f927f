/** K3, override frequency: how often people change what the assistant decided. Of escalated decisions alone it says nothing about
 *  the others, since those were chosen for being doubtful; so a few of all decisions are reviewed in the shadow, drawn
 *  by chance, and each review stands for 1/π decisions (Hájek; Korn & Graubard 1998 for the interval). */

import { type Clustered, share, shareOf } from '../statistics/clustered.ts';
import type { Bounded } from '../statistics/estimate.ts';
import type { Proportion } from '../statistics/proportion.ts';
import { weightedShare } from '../statistics/weighted.ts';
import type { Levelled } from './levels.ts';

export const OVERRIDE_REASONS = ['decomposition', 'sub-answer', 'combination', 'policy'] as const;
export type OverrideReason = (typeof OVERRIDE_REASONS)[number];

/** A decision that a person looked at; `cluster` is its context, or its tree. */
export interface Review extends Clustered, Levelled {
  /** Whether the assistant handed it up; otherwise a shadow audit, which it did not know of. */
  readonly escalated: boolean;
  /** π, the chance with which such a decision is reviewed, above 0: 1 where it is escalated. */
  readonly probability: number;
  readonly overridden: boolean;
  readonly reason?: OverrideReason;
  /** Whether what stood after the review is right, where truth is known. */
  readonly endedRight?: boolean;
}

/** Of one context or tree: decisions made, and how many of them were escalated. */
export interface DecisionCount extends Clustered, Levelled {
  readonly decisions: number;
  readonly escalated: number;
}

/** A mistake that was found: by a review, or only later. */
export interface FoundError extends Clustered, Levelled {
  readonly later: boolean;
}

export interface Overrides {
  /** Share of all decisions that a person would change, 0 … 1, unbiased; undefined without a shadow audit. */
  readonly frequency: Bounded | undefined;
  /** The same for each reason. */
  readonly reasons: { readonly [reason in OverrideReason]: Bounded } | undefined;
  /** Share of escalated decisions that were changed. Not to be quoted alone; undefined where none was escalated. */
  readonly escalatedOnly: Proportion | undefined;
  /** escalatedOnly − frequency: by how much it misleads. */
  readonly bias: Bounded | undefined;
  /** Escalated / decisions. */
  readonly escalationRate: Proportion | undefined;
  /** Share of overrides that ended right, of those where truth is known. */
  readonly precision: Proportion | undefined;
  /** Found later / found at all. */
  readonly missRate: Proportion | undefined;
}

/** Each figure undefined where there is nothing to tell it from. Per level: `perLevel` of each of the three lists. */
export function overrides(
  reviews: readonly Review[],
  decisions: readonly DecisionCount[],
  found: readonly FoundError[],
): Overrides {
  const escalated = reviews.filter((review) => review.escalated);
  const isAudited = reviews.length > escalated.length;
  const weighted = (isSo: (review: Review) => boolean) =>
    weightedShare(reviews.map((review) => ({ ...review, value: isSo(review) ? 1 : 0 })));
  const frequency = isAudited ? weighted(({ overridden }) => overridden) : undefined;
  const escalatedOnly = shareOf(escalated, ({ overridden }) => overridden);
  const judged = reviews.filter(({ overridden, endedRight }) => overridden && endedRight !== undefined);
  const made = decisions.reduce((sum, one) => sum + one.decisions, 0);
  return {
    frequency,
    reasons: isAudited
      ? (Object.fromEntries(
          OVERRIDE_REASONS.map((reason) => [
            reason,
            weighted((review) => review.overridden && review.reason === reason),
          ]),
        ) as { readonly [reason in OverrideReason]: Bounded })
      : undefined,
    escalatedOnly,
    bias: frequency && escalatedOnly && differenceOf(escalatedOnly, frequency),
    escalationRate:
      made === 0 ? undefined : share(decisions.map((one) => ({ right: one.escalated, n: one.decisions }))),
    precision: shareOf(judged, ({ endedRight }) => endedRight === true),
    missRate: shareOf(found, ({ later }) => later),
  };
}

/** Square by square, as if independent (Zou & Donner 2008): the one is part of the other, which makes it conservative. */
function differenceOf(one: Bounded, other: Bounded): Bounded {
  const value = one.value - other.value;
  return {
    value,
    low: value - Math.hypot(one.value - one.low, other.high - other.value),
    high: value + Math.hypot(one.high - one.value, other.value - other.low),
    n: other.n,
  };
}
