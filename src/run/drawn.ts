/** What a run asked, drawn again: the questions of an example follow from the seed, its step and the stage of that. */

import { Random } from '../base/random.ts';
import type { Task } from '../core/task.ts';
import { Drawer, stages } from '../iterate/curriculum.ts';
import type { Configuration } from './configuration.ts';

/** By the place of an example among all of its arm, from 0: the questions that it may have asked, one list for each stage
 *  that its step may have been in. Bytes of the example tell which it was. One that was taught again is found where it was taught
 *  first. */
export function drawnAgain<Q, A>(
  task: Task<Q, A>,
  { seed, training: { curriculum } }: Pick<Configuration, 'seed' | 'training'>,
): (index: number) => readonly (readonly Q[])[] {
  const plan = stages(task, curriculum);
  const drawer = new Drawer(task, curriculum, Random.seeded(seed).split('lesson'));
  return (index) => {
    const step = Math.floor(index / curriculum.contexts);
    return plan.flatMap((stage) => {
      const questions = drawer.draw(step, stage)[index % curriculum.contexts];
      return questions ? [questions] : [];
    });
  };
}
