/** Where a checkpoint comes from, in words that depend on nothing but the run: no times, no machine. */

import { hash } from 'node:crypto';
import { canonical, type Json } from '../base/canonical.ts';
import { VERSION } from '../base/version.ts';
import type { StudentOptions } from '../distill/student.ts';
import type { IterateOptions, IterationEvent } from '../iterate/iterate.ts';
import type { Audited, Compared, Lineage } from '../registry/checkpoint.ts';
import type { Configuration } from './configuration.ts';
import { type ArmPlan, overseersIn } from './plan.ts';

/** What a lineage holds as its configuration: all that shaped the weights. */
export interface Described {
  readonly student: StudentOptions;
  readonly training: IterateOptions;
}

export function lineageOf<Q, A>(
  { task, parameters, seed, student }: Configuration,
  plan: ArmPlan<Q, A>,
  { progress, stage, verdict }: IterationEvent,
  data: Pick<Lineage, 'parent' | 'dataRoot' | 'dataCount'>,
  comparison: Compared | null,
  audits?: Audited,
): Lineage {
  const described: Described = { student, training: plan.training };
  const [overseer] = overseersIn(plan, stage.iteration);
  const configuration: Json = JSON.parse(JSON.stringify(described));
  const { value, ...interval } = verdict.agreement;
  return {
    ...data,
    task,
    parameters,
    seed,
    configuration,
    configurationHash: hash('sha256', canonical(configuration)),
    iteration: stage.iteration,
    level: stage.level,
    step: progress.step,
    teacher: `Amplify^${overseer!.origin.name}(${teacherOf(student, stage.iteration)})`,
    groundTruth: progress.groundTruth,
    gate: {
      agreement: value,
      ...interval,
      threshold: verdict.threshold,
      passed: verdict.passed && comparison?.passed !== false && audits?.passed !== false,
      comparison,
      ...(audits && { audits }),
    },
    figures: { horizon: verdict.horizon, decisions: progress.decisions, looks: progress.looks },
    version: VERSION,
  };
}

/** Whom H asks (`distill/student.ts`). */
function teacherOf({ fresh, ensemble }: StudentOptions, iteration: number): string {
  const whole = (x: string) => (ensemble ? `mean of ${ensemble.members} ${x}` : x);
  if (!fresh) return whole('X_ema');
  return iteration === 1 ? '⊥' : whole(`X_${iteration - 1}`);
}

/** The description back from a lineage that `lineageOf` made. */
export function describedIn({ configuration }: Lineage): Described {
  return configuration as unknown as Described;
}

/** Why a checkpoint is not promoted although its agreement would do. */
export function fallIn({ passed, level, difference, margin, contexts }: Compared): string | undefined {
  if (passed) return undefined;
  const points = (share: number) => (100 * share).toFixed(1);
  return `not shown to be less than ${points(margin)} points worse than the one before at level ${level}: ${points(difference)} on ${contexts} contexts; the one before is served on`;
}
