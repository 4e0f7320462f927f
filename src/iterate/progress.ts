/** Where a run stands. Plain data: with the student's state it is all that is needed to go on. */

import type { Task } from '../core/task.ts';
import type { Learned, Lesson } from '../distill/student.ts';
import type { Stage } from './curriculum.ts';
import type { Verdict } from './gate.ts';
import type { IterateOptions } from './iterate.ts';

export interface Progress {
  /** «running» until the last gate passed, or one did not within its steps. */
  readonly state: 'running' | 'finished' | 'gate-failed';
  /** Training steps taken. */
  readonly step: number;
  /** Index of the current stage. */
  readonly stage: number;
  readonly stageSteps: number;
  readonly iterationSteps: number;
  /** Moving average of the student's agreement with its targets at the frontier, times `weight`. */
  readonly agreed: number;
  readonly weight: number;
  /** Overseer decisions so far, behind lessons and gates. */
  readonly decisions: number;
  /** Looks at gates so far. */
  readonly looks: number;
  /** Whether ground truth ever shaped a target; stays true. */
  readonly groundTruth: boolean;
  /** Of the iterations that ended. */
  readonly horizons: readonly number[];
}

export const START: Progress = {
  state: 'running',
  step: 0,
  stage: 0,
  stageSteps: 0,
  iterationSteps: 0,
  agreed: 0,
  weight: 0,
  decisions: 0,
  looks: 0,
  groundTruth: false,
  horizons: [],
};

/** Share that a step keeps of the moving average. */
const KEEP = 0.9;

/** Whether the stage may end, as far as training tells. */
export function isReady(
  now: Progress,
  { gate, endless, stepsPerIteration }: IterateOptions,
  plan: readonly Stage[],
): boolean {
  if (endless && now.stage === plan.length - 1) return false;
  const { gated, until } = plan[now.stage]!;
  if (until !== undefined && now.iterationSteps >= until * stepsPerIteration) return true;
  const [least, wait] = gated ? [gate.stepsMin, gate.stepsBetween] : [gate.warmUpMin, 1];
  return (
    now.stageSteps >= least && (now.stageSteps - least) % wait === 0 && now.agreed > gate.attempt * now.weight
  );
}

export function nextStage(now: Progress): Progress {
  return { ...now, stage: now.stage + 1, stageSteps: 0, agreed: 0, weight: 0 };
}

export function afterStep<Q, A>(
  now: Progress,
  task: Task<Q, A>,
  stage: Stage,
  lessons: readonly Lesson<Q, A>[],
  learned: Learned,
  decisions: number,
): Progress {
  let agreed = 0;
  let known = 0;
  lessons.forEach(({ questions }, i) => {
    questions.forEach((question, q) => {
      const same = learned.agreed[i]![q];
      if (same === undefined || task.level(question) !== stage.level) return;
      known++;
      if (same) agreed++;
    });
  });
  const average =
    known === 0
      ? {}
      : { agreed: KEEP * now.agreed + (1 - KEEP) * (agreed / known), weight: KEEP * now.weight + (1 - KEEP) };
  return {
    ...now,
    ...average,
    step: now.step + 1,
    stageSteps: now.stageSteps + 1,
    iterationSteps: now.iterationSteps + 1,
    decisions: now.decisions + decisions,
  };
}

export function afterLook(now: Progress, { decisions }: Verdict): Progress {
  return { ...now, looks: now.looks + 1, decisions: now.decisions + decisions };
}

/** Ends an iteration: the frontier moves if its gate passed and there are steps left for the next, or the run ends. */
export function conclude(
  now: Progress,
  verdict: Verdict,
  options: IterateOptions,
  plan: readonly Stage[],
): Progress {
  const ended = { ...now, horizons: [...now.horizons, verdict.horizon] };
  if (now.stage === plan.length - 1)
    return { ...ended, state: verdict.passed || options.endless ? 'finished' : 'gate-failed' };
  const goesOn = verdict.passed && plan[now.stage]!.gated && now.step < options.stepsMax;
  return goesOn ? { ...nextStage(ended), iterationSteps: 0 } : { ...ended, state: 'gate-failed' };
}

/** The horizon must rise with every iteration; says how it did not. */
export function violationOf(horizons: readonly number[]): string | undefined {
  const before = horizons.at(-2) ?? 0;
  const after = horizons.at(-1) ?? 0;
  if (after > before) return undefined;
  return `the horizon ${after === before ? `stayed at level ${after}` : `fell from level ${before} to level ${after}`}`;
}
