/** A line through yes and no: logit P(right) = intercept + slope · x, by maximum likelihood (Newton's method). Errors are robust
 *  to clusters (Liang & Zeger 1986, with C/(C − 1)), the interval is Student's t over them. */

import { byCluster, type Clustered } from './clustered.ts';
import type { Estimate } from './estimate.ts';
import { studentQuantile } from './student.ts';

export interface LogisticPoint extends Clustered {
  readonly x: number;
  readonly right: boolean;
}

export interface LogisticLine {
  readonly slope: Estimate;
  readonly intercept: Estimate;
}

const STEPS_MAX = 50;
const SETTLED = 1e-10;
/** A steeper line means that it has no end: right and wrong can be told apart without a mistake. */
const STEEPEST = 1e4;

/** Undefined where no line is the most likely: all alike, or told apart without a mistake. */
export function logisticLine(points: readonly LogisticPoint[]): LogisticLine | undefined {
  let [a, b] = [0, 0];
  for (let step = 0; step < STEPS_MAX; step++) {
    const { gradient, inverse } = derivatives(points, a, b);
    if (!inverse) return undefined;
    const [da, db] = times(inverse, gradient);
    // Half-way while a step would overshoot.
    const scale = Math.min(1, 4 / Math.max(Math.abs(da), Math.abs(db), 1e-300));
    a += scale * da;
    b += scale * db;
    if (Math.abs(a) > STEEPEST || Math.abs(b) > STEEPEST) return undefined;
    if (Math.max(Math.abs(da), Math.abs(db)) < SETTLED * (1 + Math.abs(a) + Math.abs(b)))
      return withErrors(points, a, b, inverse);
  }
  return undefined;
}

type Vector = readonly [number, number];
/** Symmetric: its two diagonal elements and the other one. */
type Matrix = readonly [number, number, number];

function derivatives(points: readonly LogisticPoint[], a: number, b: number) {
  let [g0, g1, h0, h1, h01] = [0, 0, 0, 0, 0];
  for (const { x, right } of points) {
    const p = 1 / (1 + Math.exp(-a - b * x));
    const [residual, weight] = [(right ? 1 : 0) - p, p * (1 - p)];
    g0 += residual;
    g1 += residual * x;
    h0 += weight;
    h1 += weight * x * x;
    h01 += weight * x;
  }
  const determinant = h0 * h1 - h01 * h01;
  const inverse: Matrix | undefined =
    determinant > 1e-12 * h0 * h1 ? [h1 / determinant, h0 / determinant, -h01 / determinant] : undefined;
  return { gradient: [g0, g1] as Vector, inverse };
}

function times([m0, m1, m01]: Matrix, [v0, v1]: Vector): Vector {
  return [m0 * v0 + m01 * v1, m01 * v0 + m1 * v1];
}

function withErrors(points: readonly LogisticPoint[], a: number, b: number, inverse: Matrix): LogisticLine {
  const groups = byCluster(points);
  let [v0, v1] = [0, 0];
  for (const group of groups) {
    const influence = times(inverse, derivatives(group, a, b).gradient);
    v0 += influence[0] ** 2;
    v1 += influence[1] ** 2;
  }
  const clusters = groups.length;
  const bounded = (value: number, variance: number): Estimate => {
    if (clusters < 3) return { value, low: null, high: null, n: points.length };
    const spread = studentQuantile(clusters - 2) * Math.sqrt((variance * clusters) / (clusters - 2));
    return { value, low: value - spread, high: value + spread, n: points.length };
  };
  return { slope: bounded(b, v1), intercept: bounded(a, v0) };
}
