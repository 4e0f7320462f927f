/** The slice of a run's questions in which H slips, or that a change of its norms is about: those that hold one word. */

import { Random } from '../base/random.ts';
import type { Task } from '../core/task.ts';
import { sliceWord } from '../overseers/noisy.ts';

/** Questions that tell how many hold a word. */
const SLICE_CONTEXTS = 64;

/** The word that about this share of the questions hold in a run of that seed. */
export function slipWord<Q, A>(task: Task<Q, A>, rate: number, seed: number): number | undefined {
  const root = Random.seeded(seed).split('noise');
  const questions = Array.from({ length: SLICE_CONTEXTS }, (_, context) =>
    task.sample(root.split(context), { split: 'train', size: task.sizeMax, level: task.levels }),
  ).flat();
  return sliceWord(questions, rate, task.encoding);
}
