/** How probable it is that an answer is wrong, learned from the audits so far: logistic regression on what is known of a
 *  question and its answer without a judge.
 *      û(x) = σ(β₀ + Σ β_j z_j),   z_j: feature j, standardised over all items
 *  β maximises the likelihood of the audits less λ/2 · Σ β_j² (Hoerl & Kennard 1970; le Cessie & van Houwelingen 1992), which
 *  keeps it finite where a feature tells all, and near the overall rate where audits are few. */

/** Of one item; as many for each. */
export type Features = readonly number[];

export interface Labelled {
  /** Its place among the items. */
  readonly item: number;
  readonly wrong: boolean;
}

/** λ: as if each β had been estimated before with a standard error of 1. */
const RIDGE = 1;
const ROUNDS_MAX = 25;
/** Gain in log-likelihood below which it is found. */
const ENOUGH = 1e-6;
const STEP_MIN = 1e-4;
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
  const beta = regress(
    labelled.map(({ item }) => rows[item]!),
    labelled.map(({ wrong }) => Number(wrong)),
  );
  return rows.map((row) => sigmoid(dot(beta, row)));
}

/** Newton's method on the penalised likelihood, which is concave; a step that overshoots is halved. */
function regress(rows: readonly Float64Array[], wrong: readonly number[]): Float64Array {
  const width = rows[0]!.length;
  const mistakes = wrong.reduce((sum, one) => sum + one, 0);
  const average = new Float64Array(width);
  average[0] = 1;
  const lessons = [
    ...rows.map((row, i) => ({ row, label: wrong[i]!, weight: 1 })),
    { row: average, label: 1, weight: PRIOR },
    { row: average, label: 0, weight: PRIOR },
  ];
  let beta = new Float64Array(width);
  beta[0] = logit((mistakes + PRIOR) / (rows.length + 2 * PRIOR));
  let height = objective(lessons, beta);
  for (let round = 0; round < ROUNDS_MAX; round++) {
    const direction = newtonStep(lessons, beta);
    let size = 1;
    let [next, reached] = [beta, Number.NEGATIVE_INFINITY];
    for (; size > STEP_MIN && !(reached >= height); size /= 2) {
      const scale = size;
      next = beta.map((value, j) => value + scale * direction[j]!);
      reached = objective(lessons, next);
    }
    if (!(reached > height + ENOUGH)) break;
    [beta, height] = [next, reached];
  }
  return beta;
}

interface Lesson {
  readonly row: Float64Array;
  readonly label: number;
  readonly weight: number;
}

/** The logarithm of the likelihood less the penalty. */
function objective(lessons: readonly Lesson[], beta: Float64Array): number {
  let sum = 0;
  for (const { row, label, weight } of lessons) {
    const x = (2 * label - 1) * dot(beta, row);
    sum -= weight * (Math.max(0, -x) + Math.log1p(Math.exp(-Math.abs(x))));
  }
  for (let j = 1; j < beta.length; j++) sum -= (RIDGE / 2) * beta[j]! ** 2;
  return sum;
}

function newtonStep(lessons: readonly Lesson[], beta: Float64Array): Float64Array {
  const width = beta.length;
  const gradient = new Float64Array(width);
  const hessian = Array.from({ length: width }, () => new Float64Array(width));
  for (const { row, label, weight } of lessons) {
    const p = sigmoid(dot(beta, row));
    for (let j = 0; j < width; j++) {
      gradient[j]! += weight * (label - p) * row[j]!;
      const scaled = weight * p * (1 - p) * row[j]!;
      if (scaled !== 0) for (let k = 0; k <= j; k++) hessian[j]![k]! += scaled * row[k]!;
    }
  }
  for (let j = 1; j < width; j++) {
    gradient[j]! -= RIDGE * beta[j]!;
    hessian[j]![j]! += RIDGE;
  }
  return solve(hessian, gradient);
}

/** Of a positive definite matrix, whose lower half is given, by Cholesky's decomposition. */
function solve(lower: readonly Float64Array[], right: Float64Array): Float64Array {
  const n = right.length;
  const root = lower.map((row) => row.slice());
  const x = right.slice();
  for (let j = 0; j < n; j++) {
    for (let k = 0; k < j; k++) root[j]![j]! -= root[j]![k]! ** 2;
    root[j]![j] = Math.sqrt(Math.max(root[j]![j]!, Number.MIN_VALUE));
    for (let i = j + 1; i < n; i++) {
      for (let k = 0; k < j; k++) root[i]![j]! -= root[i]![k]! * root[j]![k]!;
      root[i]![j]! /= root[j]![j]!;
    }
  }
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < i; k++) x[i]! -= root[i]![k]! * x[k]!;
    x[i]! /= root[i]![i]!;
  }
  for (let i = n - 1; i >= 0; i--) {
    for (let k = i + 1; k < n; k++) x[i]! -= root[k]![i]! * x[k]!;
    x[i]! /= root[i]![i]!;
  }
  return x;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let j = 0; j < a.length; j++) sum += a[j]! * b[j]!;
  return sum;
}

function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x));
}

export function logit(p: number): number {
  return Math.log(p / (1 - p));
}
