/** What can be said of a question and its answer without a judge, as short texts. Doubt is learned from both; rules are made of
 *  what is said of the question alone: that an answer is a rare one makes a mistake more probable by mere chance. */

import type { Answer } from '../core/answer.ts';
import type { Task } from '../core/task.ts';
import type { Features } from './disagreement.ts';

/** «word 3», «level 2», «level 2 or above», «answer 7»: the word is in the question's sentence, the answer's word is that. */
export type Trait = string;

/** What traits need of a task. */
export interface Described<Q, A> extends Pick<Task<Q, A>, 'level' | 'levels'> {
  readonly encoding: Pick<Task<Q, A>['encoding'], 'sentence' | 'wordOf' | 'blank'>;
}

/** Of a question, each once; without levels where there is but one. */
export function questionTraits<Q, A>(task: Described<Q, A>, question: Q): readonly Trait[] {
  const words = [...new Set(task.encoding.sentence(question))].map((word) => `word ${word}`);
  if (task.levels === 1) return words;
  const level = task.level(question);
  // All levels are «level 1 or above», and the last alone is «or above» itself.
  const above = Array.from(
    { length: Math.min(level, task.levels - 1) - 1 },
    (_, i) => `level ${i + 2} or above`,
  );
  return [...words, `level ${level}`, ...above];
}

/** The answer's word, or that none is known. */
export function answerTrait<Q, A>({ encoding }: Described<Q, A>, answer: Answer<A>): Trait {
  return `answer ${answer.kind === 'known' ? encoding.wordOf(answer.value) : encoding.blank}`;
}

/** A confidence of 0 or 1 is taken for this much more, or less. */
const CONFIDENCE_MIN = 1e-4;

/** How much the answerer itself doubts its answer, above 0 and below 1; a half where it does not know one. */
export function doubtOf<A>(answer: Answer<A>): number {
  if (answer.kind === 'unknown') return 0.5;
  return Math.min(1 - CONFIDENCE_MIN, Math.max(CONFIDENCE_MIN, 1 - answer.confidence));
}

/** 0 or 1 for each trait, for all items alike. */
export function featuresOf(traits: readonly (readonly Trait[])[]): readonly Features[] {
  const all = [...new Set(traits.flat())].sort();
  return traits.map((own) => all.map((trait) => Number(own.includes(trait))));
}
