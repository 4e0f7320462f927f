/** One step of an optimizer as graph nodes over flat vectors. */

import {
  add,
  concat,
  constant,
  div,
  input,
  lengthOf,
  matmul,
  mul,
  type Node,
  relu,
  reshape,
  slice,
  sqrt,
  sub,
  sum,
  transposed,
} from '../autodiff/graph.ts';
import { forEachPlace, type Weight } from './parameters.ts';

export interface OptimizerOptions {
  readonly kind: 'adam' | 'muon';
  readonly learningRate: number;
  /** Muon's own rate, for hidden matrices. */
  readonly muonRate: number;
  readonly beta1: number;
  readonly beta2: number;
  /** Steps over which the rates rise linearly from 0. */
  readonly warmUp: number;
  /** Steps between which they fall linearly to 0; without, they never fall. */
  readonly coolDown?: readonly [from: number, to: number];
  /** The gradient is scaled down to this norm. */
  readonly clip: number;
}

export const OPTIMIZER: OptimizerOptions = {
  kind: 'adam',
  learningRate: 2e-3,
  muonRate: 0.02,
  beta1: 0.9,
  beta2: 0.98,
  warmUp: 100,
  clip: 1,
};

/** What changes from step to step; computed in float64 outside the graph and fed as `schedule` [3]. */
export function scheduleAt(
  { beta1, beta2, warmUp, coolDown: [from, to] = [0, Number.POSITIVE_INFINITY] }: OptimizerOptions,
  step: number,
): Float32Array {
  const t = step + 1;
  const left = to === Number.POSITIVE_INFINITY ? 1 : Math.max(0, (to - step) / (to - from));
  return Float32Array.of(Math.min(1, t / warmUp, left), 1 / (1 - beta1 ** t), 1 / (1 - beta2 ** t));
}

export interface OptimizerState {
  readonly parameters: Node;
  readonly first: Node;
  readonly second: Node;
}

const EPSILON = 1e-8;

/** Kingma & Ba 2015, Algorithm 1, after clipping by the global norm; with `muon`, hidden matrices take Muon's step. */
export function update(
  options: OptimizerOptions,
  weights: readonly Weight[],
  { parameters, first, second }: OptimizerState,
  gradient: Node,
): OptimizerState {
  const { learningRate, beta1, beta2, clip } = options;
  const schedule = input('schedule', [3]);
  const [warmth, correction1, correction2] = [0, 1, 2].map((i) => slice(schedule, 0, i, i + 1)) as [
    Node,
    Node,
    Node,
  ];
  const g = clipped(gradient, clip);
  const m = blend(first, g, beta1);
  const v = blend(second, mul(g, g), beta2);
  const adam = div(mul(m, correction1), add(sqrt(mul(v, correction2)), constant(EPSILON)));
  let change = mul(adam, constant(learningRate));
  if (options.kind === 'muon')
    change = muonSteps(options, weights, change, add(g, mul(m, constant(beta1 / (1 - beta1)))));
  return { parameters: sub(parameters, mul(change, warmth)), first: m, second: v };
}

/** A moving average: keep·old + (1 − keep)·new. */
function blend(old: Node, fresh: Node, keep: number): Node {
  return add(mul(old, constant(keep)), mul(fresh, constant(1 - keep)));
}

/** g · min(1, limit / ‖g‖) */
function clipped(g: Node, limit: number): Node {
  const norm = sqrt(add(sum(mul(g, g), [0]), constant(1e-12)));
  const larger = add(relu(sub(norm, constant(limit))), constant(limit)); // max(norm, limit)
  return mul(g, div(constant(limit), larger));
}

/** Muon (Jordan et al. 2024): hidden matrices move by their momentum made orthogonal, the rest as before. */
function muonSteps(
  { muonRate }: OptimizerOptions,
  weights: readonly Weight[],
  change: Node,
  momentum: Node,
): Node {
  const parts: Node[] = [];
  forEachPlace(weights, ({ shape, hidden }, start, end) => {
    if (!hidden) return parts.push(slice(change, 0, start, end));
    const [rows, columns] = shape as [number, number];
    const matrix = reshape(slice(momentum, 0, start, end), shape);
    const rate = muonRate * Math.sqrt(Math.max(1, columns / rows)); // our matrices are [inputs outputs]
    parts.push(reshape(mul(orthogonal(matrix), constant(rate)), [lengthOf(shape)]));
  });
  return concat(parts, 0);
}

/** Newton–Schulz: five steps of X ← aX + (bA + cA²)X, A = XXᵀ, with the coefficients of Jordan et al. 2024. */
function orthogonal(matrix: Node): Node {
  const [a, b, c] = [3.4445, -4.775, 2.0315];
  const [rows, columns] = matrix.shape as [number, number];
  if (rows > columns) return transposed(orthogonal(transposed(matrix)));
  const norm = sqrt(sum(mul(matrix, matrix), [0, 1]));
  let x = div(matrix, add(norm, constant(1e-7)));
  for (let i = 0; i < 5; i++) {
    const gram = matmul(x, transposed(x));
    const mix = add(mul(gram, constant(b)), mul(matmul(gram, gram), constant(c)));
    x = add(mul(x, constant(a)), matmul(mix, x));
  }
  return x;
}
