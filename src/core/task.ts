/** A task is a distribution of questions, a way to decompose them, and a way to write them as words.
 *  It has no right answers: those live with the task's examiner, which only `evaluate` can import. */

import type { Random } from '../base/random.ts';
import type { Answer } from './answer.ts';
import type { Assistant, Check, Overseer } from './assistant.ts';

/** Contexts are dealt to three disjoint piles by a hash of their content, so no context is ever in two. */
export type Split = 'train' | 'gate' | 'test';

export interface Demand {
  readonly split: Split;
  /** Elements of the context, 2 … `sizeMax`. */
  readonly size: number;
  /** No question is above this level, 1 … `levels`, and at least one is at it. */
  readonly level: number;
}

export interface Task<Q, A> {
  readonly name: string;
  readonly parameters: { readonly [name: string]: number };
  /** Levels are 1 … levels; a question needs answers of lower levels only. A task whose questions lean on guesses about
   *  themselves (propose and verify) has one level. */
  readonly levels: number;
  /** Levels that H answers from simple questions alone, without an assistant: 0 … levels. */
  readonly levelsOfPrimitives: number;
  /** The size of a full-size context. */
  readonly sizeMax: number;
  /** H. It sees no facts: it asks simple questions too, and the environment answers them. */
  readonly overseer: Overseer<Q, A>;
  /** The most questions that H asks about one, simple ones included. */
  readonly asksMax: number;
  /** Answers simple questions from the facts, and no others. */
  environment(question: Q): Answer<A> | undefined;
  readonly encoding: Encoding<Q, A>;
  /** Checks claims by simple questions and questions other than those claimed, where that is easier than answering. The
   *  assistant has the facts beside it. */
  check?(assistant: Assistant<Q, A>): Check<Q, A>;
  /** Answers by another decomposition than H's, from simple questions and questions other than those asked and those that the
   *  check asks. The assistant has the facts beside it. */
  second?(assistant: Assistant<Q, A>): Assistant<Q, A>;
  level(question: Q): number;
  /** Content key: equal keys are equal questions. */
  key(question: Q): string;
  show(question: Q): string;
  showAnswer(answer: A): string;
  /** Reads what a person typed. Throws CapstanError «invalid» with what was expected. */
  parse(text: string): Q;
  /** Questions about one fresh context, as many for each size whatever the level. */
  sample(random: Random, demand: Demand): readonly Q[];
  /** Questions about one fresh full-size context as people would ask them, to be examined on; without it, those of
   *  `sample` at the highest level. */
  roots?(random: Random, split: Split): readonly Q[];
}

/** Questions and facts as words of one vocabulary. A token is one word for each slot; a fact is a token, and a question
 *  is a token of the same slots with a blank where its answer would stand, and further words of which one is read in
 *  each round. Using ONE format for both is what lets the network reuse a look-up as a squaring. */
export interface Encoding<Q, A> {
  /** Words are 0 … words − 1. */
  readonly words: number;
  /** The word for "unknown", which is also the blank. */
  readonly blank: number;
  /** The slots of a token by name. Answers are read as words of the last. */
  readonly slots: readonly string[];
  /** Questions with the same context object share their facts. */
  context(question: Q): object;
  /** Tokens, flat: as many for every context of a size. A task may add tokens that say nothing yet, such as one for
   *  every element, for the network to write in. */
  facts(question: Q): readonly number[];
  /** For each fact the first round that it takes part in, 0, 1, …, and the first after that which it does not; facts beyond
   *  the last one given take part in none. A fact that takes no part stays as it is, and is read. Without this all take
   *  part in all. */
  awake?(question: Q): readonly (readonly [from: number, to: number])[];
  /** One token. */
  token(question: Q): readonly number[];
  /** How many rounds questions up to this level take, ≥ 1. */
  roundsAt(level: number): number;
  /** How many rounds the question takes, ≥ 1. */
  rounds(question: Q): number;
  /** The word read before round `round` = 0 … rounds − 1; undefined where the question sleeps through it. */
  word(question: Q, round: number): number | undefined;
  /** First and last word that a network may answer; without it, any word, of which those that are no answers mean
   *  "unknown". A guess has its range without the words for "none": whoever asks for one verifies it. */
  range?(question: Q): readonly [first: number, last: number];
  wordOf(answer: A): number;
  /** Undefined for a word that is no answer. */
  answerOf(word: number): A | undefined;
  /** The words that say the whole question, context aside, `sentenceLength` of them: what a learned overseer reads and
   *  writes. */
  sentence(question: Q): readonly number[];
  readonly sentenceLength: number;
  /** First and last words of sorts that are nothing but names, if there are any: H does with one what it does with any,
   *  and at most compares whether two are equal. */
  readonly names?: readonly (readonly [first: number, last: number])[];
  /** The question about the same context as `about` that these words say; undefined if they say none. */
  questionOf(sentence: readonly number[], about: Q): Q | undefined;
}
