/** Held-out questions, grouped by context: what gates and evaluations are measured on. */

import type { Random } from '../base/random.ts';
import type { Split, Task } from './task.ts';

export type Exam<Q> = readonly (readonly Q[])[];

/** Questions asked about one context: more would tell little new, since they stand or fall together. */
const PER_CONTEXT = 32;

/** At least `questions` questions at one level, about full-size contexts of one pile. */
export function drawExam<Q, A>(
  task: Task<Q, A>,
  split: Exclude<Split, 'train'>,
  level: number,
  questions: number,
  random: Random,
): Exam<Q> {
  const contexts: (readonly Q[])[] = [];
  for (let drawn = 0; drawn < questions; drawn += contexts.at(-1)!.length) {
    const stream = random.split(level).split(contexts.length);
    const asked = task.sample(stream, { split, size: task.sizeMax, level });
    contexts.push(
      asked.length > PER_CONTEXT ? stream.split('asked').shuffle(asked).slice(0, PER_CONTEXT) : asked,
    );
  }
  return contexts;
}
