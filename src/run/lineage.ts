/** Where a checkpoint comes from, in words that depend on nothing but the run: no times, no machine. */

import { hash } from 'node:crypto';
import { canonical, type Json } from '../base/canonical.ts';
import { VERSION } from '../base/version.ts';
import type { StudentOptions } from '../distill/student.ts';
import type { IterateOptions, IterationEvent } from '../iterate/iterate.ts';
import type { Compared, Lineage } from '../registry/checkpoint.ts';
import type { ArmPlan } from './arm.ts';
import type { Configuration } from './configuration.ts';

/** What a lineage holds as its configuration: all that shaped the weights. */
export interface Described {
  readonly student: StudentOptions;
  readonly training: IterateOptions;
}

export function lineageOf<Q, A>(
  { task, parameters, seed, student }: Configuration,
  { overseers, training }: ArmPlan<Q, A>,
  { progress, stage, verdict }: IterationEvent,
  data: Pick<Lineage, 'parent' | 'dataRoot' | 'dataCount'>,
  comparison: Compared | null,
): Lineage {
  const described: Described = { student, training };
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
    teacher: `Amplify^${overseers[0]!.origin.name}(X_ema)`,
    groundTruth: progress.groundTruth,
    gate: {
      agreement: value,
      ...interval,
      threshold: verdict.threshold,
      passed: verdict.passed && comparison?.passed !== false,
      comparison,
    },
    figures: { horizon: verdict.horizon, decisions: progress.decisions, looks: progress.looks },
    version: VERSION,
  };
}

/** The description back from a lineage that `lineageOf` made. */
export function describedIn({ configuration }: Lineage): Described {
  return configuration as unknown as Described;
}
