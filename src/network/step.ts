/** A whole training step as ONE graph: forward, loss, gradients, optimizer, moving average. Its state is four flat
 *  vectors that go in and come out: parameters, Adam's two moments, and the average of the parameters (the teacher). */

import { gradients } from '../autodiff/gradient.ts';
import {
  add,
  argMax,
  concat,
  constant,
  input,
  lengthOf,
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
import { countOf, unpack } from './parameters.ts';
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
  const weights = transformerWeights(network);
  const count = countOf(weights);
  const state = Object.fromEntries(STATE.map((name) => [name, input(name, [count])])) as Record<
    StateName,
    Node
  >;
  const w = unpack(weights, state.parameters);
  const { scores, loss } = trainingLoss(network, batch, w);
  const next = update(options, weights, state, flat(gradients(loss, Object.values(w))));
  const rate = input('averageRate', [1]);
  const average = add(state.average, mul(sub(next.parameters, state.average), rate));
  return { ...next, average, loss: reshape(loss, [1]), guesses: argMax(scores) };
}

/** Weighted cross-entropy of the targets. */
export function trainingLoss(
  network: NetworkShape,
  batch: BatchShape,
  w: Weights,
): { scores: Node; loss: Node } {
  const rows = batch.contexts * batch.questions;
  const scores = transformer(network, batch, w, batchInputs(batch)); // [B·Q V]
  const picked = mul(logSoftmax(scores), oneHot(input('targets', [rows], 'int'), network.words));
  const each = sum(picked, [1]); // [B·Q 1]
  const weighted = mul(each, reshape(input('weights', [rows]), [rows, 1]));
  return { scores, loss: mul(sum(weighted, [0, 1]), constant(-1)) };
}

/** In: words and `parameters`. Out: `answers` [B·Q], the likeliest words, and `confidence` [B·Q], their probability. */
export function answering(network: NetworkShape, batch: BatchShape): Outputs {
  const rows = batch.contexts * batch.questions;
  const weights = transformerWeights(network);
  const w = unpack(weights, input('parameters', [countOf(weights)]));
  const scores = transformer(network, batch, w, batchInputs(batch));
  const answers = argMax(scores);
  const confidence = sum(mul(softmax(scores), oneHot(answers, network.words)), [1]);
  return { answers, confidence: reshape(confidence, [rows]) };
}

function flat(parts: readonly Node[]): Node {
  return concat(
    parts.map((x) => reshape(x, [lengthOf(x.shape)])),
    0,
  );
}
