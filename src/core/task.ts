/** A task is a distribution of questions, a way to decompose them, and a way to write them as words.
 *  It has no right answers: those live with the task's examiner, which only `evaluate` can import. */

import type { Random } from '../base/random.ts';
import type { Overseer } from './assistant.ts';

/** Contexts are dealt to three disjoint piles by a hash of their content, so no context is ever in two. */
export type Split = 'train' | 'gate' | 'test';

export interface Demand {
  readonly split: Split;
  /** Facts in the context, 2 … `sizeMax`. */
  readonly size: number;
  /** Level of every question asked, 1 … `levels`. */
  readonly level: number;
}

export interface Task<Q, A> {
  readonly name: string;
  readonly parameters: { readonly [name: string]: number };
  /** Levels are 1 … levels, each needing answers of the one before. */
  readonly levels: number;
  /** Levels that H answers with primitives alone, without an assistant. */
  readonly levelsOfPrimitives: number;
  /** The number of facts of a full-size context. */
  readonly sizeMax: number;
  readonly overseer: Overseer<Q, A>;
  readonly encoding: Encoding<Q, A>;
  level(question: Q): number;
  /** Content key: equal keys are equal questions. */
  key(question: Q): string;
  show(question: Q): string;
  showAnswer(answer: A): string;
  /** Reads what a person typed. Throws CapstanError «invalid» with what was expected. */
  parse(text: string): Q;
  /** All questions asked about one fresh context. */
  sample(random: Random, demand: Demand): readonly Q[];
}

/** Questions as words of one vocabulary. A fact is a pair of words; a question is a fact with a blank, and further
 *  words of which one is read in each round. Using ONE format for both is what lets the network reuse a look-up
 *  as a squaring. */
export interface Encoding<Q, A> {
  /** Words are 0 … words − 1. */
  readonly words: number;
  /** The word for "unknown", which is also the blank. */
  readonly blank: number;
  /** Questions with the same context object share their facts. */
  context(question: Q): object;
  /** Pairs of words, flat: [left, right, left, right, …]. */
  facts(question: Q): readonly number[];
  pair(question: Q): readonly [left: number, right: number];
  /** How many rounds the question takes, ≥ 1: one for each word it re-reads. */
  rounds(question: Q): number;
  /** The word read before round `round` = 0 … rounds − 1. */
  word(question: Q, round: number): number;
  wordOf(answer: A): number;
  /** Undefined for a word that is no answer. */
  answerOf(word: number): A | undefined;
}
