/** Networks made of several of the same shape, all in one vector of parameters: a student with the frozen X of the
 *  iteration before (a residual connection between iterations), or with the members of an ensemble that it is distilled
 *  from. What answers comes first in the vector, so that a checkpoint is its beginning.
 *
 *  logit residual:  z_n = z_θ(q) + γ · z_{n−1}(q), γ learned from 1 on, X_{n−1} frozen        (as in He et al. 2016, over iterations)
 *  input residual:  the answer of X_{n−1} and how sure it was are added to the question's token, by chance not (Srivastava
 *                   et al. 2014), so that the student is no copy
 *
 *  Letters: B contexts, Q questions of each, V words, D width, K members. */

import {
  add,
  argMax,
  concat,
  constant,
  gather,
  matmul,
  mul,
  type Node,
  oneHot,
  reshape,
  slice,
  softmax,
  step,
  sub,
  sum,
} from '../autodiff/graph.ts';
import { countOf, ones, type Weight, zeros } from './parameters.ts';
import {
  type BatchNodes,
  type BatchShape,
  type NetworkShape,
  transformer,
  transformerWeights,
  type Weights,
} from './transformer.ts';

/** Confidence of X_{n−1} from which on one more bucket counts. */
export const SURE = [0.25, 0.5, 0.75, 0.9, 0.99] as const;

/** All weights in their order: those that answer, then those that are learned from alone. */
export function networkWeights(network: NetworkShape): readonly Weight[] {
  const { earlier, ensemble } = network;
  const own = transformerWeights(network);
  if (ensemble) {
    const K = ensemble.members;
    const shares = { name: SHARES, shape: [K], initial: () => 1 / K, hidden: false, frozen: true };
    return [...own, shares, ...members(K).flatMap((prefix) => prefixed(prefix, own))];
  }
  if (!earlier) return own;
  const before = networkWeights(earlierNetwork(network)).map((weight) => ({ ...weight, frozen: true }));
  return [...own, ...connections(network), ...prefixed(EARLIER, before)];
}

/** What answers of it: without what is only learned from. */
export function answererOf({ ensemble: _, ...network }: NetworkShape): NetworkShape {
  return network.earlier?.how === 'anchor' ? plain(network) : network;
}

/** X of the iteration before. */
export function earlierNetwork(network: NetworkShape): NetworkShape {
  const { how, count } = network.earlier!;
  return how === 'anchor' || count === 1
    ? plain(network)
    : { ...network, earlier: { how, count: count - 1 } };
}

/** How many numbers of the vector are not those of the X before. */
export function ownCount(network: NetworkShape): number {
  return (
    countOf(networkWeights(network)) -
    (network.earlier ? countOf(networkWeights(earlierNetwork(network))) : 0)
  );
}

/** Scores of every word as the answer to every question, [B·Q V], of the student with what answers beside it. `kept`
 *  [B·Q]: 0 where the answer of X_{n−1} is withheld from it; without it, nowhere. */
export function networkScores(
  network: NetworkShape,
  batch: BatchShape,
  w: Weights,
  words: BatchNodes,
  kept?: Node,
): Node {
  const { earlier } = network;
  if (!earlier || earlier.how === 'anchor') return transformer(network, batch, w, words);
  const before = earlierScores(network, batch, w, words);
  if (earlier.how === 'logit')
    return add(transformer(network, batch, w, words), mul(w['residual.gain']!, before));
  return transformer(network, batch, w, words, told(network, batch, w, before, kept));
}

/** Of the frozen X_{n−1}: [B·Q V]. */
export function earlierScores(network: NetworkShape, batch: BatchShape, w: Weights, words: BatchNodes): Node {
  return networkScores(earlierNetwork(network), batch, under(EARLIER, w), words);
}

/** Of each member of the ensemble: K times [B·Q V]. */
export function memberScores(
  network: NetworkShape,
  batch: BatchShape,
  w: Weights,
  words: BatchNodes,
): readonly Node[] {
  const single = plain(network);
  return members(network.ensemble!.members).map((prefix) =>
    transformer(single, batch, under(prefix, w), words),
  );
}

/** p̄ = Σ w_k softmax(z_k / T) of scores z_k: the arithmetic mean, which keeps disagreement where that of logarithms would
 *  not. `shares`: w_k, summing to 1. */
export function meanProbability(scores: readonly Node[], shares: Node, temperature = 1): Node {
  return scores
    .map((z, k) => mul(softmax(mul(z, constant(1 / temperature))), slice(shares, 0, k, k + 1)))
    .reduce(add);
}

/** The weight that says how much each member counts. */
export const SHARES = 'shares';
/** The name of a member's weights begins so. */
export const memberPrefix = (k: number): string => `member${k}.`;
const EARLIER = 'earlier.';

const members = (count: number) => Array.from({ length: count }, (_, k) => memberPrefix(k));

function plain({ earlier: _, ensemble: __, ...network }: NetworkShape): NetworkShape {
  return network;
}

/** The weights between X_{n−1} and the student. */
function connections({ earlier, width: D }: NetworkShape): readonly Weight[] {
  const weight = (name: string, shape: readonly number[], initial: Weight['initial']): Weight => ({
    name,
    shape,
    initial,
    hidden: false,
  });
  if (earlier?.how === 'logit') return [weight('residual.gain', [1], ones)];
  if (earlier?.how === 'anchor') return [];
  // From 0 on: a student begins as if it was told nothing.
  return [weight('told.answer', [D, D], zeros), weight('told.sure', [SURE.length, D], zeros)];
}

/** [B Q D]: a map of the word that X_{n−1} answers, and one vector for every confidence it reaches. */
function told(
  { words: V, width: D }: NetworkShape,
  { contexts: B, questions: Q }: BatchShape,
  w: Weights,
  before: Node,
  kept: Node | undefined,
): Node {
  const answer = argMax(before); // [B·Q]
  const sure = sum(mul(softmax(before), oneHot(answer, V)), [1]); // [B·Q 1]
  const buckets = concat(
    SURE.map((least) => step(sub(sure, constant(least)))),
    1,
  ); // [B·Q buckets]
  const said = add(matmul(gather(w.words!, answer), w['told.answer']!), matmul(buckets, w['told.sure']!)); // [B·Q D]
  return reshape(kept ? mul(said, reshape(kept, [B * Q, 1])) : said, [B, Q, D]);
}

function prefixed(prefix: string, weights: readonly Weight[]): readonly Weight[] {
  return weights.map((weight) => ({ ...weight, name: `${prefix}${weight.name}` }));
}

/** The weights whose names begin so, without that beginning. */
function under(prefix: string, w: Weights): Weights {
  return Object.fromEntries(
    Object.entries(w)
      .filter(([name]) => name.startsWith(prefix))
      .map(([name, node]) => [name.slice(prefix.length), node]),
  );
}
