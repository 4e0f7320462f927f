/** How probable it is that an answer is wrong, learned from the audits so far: logistic regression on what is known of a
 *  question and its answer without a judge.
 *      û(x) = σ(β₀ + Σ β_j z_j),   z_j: feature j, standardised over all items; one of them the answerer's own doubt in logits
 *  β maximises the likelihood of the audits less ½ Σ λ_j (β_j − μ_j)² (Hoerl & Kennard 1970; le Cessie & van Houwelingen 1992), which
 *  keeps it finite where a feature tells all, and where audits are few near the overall rate, moved by the doubt as it stands: its μ is
 *  the slope at which a logit is believed as it is, that of everything else 0. */

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
