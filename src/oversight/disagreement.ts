/** How probable it is that an answer is wrong, learned from the audits so far: logistic regression on what is known of a
 *  question and its answer without a judge.
 *      û(x) = σ(β₀ + Σ β_j z_j),   z_j: feature j, standardised over all items; one of them the answerer's own doubt in logits
 *  β maximises the likelihood of the audits less ½ Σ λ_j (β_j − μ_j)² (Hoerl & Kennard 1970; le Cessie & van Houwelingen 1992), which
 *  keeps it finite where a feature tells all, and where audits are few near the overall rate, moved by the doubt as it stands: its μ is
 *  the slope at which a logit is believed as it is, that of everything else 0. */

import type { Estimate } from '../statistics/estimate.ts';
import { jackknifeOfSums } from '../statistics/jackknife.ts';
import { logistic, logit, predicted } from '../statistics/logistic.ts';

/** Of one item; as many for each. */
export type Features = readonly number[];

export interface Labelled {
  /** Its place among the items. */
  readonly item: number;
  readonly wrong: boolean;
}

/** λ: as if each β had been estimated before with a standard error of 1; that of the doubt a little more freely, since one that
 *  misleads has far to go. */
const [RIDGE, RIDGE_OF_DOUBT] = [1, 2 / 3];
/** As good as none: the overall rate is not held to anything. */
const FREE = 1e-6;
/** Variance of a feature that is the same for all, but for rounding. */
const CONSTANT = 1e-12;
/** Audits that are all alike leave the rate at this much of a mistake more, and of a right answer. */
const PRIOR = 0.5;

/** What is known of all items, as the regression reads it. */
export interface Design {
  /** One for each: 1, its features, and its doubt if there is one. */
  readonly rows: readonly Float64Array[];
  /** μ and λ, of each. */
  readonly prior: readonly number[];
  readonly strength: readonly number[];
}

/** Features with mean 0 and variance 1 over the items; one that is the same for all becomes 0. `doubts`: what the answerer makes of
 *  each itself, the probability that it is wrong, 0 … 1. */
export function designOf(features: readonly Features[], doubts?: readonly number[]): Design {
  const columns = features.map((row, i) => (doubts ? [...row, logit(doubts[i]!)] : row));
  const n = columns.length;
  const width = columns[0]?.length ?? 0;
  const [means, variances] = [new Float64Array(width), new Float64Array(width)];
  for (const row of columns) for (let j = 0; j < width; j++) means[j]! += row[j]! / n;
  for (const row of columns) for (let j = 0; j < width; j++) variances[j]! += (row[j]! - means[j]!) ** 2 / n;
  const rows = columns.map((row) => {
    const scaled = new Float64Array(width + 1);
    scaled[0] = 1;
    for (let j = 0; j < width; j++)
      if (variances[j]! > CONSTANT) scaled[j + 1] = (row[j]! - means[j]!) / Math.sqrt(variances[j]!);
    return scaled;
  });
  const prior = new Array<number>(width + 1).fill(0);
  const strength = [FREE, ...new Array<number>(width).fill(RIDGE)];
  if (doubts) {
    prior[width] = Math.sqrt(variances[width - 1]!);
    strength[width] = RIDGE_OF_DOUBT;
  }
  return { rows, prior, strength };
}

/** û of each item, above 0 and below 1. */
export function predictDisagreement(
  { rows, prior, strength }: Design,
  labelled: readonly Labelled[],
): readonly number[] {
  const average = prior.map((_, j) => (j === 0 ? 1 : 0));
  const beta = logistic(
    [
      ...labelled.map(({ item, wrong }) => ({ features: rows[item]!, right: wrong })),
      { features: average, right: true, weight: PRIOR },
      { features: average, right: false, weight: PRIOR },
    ],
    prior,
    strength,
  );
  return rows.map((row) => predicted(beta, row));
}

/** Parts that audits are dealt to in turn; each is foretold from the others. */
const PARTS = 5;

/** How much of the mistakes follows rules: the share of their variance that is foretold from the other audits, 0 … 1,
 *      R² = 1 − Σ (y − û)²/π / Σ (y − ȳ)²/π
 *  each audit standing for the 1/π items like it, with the jackknife's interval. What is random in them nobody can learn, and
 *  distillation washes it out; what is not is copied. Undefined of fewer mistakes, or right answers, than there are parts. */
export function structuredShare(
  design: Design,
  audits: readonly (Labelled & { readonly probability: number })[],
): Estimate | undefined {
  const mistakes = audits.filter(({ wrong }) => wrong).length;
  if (Math.min(mistakes, audits.length - mistakes) < PARTS) return undefined;
  // As many mistakes in each part, give or take one.
  const ordered = [...audits].sort((a, b) => Number(a.wrong) - Number(b.wrong));
  const sums = Array.from({ length: PARTS }, (_, part) => {
    const isIn = (place: number) => place % PARTS === part;
    const found = predictDisagreement(
      design,
      ordered.filter((_one, place) => !isIn(place)),
    );
    return ordered
      .filter((_one, place) => isIn(place))
      .map(({ item, wrong, probability }) => {
        const [y, weight] = [Number(wrong), 1 / probability];
        return [weight, weight * y, weight * (y - found[item]!) ** 2];
      });
  }).flat();
  const share = jackknifeOfSums(sums, ([all, wrong, missed]) => {
    const variance = wrong! * (1 - wrong! / all!);
    return variance > 0 ? 1 - missed! / variance : undefined;
  });
  const within = (value: number) => Math.min(1, Math.max(0, value));
  return (
    share && {
      ...share,
      value: within(share.value),
      low: share.low === null ? null : within(share.low),
      high: share.high === null ? null : within(share.high),
    }
  );
}
