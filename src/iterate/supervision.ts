/** Who makes the targets: H itself, or H′, who learned from H (apprenticeship.ts). */

import type { Random } from '../base/random.ts';
import type { Assistant, Origin, Overseer } from '../core/assistant.ts';
import type { Task } from '../core/task.ts';
import { type Defence, targetsOf } from './defence.ts';

export interface Supervision<Q, A> {
  /** Whether ground truth shapes the targets, and who makes them. */
  readonly origin: Origin;
  /** Makes the targets of that iteration. `assistant`: whom the overseer asks, with the facts beside it; `teacher`: the same
   *  alone. */
  targets(assistant: Assistant<Q, A>, teacher: Assistant<Q, A>, iteration: number): Assistant<Q, A>;
  /** Whether its decisions are H's own and count as such. */
  readonly isH: boolean;
  /** Before the targets of a step are made. Returns how many decisions H made for it. */
  prepare(moment: Moment<Q, A>): Promise<number>;
  /** Whether no stage may end at this step, since decisions are awaited that its targets may follow from. */
  holds?(moment: Pick<Moment<Q, A>, 'step' | 'stage'>): boolean;
}

export interface Moment<Q, A> {
  readonly step: number;
  /** A name of the questions being asked; a new one means new questions. */
  readonly stage: string;
  /** One question of each of so many fresh contexts of this stage. */
  draw(count: number, random: Random): readonly Q[];
  /** Whom H asks. */
  readonly assistant: Assistant<Q, A>;
}

/** H decides everything; several of them where the defence is a vote. */
export function directly<Q, A>(
  task: Task<Q, A>,
  overseers: readonly Overseer<Q, A>[] = [task.overseer],
  defence?: Defence,
): Supervision<Q, A> {
  return {
    origin: overseers[0]!.origin,
    isH: true,
    targets: (assistant, teacher) => targetsOf(task, overseers, defence, assistant, teacher),
    prepare: async () => 0,
  };
}

/** H whose norms change: by the one until that iteration, by the other from then on. */
export function changing<Q, A>(
  before: Supervision<Q, A>,
  after: Supervision<Q, A>,
  from: number,
): Supervision<Q, A> {
  return {
    ...before,
    targets: (assistant, teacher, iteration) =>
      (iteration < from ? before : after).targets(assistant, teacher, iteration),
  };
}
