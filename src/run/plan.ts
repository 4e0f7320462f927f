/** What an arm of a run is to do, and what is told of it where it stands. */

import type { Overseer } from '../core/assistant.ts';
import type { Defence } from '../iterate/defence.ts';
import type { IterateOptions } from '../iterate/iterate.ts';
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
  readonly defence?: Defence;
  /** Whether H′ makes the targets, having learned from the first of them. */
  readonly learned: boolean;
  readonly training: IterateOptions;
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
