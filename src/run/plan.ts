/** What an arm of a run is to do, and what is told of it where it stands. */

import type { Overseer } from '../core/assistant.ts';
import type { Task } from '../core/task.ts';
import type { Defence } from '../iterate/defence.ts';
import type { IterateOptions } from '../iterate/iterate.ts';
import { changing, directly, type Supervision } from '../iterate/supervision.ts';
import type { ArmKind, ArmRecord } from '../report/record.ts';
import { personRecord } from './apprentice.ts';
import type { ArmState } from './state.ts';

export interface ArmPlan<Q, A> {
  /** Name of its folder. */
  readonly key: string;
  readonly kind: ArmKind;
  readonly name: string;
  readonly levelMax?: number;
  /** H, or the ground truth; several where the defence is a vote. */
  readonly overseers: readonly Overseer<Q, A>[];
  /** Where H changes its norms. */
  readonly change?: Change<Q, A>;
  readonly defence?: Defence;
  /** Whether H′ makes the targets, having learned from the first of them. */
  readonly learned: boolean;
  readonly training: IterateOptions;
}

/** From that iteration on. */
export interface Change<Q, A> {
  readonly iteration: number;
  /** With H as it is then, without the mistakes that it is made to make; and with them. */
  readonly task: Task<Q, A>;
  readonly overseers: readonly Overseer<Q, A>[];
}

/** Who decides in that iteration. */
export function overseersIn<Q, A>(
  { change, overseers }: Pick<ArmPlan<Q, A>, 'change' | 'overseers'>,
  iteration: number,
): readonly Overseer<Q, A>[] {
  return change && iteration >= change.iteration ? change.overseers : overseers;
}

/** The task with H as it is in that iteration. */
export function taskIn<Q, A>(
  { change }: Pick<ArmPlan<Q, A>, 'change'>,
  task: Task<Q, A>,
  iteration: number,
): Task<Q, A> {
  return change && iteration >= change.iteration ? change.task : task;
}

/** Whose decisions make the targets where no H′ learns to. */
export function supervisionOf<Q, A>(
  { overseers, change, defence }: Pick<ArmPlan<Q, A>, 'overseers' | 'change' | 'defence'>,
  task: Task<Q, A>,
): Supervision<Q, A> {
  const before = directly(task, overseers, defence);
  return change
    ? changing(before, directly(change.task, change.overseers, defence), change.iteration)
    : before;
}

/** The record of an arm that stands at this state. */
export function armRecord<Q, A>(plan: ArmPlan<Q, A>, state: ArmState, trainedParameters: number): ArmRecord {
  return {
    kind: plan.kind,
    name: plan.name,
    ...(plan.levelMax !== undefined && { levelMax: plan.levelMax }),
    groundTruth: plan.overseers[0]!.origin.groundTruth || state.progress.groundTruth,
    state: state.progress.state,
    trainedParameters,
    steps: state.progress.step,
    seconds: state.seconds,
    operations: state.operations,
    decisions: state.progress.decisions,
    points: state.points,
    iterations: state.iterations,
    ...(state.fidelity && { fidelity: state.fidelity }),
    ...(state.correspondence && { person: personRecord(state.correspondence) }),
  };
}
