/** The looped prefix transformer: facts and questions are tokens of ONE sequence in ONE format, everybody attends to
 *  the facts only, and ONE pre-norm layer (Vaswani et al. 2017; Xiong et al. 2020) is applied round after round, as in
 *  the universal transformer (Dehghani et al. 2019). Before each round every question re-reads one of its words.
 *  A question that has read its last word is done and stays as it is, so that it takes the same rounds whatever else is
 *  in the batch, and a longer frontier changes nothing for shorter questions (docs/decisions/0005). Facts that build on
 *  other facts may sleep until those are done (docs/decisions/0012).
 *  Sharing the layer and the format is what lets a look-up learned at level 1 become the squaring of level 2.
 *
 *  Letters: B contexts, N facts of each, Q questions of each, S = N + Q, D width, H heads, K = D/H, V words, R rounds. */

import {
  add,
  constant,
  gather,
  input,
  matmul,
  mul,
  type Node,
  normalize,
  relu,
  reshape,
  slice,
  softmax,
  sub,
  transpose,
  transposed,
} from '../autodiff/graph.ts';
import { CapstanError } from '../base/errors.ts';
import { normal, ones, uniformFor, type Weight, zeros } from './parameters.ts';

export interface NetworkShape {
  /** The slots of a token by name; answers are words of the last. */
  readonly slots: readonly string[];
  /** V */
  readonly words: number;
  /** D, a multiple of `heads`. */
  readonly width: number;
  /** H */
  readonly heads: number;
  /** Hidden units of the layer's MLP, as a multiple of the width. */
  readonly expansion: number;
  /** Whether facts take part in some rounds only. */
  readonly factsSleep?: boolean;
  /** Networks of this shape that stand beside it in the same vector of parameters (composite.ts). */
  readonly earlier?: EarlierShape;
  readonly ensemble?: EnsembleShape;
}

/** The frozen X of the iteration before, which is made the same way, `count` deep. «logit»: its scores are added to one's own;
 *  «input»: its answer is read with the question; «anchor»: it is learned from and not consulted. */
export interface EarlierShape {
  readonly how: 'logit' | 'input' | 'anchor';
  /** ≥ 1 */
  readonly count: number;
}

export interface EnsembleShape {
  /** K ≥ 2 */
  readonly members: number;
}

export interface BatchShape {
  /** B */
  readonly contexts: number;
  /** N */
  readonly facts: number;
  /** Q */
  readonly questions: number;
  /** R */
  readonly rounds: number;
}

export function transformerWeights({
  slots,
  words: V,
  width: D,
  heads,
  expansion,
}: NetworkShape): readonly Weight[] {
  if (D % heads !== 0)
    throw new CapstanError('invalid', `width: expected a multiple of ${heads} heads, got ${D}`);
  const hidden = D * expansion;
  const weight = (
    name: string,
    shape: readonly number[],
    initial: Weight['initial'],
    isHidden = false,
  ): Weight => ({
    name,
    shape,
    initial,
    hidden: isHidden,
  });
  return [
    weight('words', [V, D], normal),
    // one map from all slots together to D, in parts, one for each slot
    ...slots.map((slot) => weight(slot, [D, D], uniformFor(slots.length * D))),
    weight('reread', [D, D], uniformFor(D), true),
    weight('fact', [D], zeros),
    // The norms before these maps need no gain and bias of their own: the maps would absorb them. Nor does the key
    // need a bias: it would add the same to every score of a question, which the softmax ignores.
    weight('query', [D, D], uniformFor(D), true),
    weight('query.bias', [D], zeros),
    weight('key', [D, D], uniformFor(D), true),
    weight('value', [D, D], uniformFor(D), true),
    weight('value.bias', [D], zeros),
    weight('mix', [D, D], uniformFor(D), true),
    weight('mix.bias', [D], zeros),
    weight('expand', [D, hidden], uniformFor(D), true),
    weight('expand.bias', [hidden], uniformFor(D)),
    weight('contract', [hidden, D], uniformFor(hidden), true),
    weight('contract.bias', [D], uniformFor(hidden)),
    weight('answer.gain', [D], ones),
    weight('answer.bias', [D], zeros),
  ];
}

/** The words of a batch, as inputs of a graph. */
export interface BatchNodes {
  /** [B N] for each slot */
  readonly facts: readonly Node[];
  /** [B Q] for each slot */
  readonly questions: readonly Node[];
  /** [R B Q] */
  readonly reread: Node;
  /** [R B Q 1]: 1 while a question has words left to read, then 0. */
  readonly active: Node;
  /** [R B N 1]: 1 in the rounds that a fact takes part in, else 0. Without it all facts take part in all. */
  readonly awake?: Node;
}

export function batchInputs(
  { slots, factsSleep = false }: Pick<NetworkShape, 'slots' | 'factsSleep'>,
  { contexts: B, facts: N, questions: Q, rounds: R }: BatchShape,
): BatchNodes {
  return {
    facts: slots.map((slot) => input(`facts.${slot}`, [B, N], 'int')),
    questions: slots.map((slot) => input(`questions.${slot}`, [B, Q], 'int')),
    reread: input('reread', [R, B, Q], 'int'),
    active: input('active', [R, B, Q, 1]),
    ...(factsSleep ? { awake: input('awake', [R, B, N, 1]) } : {}),
  };
}

/** Scores of every word as the answer to every question: [B·Q V]. `told`: what is said with each question, [B Q D]. */
export function transformer(
  network: NetworkShape,
  batch: BatchShape,
  w: Weights,
  words: BatchNodes,
  told?: Node,
): Node {
  const { width: D } = network;
  const { contexts: B, facts: N, questions: Q, rounds: R } = batch;
  const codes = network.slots.map((slot) => matmul(w.words!, w[slot]!)); // [V D] each
  const tokens = (words: readonly Node[]) => words.map((slot, i) => gather(codes[i]!, slot)).reduce(add);
  const reread = reshape(gather(matmul(w.words!, w.reread!), words.reread), [R, B * Q, D]);
  let facts = tokens(words.facts); // [B N D]
  let questions = tokens(words.questions); // [B Q D]
  if (told) questions = add(questions, told);
  for (let round = 0; round < R; round++) {
    const during = (rounds: Node, rows: number) => reshape(slice(rounds, 0, round, round + 1), [B, rows, 1]);
    const awake = words.awake && during(words.awake, N);
    const told = add(facts, awake ? mul(awake, reshape(w.fact!, [1, 1, D])) : w.fact!);
    const asking = add(questions, reshape(slice(reread, 0, round, round + 1), [B, Q, D]));
    const memory = remember(network, w, told);
    questions = moved(questions, layer(network, w, asking, memory), during(words.active, Q));
    if (round === R - 1) break; // nobody reads the facts after the last round
    const after = layer(network, w, told, memory);
    facts = awake ? moved(facts, after, awake) : after;
  }
  const read = add(mul(normalize(reshape(questions, [B * Q, D])), w['answer.gain']!), w['answer.bias']!);
  return mul(matmul(read, transposed(codes.at(-1)!)), constant(1 / Math.sqrt(D))); // the code of the last slot: [B·Q V]
}

/** `after` where `share` is 1, still `before` where it is 0. */
function moved(before: Node, after: Node, share: Node): Node {
  return add(before, mul(sub(after, before), share));
}

/** The weights of `transformerWeights`, by name. */
export type Weights = { readonly [name: string]: Node };

/** What the facts offer to whoever attends to them: keys [B H K N] and values [B H N K]. */
interface Memory {
  readonly keys: Node;
  readonly values: Node;
}

function remember(network: NetworkShape, w: Weights, facts: Node): Memory {
  const rows = flat(normalize(facts));
  const shape = facts.shape as [number, number, number];
  const keys = split(network, matmul(rows, w.key!), shape);
  return { keys: transposed(keys), values: split(network, linear(w, 'value', rows), shape) };
}

/** x + attention(norm x), then + mlp(norm ·): [B S D] → [B S D] */
function layer(network: NetworkShape, w: Weights, x: Node, { keys, values }: Memory): Node {
  const shape = x.shape as [number, number, number];
  const scale = 1 / Math.sqrt(network.width / network.heads);
  const queries = split(network, mul(linear(w, 'query', flat(normalize(x))), constant(scale)), shape); // [B H S K]
  const attended = matmul(softmax(matmul(queries, keys)), values); // [B H S K]
  const mixed = add(x, reshape(linear(w, 'mix', merge(attended, shape)), shape));
  const hidden = relu(linear(w, 'expand', flat(normalize(mixed)))); // [B·S D·expansion]
  return add(mixed, reshape(linear(w, 'contract', hidden), shape));
}

/** [B·S D] → [B H S K] */
function split({ heads: H }: NetworkShape, rows: Node, [B, S, D]: readonly [number, number, number]): Node {
  return H === 1 ? reshape(rows, [B, 1, S, D]) : transpose(reshape(rows, [B, S, H, D / H]), [0, 2, 1, 3]);
}

/** [B H S K] → [B·S D] */
function merge(x: Node, [B, S, D]: readonly [number, number, number]): Node {
  return reshape(x.shape[1] === 1 ? x : transpose(x, [0, 2, 1, 3]), [B * S, D]);
}

/** [B S D] → [B·S D] */
function flat(x: Node): Node {
  const [B, S, D] = x.shape as [number, number, number];
  return reshape(x, [B * S, D]);
}

function linear(w: Weights, name: string, rows: Node): Node {
  return add(matmul(rows, w[name]!), w[`${name}.bias`]!);
}
