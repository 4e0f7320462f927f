/** A whole training step as ONE graph: forward, loss, gradients, optimizer, moving average. Its state is four flat
 *  vectors that go in and come out: parameters, Adam's two moments, and the average of the parameters (the teacher). */

import { gradients } from '../autodiff/gradient.ts';
import {
  add,
  argMax,
  constant,
  input,
  logSoftmax,
  mul,
  type Node,
  oneHot,
  reshape,
  softmax,
  sub,
  sum,
} from '../autodiff/graph.ts';
import { type OptimizerOptions, update } from './optimizer.ts';
import { countOf, flatten, unpack } from './parameters.ts';
import {
  type BatchShape,
  batchInputs,
  type NetworkShape,
  transformer,
  transformerWeights,
  type Weights,
} from './transformer.ts';

/** The state vectors, each of as many floats as the network has parameters. */
export const STATE = ['parameters', 'first', 'second', 'average'] as const;
export type StateName = (typeof STATE)[number];

type Outputs = { readonly [name: string]: Node };

/** In: words, `targets` [B·Q] (words), `weights` [B·Q] (0 where unknown, summing to 1), `schedule` [3], `averageRate`
 *  [1], state. Out: state, `loss` [1], `guesses` [B·Q]: the words that the student would have answered. */
export function trainingStep(network: NetworkShape, batch: BatchShape, options: OptimizerOptions): Outputs {
  const state = stateInputs(network);
  const { gradient, ...seen } = learning(network, batch, state.parameters);
  return { ...updated(network, options, state, gradient), ...seen };
}

/** The first half of a step that several replicas share, each with a part of the contexts. In: words, `targets` and
 *  `weights` of the part (the parts' weights sum to 1), `parameters`. Out: `gradient` [P], `loss`, `guesses`. */
export function gradientStep(network: NetworkShape, batch: BatchShape): Outputs {
  return { ...learning(network, batch, stateInputs(network).parameters) };
}

/** The second half, the same on every replica. In: `gradient0`, `gradient1`, …, one from each replica, `schedule`,
 *  `averageRate`, state. Out: state. */
export function updateStep(network: NetworkShape, replicas: number, options: OptimizerOptions): Outputs {
  const state = stateInputs(network);
  const parts: Node[] = Array.from({ length: replicas }, (_, i) =>
    input(`gradient${i}`, state.parameters.shape),
  );
  return updated(network, options, state, parts.slice(1).reduce(add, parts[0]!));
}

function stateInputs(network: NetworkShape): Record<StateName, Node> {
  const count = countOf(transformerWeights(network));
  return Object.fromEntries(STATE.map((name) => [name, input(name, [count])])) as Record<StateName, Node>;
}

function learning(network: NetworkShape, batch: BatchShape, parameters: Node) {
  const w = unpack(transformerWeights(network), parameters);
  const { scores, loss } = trainingLoss(network, batch, w);
  const gradient = flatten(gradients(loss, Object.values(w)));
  return { gradient, loss: reshape(loss, [1]), guesses: argMax(scores) };
}

function updated(
  network: NetworkShape,
  options: OptimizerOptions,
  state: Record<StateName, Node>,
  gradient: Node,
): Record<StateName, Node> {
  const next = update(options, transformerWeights(network), state, gradient);
  const rate = input('averageRate', [1]);
  return { ...next, average: add(state.average, mul(sub(next.parameters, state.average), rate)) };
}

/** Weighted cross-entropy of the targets. */
export function trainingLoss(
  network: NetworkShape,
  batch: BatchShape,
  w: Weights,
): { scores: Node; loss: Node } {
  const rows = batch.contexts * batch.questions;
  const scores = transformer(network, batch, w, batchInputs(network, batch)); // [B·Q V]
  const picked = mul(logSoftmax(scores), oneHot(input('targets', [rows], 'int'), network.words));
  const each = sum(picked, [1]); // [B·Q 1]
  const weighted = mul(each, reshape(input('weights', [rows]), [rows, 1]));
  return { scores, loss: mul(sum(weighted, [0, 1]), constant(-1)) };
}

/** In: words and `parameters`, and with `ranged` what is `barred` [B·Q V], added to the scores. Out: `answers` [B·Q],
 *  the likeliest words, and `confidence` [B·Q], their probability. */
export function answering(network: NetworkShape, batch: BatchShape, ranged: boolean): Outputs {
  const rows = batch.contexts * batch.questions;
  const weights = transformerWeights(network);
  const w = unpack(weights, input('parameters', [countOf(weights)]));
  const all = transformer(network, batch, w, batchInputs(network, batch));
  const scores = ranged ? add(all, input('barred', all.shape)) : all;
  const answers = argMax(scores);
  const confidence = sum(mul(softmax(scores), oneHot(answers, network.words)), [1]);
  return { answers, confidence: reshape(confidence, [rows]) };
}
