/** The network of H′, the learned overseer: from the words of a workspace to the words of the next action.
 *                                                         Christiano et al. 2018, §2.2 and appendix on architecture
 *  A perceptron with two hidden layers sees every word at its place, and which places hold equal words; half of its first
 *  layer multiplies what it sees, so that it can add. Each word of the action is then copied from a place or taken from the vocabulary (a copy head: See, Liu & Manning 2017, eq. 9), so
 *  that what H does with one element is known for all.
 *
 *  Letters: B workspaces, P places, O words of an action, V words, E embedding, H hidden, K key. */

import { gradients } from '../autodiff/gradient.ts';
import {
  add,
  argMax,
  concat,
  constant,
  input,
  logSoftmax,
  matmul,
  mul,
  type Node,
  oneHot,
  relu,
  reshape,
  slice,
  softmax,
  sub,
  sum,
  transposed,
} from '../autodiff/graph.ts';
import type { Random } from '../base/random.ts';
import { type OptimizerOptions, update } from './optimizer.ts';
import { countOf, flatten, normal, uniformFor, unpack, type Weight, zeros } from './parameters.ts';

export interface PredictorShape {
  /** V. Two words more stand for the two kinds of action: V for «ask», V + 1 for «reply». */
  readonly words: number;
  /** P */
  readonly places: number;
  /** O */
  readonly actionWords: number;
  /** H */
  readonly width: number;
}

/** Words beyond the task's own: the kinds of action. */
export const ACTIONS = 2;
/** E and K: a few numbers tell kinds and numbers apart; elements are copied. */
const EMBEDDING = 12;
const KEY = 24;
/** In words. */
const WAVE_SHORTEST = 3;
const WAVE_LONGEST = 200;
/** Taken off the score of what is out of the question. */
const BARRED = 1e9;

export function predictorWeights({ words: V, places: P, actionWords: O, width: H }: PredictorShape) {
  const weight = (name: string, shape: readonly number[], initial: Weight['initial']): Weight => ({
    name,
    shape,
    initial,
    hidden: false,
  });
  const seen = P * EMBEDDING + P * P;
  return [
    weight('embedding', [V, EMBEDDING], ordinal(EMBEDDING)),
    weight('see', [P * EMBEDDING, H], uniformFor(seen)),
    weight('compare', [P * P, H], uniformFor(seen)),
    weight('see.bias', [H], zeros),
    weight('left', [P * EMBEDDING, H], uniformFor(P * EMBEDDING)),
    weight('right', [P * EMBEDDING, H], uniformFor(P * EMBEDDING)),
    weight('think', [2 * H, H], uniformFor(2 * H)),
    weight('think.bias', [H], zeros),
    weight('say', [H, O * KEY], uniformFor(H)),
    weight('say.bias', [O * KEY], zeros),
    weight('place', [P, KEY], normal),
    weight('word', [V + ACTIONS, KEY], ordinal(KEY)),
  ];
}

/** Numbers are words in their order. Where words start as waves of their index (Vaswani et al. 2017, §3.5) and not by
 *  chance, a sum is a rotation, and a few hundred sums tell the rest. */
const ordinal =
  (width: number) =>
  (_: Random, at: number): number => {
    const [word, column] = [Math.floor(at / width), at % width];
    const wavelength =
      WAVE_SHORTEST * (WAVE_LONGEST / WAVE_SHORTEST) ** (Math.floor(column / 2) / (width / 2 - 1));
    const angle = (2 * Math.PI * word) / wavelength;
    return Math.SQRT2 * (column % 2 === 0 ? Math.sin(angle) : Math.cos(angle));
  };

/** Of every word of the action: scores of the places it may be copied from and of the words it may be, [B O P+V+ACTIONS].
 *  `held`: the words at the places, [B P V+ACTIONS]. */
function score(
  { words: V, places: P, actionWords: O }: PredictorShape,
  w: { readonly [name: string]: Node },
  held: Node,
): Node {
  const [B, all] = [held.shape[0]!, V + ACTIONS];
  const embedded = matmul(slice(reshape(held, [B * P, all]), 1, 0, V), w.embedding!); // [B·P E]
  const heard = reshape(embedded, [B, P * EMBEDDING]);
  const equal = matmul(held, transposed(held)); // [B P P]
  const seen = add(matmul(heard, w.see!), matmul(reshape(equal, [B, P * P]), w.compare!));
  // cos(a + b) = cos a · cos b − sin a · sin b: with numbers as waves a sum is a few products.
  const product = mul(matmul(heard, w.left!), matmul(heard, w.right!));
  const first = concat([relu(add(seen, w['see.bias']!)), product], 1); // [B 2H]
  const second = relu(add(matmul(first, w.think!), w['think.bias']!));
  const said = reshape(add(matmul(second, w.say!), w['say.bias']!), [B * O, KEY]);
  const keys = transposed(concat([w.place!, w.word!], 0)); // [K P+V+ACTIONS]
  return reshape(mul(matmul(said, keys), constant(1 / Math.sqrt(KEY))), [B, O, P + all]);
}

export const PREDICTOR_STATE = ['parameters', 'first', 'second'] as const;
export type PredictorStateName = (typeof PREDICTOR_STATE)[number];

/** In: `words` [B P], `targets` [B O] and their `weights` [B O] (summing to 1), `schedule` [3], state. Out: state, `loss`
 *  [1]. */
export function predictorStep(
  shape: PredictorShape,
  rows: number,
  options: OptimizerOptions,
): { readonly [name: string]: Node } {
  const weights = predictorWeights(shape);
  const state = Object.fromEntries(
    PREDICTOR_STATE.map((name) => [name, input(name, [countOf(weights)])]),
  ) as Record<PredictorStateName, Node>;
  const w = unpack(weights, state.parameters);
  const all = shape.words + ACTIONS;
  const held = oneHot(input('words', [rows, shape.places], 'int'), all);
  const scores = score(shape, w, held);
  const targets = oneHot(input('targets', [rows, shape.actionWords], 'int'), all); // [B O V+ACTIONS]
  const says = concat([matmul(targets, transposed(held)), targets], 2); // 1 where a place or a word says the target
  const among = add(scores, mul(sub(says, constant(1)), constant(BARRED)));
  // log Σ exp over what says the target − log Σ exp over all, both as the target's own score less its log softmax: the
  // logarithm of the probability itself would have no slope where H′ is sure of something else.
  const ownOf = (of: Node) =>
    sum(mul(slice(logSoftmax(of), 2, shape.places, shape.places + all), targets), [2]);
  const likelihood = sub(ownOf(scores), ownOf(among)); // [B O 1]
  const weighted = mul(likelihood, input('weights', [rows, shape.actionWords, 1]));
  const loss = mul(sum(weighted, [0, 1, 2]), constant(-1));
  const gradient = flatten(gradients(loss, Object.values(w)));
  return { ...update(options, weights, state, gradient), loss: reshape(loss, [1]) };
}

/** In: `words` [B P], `parameters`. Out: `action` [B O], the likeliest words, and `confidence` [B O], their probability. */
export function predicting(shape: PredictorShape, rows: number): { readonly [name: string]: Node } {
  const weights = predictorWeights(shape);
  const w = unpack(weights, input('parameters', [countOf(weights)]));
  const { places: P, words: V } = shape;
  const held = oneHot(input('words', [rows, P], 'int'), V + ACTIONS);
  const shares = softmax(score(shape, w, held));
  const probability = add(matmul(slice(shares, 2, 0, P), held), slice(shares, 2, P, P + V + ACTIONS));
  const action = argMax(probability);
  const confidence = sum(mul(probability, oneHot(action, shape.words + ACTIONS)), [2]);
  return { action, confidence: reshape(confidence, [rows, shape.actionWords]) };
}
