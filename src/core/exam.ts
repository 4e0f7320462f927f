/** Held-out questions, grouped by context: what gates and evaluations are measured on. */

import type { Random } from '../base/random.ts';
import type { Split, Task } from './task.ts';

export type Exam<Q> = readonly (readonly Q[])[];

/** Questions asked about one context: more would tell little new, since they stand or fall together. */
const PER_CONTEXT = 32;

/** A level so rare that this many contexts in a row have no question at it ends the drawing. */
const BARREN = 1000;

/** At least `questions` questions at one level, about full-size contexts of one pile. */
export function drawExam<Q, A>(
  task: Task<Q, A>,
  split: Exclude<Split, 'train'>,
  level: number,
  questions: number,
  random: Random,
): Exam<Q> {
  const contexts: (readonly Q[])[] = [];
  for (let [drawn, draws, last] = [0, 0, 0]; drawn < questions && draws - last < BARREN; draws++) {
    const stream = random.split(level).split(draws);
    const sampled = task.sample(stream, { split, size: task.sizeMax, level });
    const asked = sampled.filter((question) => task.level(question) === level);
    if (asked.length === 0) continue;
    last = draws;
    contexts.push(
      asked.length > PER_CONTEXT ? stream.split('asked').shuffle(asked).slice(0, PER_CONTEXT) : asked,
    );
    drawn += contexts.at(-1)!.length;
  }
  return contexts;
}
