/** Held-out questions, grouped by context: what gates and evaluations are measured on. */

import type { Random } from '../base/random.ts';
import type { Split, Task } from './task.ts';

export type Exam<Q> = readonly (readonly Q[])[];

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
    contexts.push(task.sample(stream, { split, size: task.sizeMax, level }));
  }
  return contexts;
}
