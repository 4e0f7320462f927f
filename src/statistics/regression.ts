/** Logistic regression, P(right) = γ + (1 − γ) · σ(β · x), by Fisher scoring, with the covariance of β over clusters
 *  (White 1982; Liang & Zeger 1986: A⁻¹ B A⁻¹, A the information, B the spread of the clusters' scores). */

import { byCluster, type Clustered } from './clustered.ts';
import type { Estimate } from './estimate.ts';
import { studentQuantile } from './student.ts';

export interface Trial extends Clustered {
  /** x; a constant is a feature too. As many for every trial. */
  readonly features: readonly number[];
  readonly isRight: boolean;
}

export interface LogisticFit {
  /** β */
  readonly coefficients: readonly number[];
  readonly covariance: readonly (readonly number[])[];
  readonly clusters: number;
}

const ITERATIONS_MAX = 100;
/** Steps smaller than this end the search; likelihoods nearer than the other are equal but for rounding. */
const SETTLED = 1e-9;
const ROUNDING = 1e-9;
const HALVINGS_MAX = 40;
/** Log odds are kept below this; where all are above half of it, a threshold splits the trials without exception. */
const EXTREME = 30;

/** `guess`: γ, 0 … 1, how often chance alone is right. Undefined where the likelihood has no maximum that these trials tell:
 *  all right or all wrong, split by a threshold, or features that are not independent. */
export function logisticFit(trials: readonly Trial[], guess = 0): LogisticFit | undefined {
  const width = trials[0]?.features.length ?? 0;
  let beta: readonly number[] = new Array<number>(width).fill(0);
  let now = looked(trials, beta, guess);
  for (let i = 0; i < ITERATIONS_MAX; i++) {
    const inverse = inverted(now.information);
    if (!inverse) return undefined;
    if (isSplit(trials, beta)) return undefined;
    const step = times(inverse, now.score);
    if (step.every((one) => Math.abs(one) < SETTLED)) return fitted(trials, beta, guess, inverse);
    let next = moved(beta, step, 1);
    let then = looked(trials, next, guess);
    // Far from the maximum a whole step may overshoot it.
    for (let halved = 1; then.likelihood < now.likelihood - ROUNDING && halved < HALVINGS_MAX; halved++) {
      next = moved(beta, step, 0.5 ** halved);
      then = looked(trials, next, guess);
    }
    [beta, now] = [next, then];
  }
  return undefined;
}

export interface LogisticPoint extends Clustered {
  readonly x: number;
  readonly right: boolean;
}

export interface LogisticLine {
  readonly slope: Estimate;
  readonly intercept: Estimate;
}

/** A line through yes and no: logit P(right) = intercept + slope · x, with Student's t over clusters. Undefined where no line is the
 *  most likely: all alike, or told apart without a mistake. */
export function logisticLine(points: readonly LogisticPoint[]): LogisticLine | undefined {
  const fit = logisticFit(
    points.map(({ cluster, x, right }) => ({ cluster, features: [1, x], isRight: right })),
  );
  if (!fit) return undefined;
  const { coefficients, covariance, clusters } = fit;
  const estimated = (j: number): Estimate => {
    const value = coefficients[j]!;
    if (clusters < 3) return { value, low: null, high: null, n: points.length };
    // Two degrees of freedom are spent on the line, one is spent already.
    const variance = (covariance[j]![j]! * (clusters - 1)) / (clusters - 2);
    const spread = studentQuantile(clusters - 2) * Math.sqrt(variance);
    return { value, low: value - spread, high: value + spread, n: points.length };
  };
  return { slope: estimated(1), intercept: estimated(0) };
}

function fitted(
  trials: readonly Trial[],
  beta: readonly number[],
  guess: number,
  inverse: readonly (readonly number[])[],
): LogisticFit | undefined {
  const scores = byCluster(trials).map((group) => looked(group, beta, guess).score);
  const count = scores.length;
  if (count < 2) return undefined;
  const spread = beta.map((_, i) =>
    beta.map((_, j) => (count / (count - 1)) * scores.reduce((sum, score) => sum + score[i]! * score[j]!, 0)),
  );
  return { coefficients: beta, covariance: product(product(inverse, spread), inverse), clusters: count };
}

/** The log likelihood at β, its slope, and its expected curvature. */
function looked(trials: readonly Trial[], beta: readonly number[], guess: number) {
  const score = beta.map(() => 0);
  const information = beta.map(() => beta.map(() => 0));
  let likelihood = 0;
  for (const { features, isRight } of trials) {
    const logit = Math.max(-EXTREME, Math.min(EXTREME, dot(features, beta)));
    const sigma = 1 / (1 + Math.exp(-logit));
    const p = guess + (1 - guess) * sigma;
    const slope = (1 - guess) * sigma * (1 - sigma);
    likelihood += Math.log(isRight ? p : 1 - p);
    const pull = (slope * (Number(isRight) - p)) / (p * (1 - p));
    const weight = slope ** 2 / (p * (1 - p));
    for (let i = 0; i < beta.length; i++) {
      score[i]! += pull * features[i]!;
      for (let j = 0; j < beta.length; j++) information[i]![j]! += weight * features[i]! * features[j]!;
    }
  }
  return { score, information, likelihood };
}

function isSplit(trials: readonly Trial[], beta: readonly number[]): boolean {
  return trials.every(({ features }) => Math.abs(dot(features, beta)) > EXTREME / 2);
}

function moved(beta: readonly number[], step: readonly number[], factor: number): readonly number[] {
  return beta.map((one, i) => one + factor * step[i]!);
}

function dot(a: readonly number[], b: readonly number[]): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

function times(matrix: readonly (readonly number[])[], vector: readonly number[]): readonly number[] {
  return matrix.map((row) => dot(row, vector));
}

function product(a: readonly (readonly number[])[], b: readonly (readonly number[])[]) {
  return a.map((row) => b[0]!.map((_, j) => row.reduce((sum, x, k) => sum + x * b[k]![j]!, 0)));
}

/** By Gauss and Jordan with pivots; undefined where there is none. */
function inverted(matrix: readonly (readonly number[])[]): number[][] | undefined {
  const n = matrix.length;
  const rows = matrix.map((row, i) => [...row, ...row.map((_, j) => Number(i === j))]);
  for (let column = 0; column < n; column++) {
    const below = rows.slice(column).map((row) => Math.abs(row[column]!));
    const pivot = column + below.indexOf(Math.max(...below));
    if (!(Math.abs(rows[pivot]![column]!) > Number.EPSILON * Math.abs(matrix[column]![column]!)))
      return undefined;
    [rows[column], rows[pivot]] = [rows[pivot]!, rows[column]!];
    const head = rows[column]!.map((x) => x / rows[column]![column]!);
    rows[column] = head;
    for (let i = 0; i < n; i++)
      if (i !== column) rows[i] = rows[i]!.map((x, j) => x - rows[i]![column]! * head[j]!);
  }
  return rows.map((row) => row.slice(n));
}
