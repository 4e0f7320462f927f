/** How probable it is that an answer is wrong, learned from the audits so far: logistic regression on what is known of a
 *  question and its answer without a judge.
 *      û(x) = σ(β₀ + Σ β_j z_j),   z_j: feature j, standardised over all items
 *  β maximises the likelihood of the audits less λ/2 · Σ β_j² (Hoerl & Kennard 1970; le Cessie & van Houwelingen 1992), which
 *  keeps it finite where a feature tells all, and near the overall rate where audits are few. */

import { logistic, predicted } from '../statistics/logistic.ts';

/** Of one item; as many for each. */
export type Features = readonly number[];

export interface Labelled {
  /** Its place among the items. */
  readonly item: number;
  readonly wrong: boolean;
}

/** λ: as if each β had been estimated before with a standard error of 1. */
const RIDGE = 1;
/** As good as none: the overall rate is not held to anything. */
const FREE = 1e-6;
/** Variance of a feature that is the same for all, but for rounding. */
const CONSTANT = 1e-12;
/** Audits that are all alike leave the rate at this much of a mistake more, and of a right answer. */
const PRIOR = 0.5;

/** What is known of the items, as the regression reads it: a row for each, with 1 before its features. */
export interface Design {
  readonly rows: readonly Float64Array[];
}

/** Features with mean 0 and variance 1 over the items; one that is the same for all becomes 0. */
export function designOf(features: readonly Features[]): Design {
  const n = features.length;
  const width = features[0]?.length ?? 0;
  const [means, variances] = [new Float64Array(width), new Float64Array(width)];
  for (const row of features) for (let j = 0; j < width; j++) means[j]! += row[j]! / n;
  for (const row of features) for (let j = 0; j < width; j++) variances[j]! += (row[j]! - means[j]!) ** 2 / n;
  const rows = features.map((row) => {
    const scaled = new Float64Array(width + 1);
    scaled[0] = 1;
    for (let j = 0; j < width; j++)
      if (variances[j]! > CONSTANT) scaled[j + 1] = (row[j]! - means[j]!) / Math.sqrt(variances[j]!);
    return scaled;
  });
  return { rows };
}

/** û of each item, above 0 and below 1. */
export function predictDisagreement({ rows }: Design, labelled: readonly Labelled[]): readonly number[] {
  const width = rows[0]!.length;
  const average = Array.from({ length: width }, (_, j) => (j === 0 ? 1 : 0));
  const beta = logistic(
    [
      ...labelled.map(({ item, wrong }) => ({ features: rows[item]!, right: wrong })),
      { features: average, right: true, weight: PRIOR },
      { features: average, right: false, weight: PRIOR },
    ],
    average.map(() => 0),
    average.map((_, j) => (j === 0 ? FREE : RIDGE)),
  );
  return rows.map((row) => predicted(beta, row));
}
