/** Logistic regression with coefficients drawn towards a prior:
 *      P(right) = σ(Σ βⱼ xⱼ)        maximise  Σ weight · log P(what was)  −  ½ Σ strengthⱼ (βⱼ − priorⱼ)²
 *  by Newton's method, which here is iteratively reweighted least squares (Hastie, Tibshirani & Friedman 2009, §4.4.1). The
 *  prior keeps few or separable cases from saying more than they know, and makes the maximum unique; a prior of 0 is ridge
 *  regression (le Cessie & van Houwelingen 1992). `regression` is without one, and says how surely. */

import { CapstanError, invariant } from '../base/errors.ts';

export interface Case {
  /** As many as the prior has; a 1 among them gives an intercept. */
  readonly features: ArrayLike<number>;
  readonly right: boolean;
  /** How many cases it counts for, above 0; 1 if not given. */
  readonly weight?: number;
}

/** Probabilities nearer to 0 and 1 than this count as this near: a float32 softmax says 1 where it means nearly 1. */
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

export function predicted(coefficients: ArrayLike<number>, features: ArrayLike<number>): number {
  return sigmoid(dot(coefficients, features));
}

/** The coefficients β; `strength` is above 0, one for all or one for each. */
export function logistic(
  cases: readonly Case[],
  prior: readonly number[],
  strength: number | readonly number[],
): readonly number[] {
  const strengths = prior.map((_, j) => (typeof strength === 'number' ? strength : strength[j]!));
  for (const one of strengths)
    if (!(one > 0))
      throw new CapstanError('invalid', `strength of the prior: expected one above 0, got ${one}`);
  const problem = { cases, prior, strengths };
  let beta = Float64Array.from(prior);
  let value = objective(problem, beta);
  for (let step = 0; step < STEPS_MAX; step++) {
    const towards = newtonStep(problem, beta);
    let share = 1;
    let next = beta;
    let better = Number.NEGATIVE_INFINITY;
    // A whole step may overshoot where probabilities are near 0 and 1.
    for (let halving = 0; halving < HALVINGS_MAX && !(better >= value); halving++, share /= 2) {
      const scale = share;
      next = beta.map((b, j) => b + scale * towards[j]!);
      better = objective(problem, next);
    }
    if (!(better >= value)) break;
    const moved = next.reduce((most, b, j) => Math.max(most, Math.abs(b - beta[j]!)), 0);
    [beta, value] = [next, better];
    if (moved < CLOSE) break;
  }
  return [...beta];
}

interface Problem {
  readonly cases: readonly Case[];
  readonly prior: readonly number[];
  readonly strengths: readonly number[];
}

function objective({ cases, prior, strengths }: Problem, beta: Float64Array): number {
  let sum = 0;
  for (const { features, right, weight = 1 } of cases) {
    const z = dot(beta, features);
    sum -= weight * softplus(right ? -z : z);
  }
  for (let j = 0; j < beta.length; j++) sum -= (strengths[j]! / 2) * (beta[j]! - prior[j]!) ** 2;
  return sum;
}

/** log(1 + e^z), without overflow. */
function softplus(z: number): number {
  return Math.max(0, z) + Math.log1p(Math.exp(-Math.abs(z)));
}

function newtonStep({ cases, prior, strengths }: Problem, beta: Float64Array): Float64Array {
  const width = beta.length;
  const gradient = Float64Array.from(beta, (b, j) => -strengths[j]! * (b - prior[j]!));
  // Its lower half.
  const curvature = strengths.map((one, j) => {
    const row = new Float64Array(width);
    row[j] = one;
    return row;
  });
  for (const { features, right, weight = 1 } of cases) {
    const p = predicted(beta, features);
    for (let j = 0; j < width; j++) {
      gradient[j]! += weight * (Number(right) - p) * features[j]!;
      const scaled = weight * p * (1 - p) * features[j]!;
      if (scaled !== 0) for (let k = 0; k <= j; k++) curvature[j]![k]! += scaled * features[k]!;
    }
  }
  return solved(curvature, gradient);
}

/** x with A x = b: A is positive definite, and its lower half is given and overwritten; by Cholesky's decomposition. */
function solved(root: readonly Float64Array[], x: Float64Array): Float64Array {
  const n = x.length;
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

function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  invariant(a.length === b.length, `${a.length} coefficients for ${b.length} features`);
  let sum = 0;
  for (let j = 0; j < a.length; j++) sum += a[j]! * b[j]!;
  return sum;
}
