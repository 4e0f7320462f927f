/** A whole training step as ONE graph: forward, loss, gradients, optimizer, moving average. Its state is four flat
 *  vectors that go in and come out: parameters, Adam's two moments, and the average of the parameters (the teacher). What is
 *  frozen has no gradient and stays. Members of an ensemble learn from their own losses alone. */

import { gradients } from '../autodiff/gradient.ts';
import {
  add,
  argMax,
  constant,
  expand,
  input,
  log,
  logSoftmax,
  mul,
  type Node,
  oneHot,
  relu,
  reshape,
  slice,
  softmax,
  sub,
  sum,
} from '../autodiff/graph.ts';
import {
  earlierScores,
  meanProbability,
  memberScores,
  networkScores,
  networkWeights,
  SHARES,
} from './composite.ts';
import { type OptimizerOptions, update } from './optimizer.ts';
import { countOf, flatten, unpack, type Weight } from './parameters.ts';
import { type BatchShape, batchInputs, type NetworkShape, type Weights } from './transformer.ts';

/** The state vectors, each of as many floats as the network has parameters. */
export const STATE = ['parameters', 'first', 'second', 'average'] as const;
export type StateName = (typeof STATE)[number];

type Outputs = { readonly [name: string]: Node };

/** How the loss is made of targets and of other networks. */
export interface LossOptions {
  /** β: how much a student is held to what X_{n−1} says where the target agrees with it; 0 without. */
  readonly anchoring?: number;
  /** α and T: the share of the loss that are the soft targets of an ensemble, and the temperature that softens them. */
  readonly soft?: { readonly share: number; readonly temperature: number };
}

/** In: words, `targets` [B·Q] (words), `weights` [B·Q] (0 where unknown, summing to 1), `schedule` [3], `averageRate`
 *  [1], state. Out: state, `loss` [1], `guesses` [B·Q]: the words that the student would have answered. With an input
 *  residual also in: `kept` [B·Q]; with an ensemble: `memberWeights` [K B·Q], each row like `weights`. */
export function trainingStep(
  network: NetworkShape,
  batch: BatchShape,
  options: OptimizerOptions,
  made: LossOptions = {},
): Outputs {
  const state = stateInputs(network);
  const { gradient, ...seen } = learning(network, batch, state.parameters, made);
  return { ...updated(network, options, state, gradient), ...seen };
}

/** The first half of a step that several replicas share, each with a part of the contexts. In: words, `targets` and
 *  `weights` of the part (the parts' weights sum to 1), `parameters`. Out: `gradient` [P], `loss`, `guesses`. */
export function gradientStep(network: NetworkShape, batch: BatchShape, made: LossOptions = {}): Outputs {
  return { ...learning(network, batch, stateInputs(network).parameters, made) };
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
  const count = countOf(networkWeights(network));
  return Object.fromEntries(STATE.map((name) => [name, input(name, [count])])) as Record<StateName, Node>;
}

function learning(network: NetworkShape, batch: BatchShape, parameters: Node, made: LossOptions) {
  const weights = networkWeights(network);
  const w = unpack(weights, parameters);
  const { scores, loss, membersLoss } = trainingLoss(network, batch, w, made);
  return {
    gradient: flatten(slopes(weights, w, loss, membersLoss)),
    loss: reshape(loss, [1]),
    guesses: argMax(scores),
  };
}

/** The gradient of every weight: of the student's by its own loss, of the members' by theirs, of frozen ones 0. */
export function slopes(
  weights: readonly Weight[],
  w: Weights,
  loss: Node,
  membersLoss: Node | undefined,
): readonly Node[] {
  const ofMember = ({ name }: Weight) => /^member\d+\./.test(name);
  const found = new Map<string, Node>();
  const differentiate = (by: Node, group: readonly Weight[]) => {
    const nodes = gradients(
      by,
      group.map(({ name }) => w[name]!),
    );
    group.forEach(({ name }, i) => {
      found.set(name, nodes[i]!);
    });
  };
  const trained = weights.filter(({ frozen }) => !frozen);
  differentiate(
    loss,
    trained.filter((weight) => !ofMember(weight)),
  );
  if (membersLoss) differentiate(membersLoss, trained.filter(ofMember));
  return weights.map(({ name, shape }) => found.get(name) ?? expand(constant(0), shape));
}

function updated(
  network: NetworkShape,
  options: OptimizerOptions,
  state: Record<StateName, Node>,
  gradient: Node,
): Record<StateName, Node> {
  const next = update(options, networkWeights(network), state, gradient);
  const rate = input('averageRate', [1]);
  return { ...next, average: add(state.average, mul(sub(next.parameters, state.average), rate)) };
}

/** Weighted cross-entropy of the targets, with what anchoring or an ensemble add to it; and that of the members. */
export function trainingLoss(
  network: NetworkShape,
  batch: BatchShape,
  w: Weights,
  { anchoring = 0, soft }: LossOptions = {},
): { readonly scores: Node; readonly loss: Node; readonly membersLoss?: Node } {
  const rows = batch.contexts * batch.questions;
  const words = batchInputs(network, batch);
  const kept = network.earlier?.how === 'input' ? input('kept', [rows]) : undefined;
  const scores = networkScores(network, batch, w, words, kept); // [B·Q V]
  const targets = oneHot(input('targets', [rows], 'int'), network.words);
  const weights = reshape(input('weights', [rows]), [rows, 1]);
  const hard = crossEntropy(targets, scores, weights);
  if (network.earlier?.how === 'anchor') {
    const before = earlierScores(network, batch, w, words);
    const agrees = sum(mul(oneHot(argMax(before), network.words), targets), [1]); // [B·Q 1]
    const held = divergence(softmax(before), scores, mul(weights, agrees));
    return { scores, loss: add(hard, mul(held, constant(anchoring))) };
  }
  if (!network.ensemble) return { scores, loss: hard };
  const { share, temperature: T } = soft!;
  const K = network.ensemble.members;
  const apart = memberScores(network, batch, w, words);
  const each = input('memberWeights', [K, rows]);
  const mean = meanProbability(apart, w[SHARES]!, T);
  const softened = divergence(mean, mul(scores, constant(1 / T)), weights);
  return {
    scores,
    loss: add(mul(hard, constant(1 - share)), mul(softened, constant(share * T * T))),
    membersLoss: apart
      .map((z, k) => crossEntropy(targets, z, reshape(slice(each, 0, k, k + 1), [rows, 1])))
      .reduce(add),
  };
}

/** −Σ_rows weight · log softmax(scores)[target]. `targets` [rows V], `weights` [rows 1]. */
function crossEntropy(targets: Node, scores: Node, weights: Node): Node {
  const each = sum(mul(logSoftmax(scores), targets), [1]); // [rows 1]
  return mul(sum(mul(each, weights), [0, 1]), constant(-1));
}

/** Σ_rows weight · KL(p ‖ softmax(scores)). `p` [rows V], `weights` [rows 1]. */
function divergence(p: Node, scores: Node, weights: Node): Node {
  const each = sum(mul(p, sub(log(add(p, constant(TINY))), logSoftmax(scores))), [1]);
  return sum(mul(each, weights), [0, 1]);
}

/** Whose answer is wanted: the student's, that of the mean of its ensemble, or that of one member. */
export type Voice = 'student' | 'ensemble' | number;

/** In: words and `parameters`, and with `ranged` what is `barred` [B·Q V], added to the scores. Out: `answers` [B·Q],
 *  the likeliest words, `confidence` [B·Q], their probability, and with `all` the `probabilities` [B·Q V] of all words. Of an
 *  ensemble also `doubt` [B·Q] ≥ 0, in nats: H(p̄) − Σ w_k H(p_k), what its members do not know alike. */
export function answering(
  network: NetworkShape,
  batch: BatchShape,
  ranged: boolean,
  voice: Voice = 'student',
  all = false,
): Outputs {
  const rows = batch.contexts * batch.questions;
  const weights = networkWeights(network);
  const w = unpack(weights, input('parameters', [countOf(weights)]));
  const words = batchInputs(network, batch);
  const bar = (z: Node) => (ranged ? add(z, input('barred', z.shape)) : z);
  const told = (shares: Node, answers: Node) => {
    const confidence = sum(mul(shares, oneHot(answers, network.words)), [1]);
    return { answers, confidence: reshape(confidence, [rows]), ...(all && { probabilities: shares }) };
  };
  if (voice === 'student') {
    const scores = bar(networkScores(network, batch, w, words));
    return told(softmax(scores), argMax(scores));
  }
  const apart = memberScores(network, batch, w, words).map(bar);
  if (voice !== 'ensemble') return told(softmax(apart[voice]!), argMax(apart[voice]!));
  const mean = meanProbability(apart, w[SHARES]!);
  const within = apart.map((z, k) => mul(entropy(softmax(z)), slice(w[SHARES]!, 0, k, k + 1))).reduce(add);
  const doubt = relu(sub(entropy(mean), within)); // below 0 by rounding alone
  return { ...told(mean, argMax(mean)), doubt: reshape(doubt, [rows]) };
}

/** [rows V] → [rows 1], in nats. */
function entropy(p: Node): Node {
  return mul(sum(mul(p, log(add(p, constant(TINY)))), [1]), constant(-1));
}

/** p · log(p + TINY) is p · log p, and 0 for p = 0. */
const TINY = 1e-30;
