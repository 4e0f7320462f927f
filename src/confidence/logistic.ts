/** Logistic regression, with coefficients drawn towards a prior:
 *      P(right) = σ(Σ βⱼ xⱼ)        maximise  Σ log P(what was)  −  strength/2 · Σ (βⱼ − priorⱼ)²
 *  by Newton's method, which here is iteratively reweighted least squares (Hastie, Tibshirani & Friedman 2009, §4.4.1). The
 *  prior keeps few or separable cases from saying more than they know, and makes the maximum unique. */

import { CapstanError, invariant } from '../base/errors.ts';

export interface Case {
  /** As many as the prior has; a 1 among them gives an intercept. */
  readonly features: readonly number[];
  readonly right: boolean;
}

/** Confidences nearer to 0 and 1 than this count as this near: a float32 softmax says 1 where it means nearly 1. */
const NEAREST = 1e-6;
const STEPS_MAX = 100;
const HALVINGS_MAX = 40;
const CLOSE = 1e-10;

/** log(p / (1 − p)) */
export function logit(probability: number): number {
  const p = Math.min(1 - NEAREST, Math.max(NEAREST, probability));
  return Math.log(p / (1 - p));
}

/** 1 / (1 + e^−z) */
export function sigmoid(z: number): number {
  return 1 / (1 + Math.exp(-z));
}

export function predicted(coefficients: readonly number[], features: readonly number[]): number {
  return sigmoid(dot(coefficients, features));
}

/** The coefficients β; `strength` is above 0. */
export function logistic(
  cases: readonly Case[],
  prior: readonly number[],
  strength: number,
): readonly number[] {
  if (!(strength > 0))
    throw new CapstanError('invalid', `strength of the prior: expected one above 0, got ${strength}`);
  let beta = prior;
  let value = objective(cases, beta, prior, strength);
  for (let step = 0; step < STEPS_MAX; step++) {
    const towards = newtonStep(cases, beta, prior, strength);
    let share = 1;
    let next = beta;
    let better = value;
    // A whole step may overshoot where probabilities are near 0 and 1.
    for (let halving = 0; halving < HALVINGS_MAX; halving++, share /= 2) {
      next = beta.map((b, j) => b + share * towards[j]!);
      better = objective(cases, next, prior, strength);
      if (better >= value) break;
    }
    if (better < value) break;
    const moved = Math.max(...next.map((b, j) => Math.abs(b - beta[j]!)));
    [beta, value] = [next, better];
    if (moved < CLOSE) break;
  }
  return beta;
}

function objective(
  cases: readonly Case[],
  beta: readonly number[],
  prior: readonly number[],
  strength: number,
): number {
  const likelihood = cases.reduce((sum, { features, right }) => {
    const z = dot(beta, features);
    return sum - softplus(right ? -z : z);
  }, 0);
  return likelihood - (strength / 2) * beta.reduce((sum, b, j) => sum + (b - prior[j]!) ** 2, 0);
}

/** log(1 + e^z), without overflow. */
function softplus(z: number): number {
  return Math.max(0, z) + Math.log1p(Math.exp(-Math.abs(z)));
}

function newtonStep(
  cases: readonly Case[],
  beta: readonly number[],
  prior: readonly number[],
  strength: number,
): readonly number[] {
  const gradient = beta.map((b, j) => -strength * (b - prior[j]!));
  const curvature = beta.map((_, j) => beta.map((_, k) => (j === k ? strength : 0)));
  for (const { features, right } of cases) {
    const p = predicted(beta, features);
    const weight = p * (1 - p);
    for (let j = 0; j < beta.length; j++) {
      gradient[j]! += (Number(right) - p) * features[j]!;
      for (let k = 0; k < beta.length; k++) curvature[j]![k]! += weight * features[j]! * features[k]!;
    }
  }
  return solved(curvature, gradient);
}

/** x with A x = b, A positive definite: Gaussian elimination, which needs no pivots here. */
function solved(a: readonly number[][], b: readonly number[]): readonly number[] {
  const rows = a.map((row, j) => [...row, b[j]!]);
  rows.forEach((row, j) => {
    for (const other of rows.slice(j + 1)) {
      const factor = other[j]! / row[j]!;
      for (let k = j; k < other.length; k++) other[k]! -= factor * row[k]!;
    }
  });
  const x = new Array<number>(b.length).fill(0);
  for (let j = b.length - 1; j >= 0; j--) {
    const row = rows[j]!;
    const rest = x.reduce((sum, value, k) => (k > j ? sum + row[k]! * value : sum), 0);
    x[j] = (row.at(-1)! - rest) / row[j]!;
  }
  return x;
}

function dot(a: readonly number[], b: readonly number[]): number {
  invariant(a.length === b.length, `${a.length} coefficients for ${b.length} features`);
  return a.reduce((sum, value, j) => sum + value * b[j]!, 0);
}
