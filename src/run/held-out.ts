/** The contexts that a calibration asks about, at every level: some to fit confidence to, some to find thresholds on, some to see
 *  whether it helped. None ever serves two of these, in whichever round: that is a matter of their hash (`core/exam.ts`). */

import { CapstanError } from '../base/errors.ts';
import { Random } from '../base/random.ts';
import { drawHeld, type Exam } from '../core/exam.ts';
import type { Task } from '../core/task.ts';

export interface HeldOut<Q> {
  readonly level: number;
  readonly fit: Exam<Q>;
  readonly thresholds: Exam<Q>;
  readonly check: Exam<Q>;
}

export interface HeldOutOptions {
  /** For thresholds at each level; half as many each to fit on and to check on. */
  readonly contexts: number;
  /** Questions about each at most. */
  readonly perContext: number;
}

/** More than any context gives (`core/exam.ts`), so that there are as many contexts as are wanted. */
export const PER_CONTEXT = 32;
/** The same contexts for every checkpoint: what differs is the checkpoint. */
const DRAWN = Random.seeded(0).split('calibration');

/** `round`: 0, 1, …, each with fresh contexts. Levels of which none can be held out are left out. Throws «invalid» where all
 *  are. */
export function heldOut<Q, A>(
  task: Task<Q, A>,
  { contexts, perContext }: HeldOutOptions,
  round: number,
): readonly HeldOut<Q>[] {
  const half = Math.ceil(contexts / 2);
  const random = round === 0 ? DRAWN : DRAWN.split('round').split(round);
  const asked = random.split('asked');
  const draw = (purpose: 'fit' | 'thresholds' | 'check', level: number, count: number): Exam<Q> => {
    const exam = drawHeld(task, purpose, level, count * PER_CONTEXT, random).slice(0, count);
    return exam.map((context, i) =>
      context.length > perContext
        ? asked.split(purpose).split(level).split(i).shuffle(context).slice(0, perContext)
        : context,
    );
  };
  const levels = Array.from({ length: task.levels }, (_, i) => i + 1).flatMap((level): HeldOut<Q>[] => {
    const fit = draw('fit', level, half);
    const thresholds = draw('thresholds', level, contexts);
    const check = draw('check', level, half);
    const isEmpty = [fit, thresholds, check].some(({ length }) => length === 0);
    return isEmpty ? [] : [{ level, fit, thresholds, check }];
  });
  if (levels.length > 0) return levels;
  throw new CapstanError('invalid', `${task.name}: expected contexts to hold out, found none`);
}
