/** Held-out questions, grouped by context: what gates and evaluations are measured on. */

import { hashText, type Random } from '../base/random.ts';
import type { Split, Task } from './task.ts';

export type Exam<Q> = readonly (readonly Q[])[];

/** Questions asked about one context: more would tell little new, since they stand or fall together. */
const PER_CONTEXT = 32;

/** A level so rare that this many contexts in a row have no question at it ends the drawing. */
const BARREN = 1000;

/** What contexts are held out for, beside gates and the examination at the end: to fit confidence and thresholds on, to see
 *  whether that helped, and to watch from iteration to iteration. Contexts of the gate's pile are dealt to them by another
 *  hash of their content, so that none serves two of them. */
export const PURPOSES = ['calibration', 'check', 'anchor'] as const;
export type Purpose = (typeof PURPOSES)[number];

/** Those of «calibration» dealt once more: thresholds are found on contexts that nothing was ever fitted to. */
export type Half = 'fit' | 'thresholds';

/** At least `questions` questions at one level, about full-size contexts held out for that purpose. */
export function drawHeld<Q, A>(
  task: Task<Q, A>,
  purpose: Purpose | Half,
  level: number,
  questions: number,
  random: Random,
): Exam<Q> {
  const serves = (question: Q) => {
    const [hash] = hashText(task.encoding.facts(question).join(' '));
    const dealt = PURPOSES[hash % PURPOSES.length]!;
    return dealt === purpose || (dealt === 'calibration' && halfOf(hash) === purpose);
  };
  return draw(task, 'gate', level, questions, random.split(purpose), serves);
}

/** By the first bit of the hash, which has 32: the last depends on nothing but which characters there are. */
function halfOf(hash: number): Half {
  return hash < 2 ** 31 ? 'fit' : 'thresholds';
}

/** At least `questions` questions at one level, about full-size contexts of one pile. */
export function drawExam<Q, A>(
  task: Task<Q, A>,
  split: Exclude<Split, 'train'>,
  level: number,
  questions: number,
  random: Random,
): Exam<Q> {
  return draw(task, split, level, questions, random, () => true);
}

function draw<Q, A>(
  task: Task<Q, A>,
  split: Exclude<Split, 'train'>,
  level: number,
  questions: number,
  random: Random,
  serves: (question: Q) => boolean,
): Exam<Q> {
  const contexts: (readonly Q[])[] = [];
  for (let [drawn, draws, last] = [0, 0, 0]; drawn < questions && draws - last < BARREN; draws++) {
    const stream = random.split(level).split(draws);
    const sampled = task.sample(stream, { split, size: task.sizeMax, level });
    const asked = sampled.filter((question) => task.level(question) === level);
    if (asked.length === 0 || !serves(asked[0]!)) continue;
    last = draws;
    contexts.push(
      asked.length > PER_CONTEXT ? stream.split('asked').shuffle(asked).slice(0, PER_CONTEXT) : asked,
    );
    drawn += contexts.at(-1)!.length;
  }
  return contexts;
}
