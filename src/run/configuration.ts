/** All that determines a run's result. Two runs with equal configurations on one machine end in the same bits. */

import { CapstanError, expectInteger } from '../base/errors.ts';
import { ENSEMBLE } from '../distill/ensemble.ts';
import type { ImitatorOptions } from '../distill/imitator.ts';
import type { DataOptions } from '../distill/replay.ts';
import type { StudentOptions } from '../distill/student.ts';
import { LABELS, type LabelOptions } from '../iterate/apprenticeship.ts';
import { CORRESPONDENCE, type CorrespondenceOptions } from '../iterate/correspondence.ts';
import { stages } from '../iterate/curriculum.ts';
import type { Defence } from '../iterate/defence.ts';
import type { IterateOptions } from '../iterate/iterate.ts';
import { RATCHET } from '../iterate/ratchet.ts';
import { OPTIMIZER, type OptimizerOptions } from '../network/optimizer.ts';
import { auditsLeast } from '../oversight/audit-gate.ts';
import {
  type AnyTask,
  type Learning,
  type TaskEntry,
  type TaskParameters,
  taskEntry,
} from '../tasks/tasks.ts';
import type { NormsOptions } from './norms.ts';
import { type RecalibrateOptions, recalibratingEach } from './recalibrated.ts';
import { type WatchOptions, watchingWith } from './watched.ts';

export interface Configuration {
  readonly task: string;
  /** Hash of the task, if it is somebody's own. */
  readonly own?: string;
  readonly parameters: TaskParameters;
  /** 0 … 2^53 − 1 */
  readonly seed: number;
  /** Who makes the targets: H, H′ that learned from H, or the ground truth, which is supervised learning. */
  readonly overseer: OverseerKind;
  readonly labels: LabelOptions & { readonly imitator: ImitatorOptions };
  /** How a person is asked, if it is one that H′ learns from. */
  readonly person?: PersonOptions;
  /** Mistakes that H is made to make. */
  readonly noise?: NoiseOptions;
  readonly defence?: Defence;
  /** Where H changes its norms on the way. */
  readonly norms?: NormsOptions;
  readonly student: StudentOptions;
  readonly training: IterateOptions;
  /** Where H itself audits each iteration. */
  readonly watch?: WatchOptions;
  /** Where the confidence of what is served is calibrated as the run goes on. */
  readonly recalibrate?: RecalibrateOptions;
}

export interface PersonOptions extends CorrespondenceOptions {
  /** Hash of the decisions that are played back. */
  readonly known?: string;
}

/** `rate`: share of H's replies that err; for «systematic» the share of the questions that are in the slice. */
export interface NoiseOptions {
  readonly kind: NoiseKind;
  readonly rate: number;
}

export const NOISES = ['random', 'deterministic', 'systematic'] as const;
export type NoiseKind = (typeof NOISES)[number];
export const NAMES = ['alike', 'apart'] as const;
/** How an iteration's student begins: with what the one before ended with, or anew, taught by the X of the one before. */
export const STUDENTS = ['continued', 'fresh'] as const;
export const RESIDUALS = ['logit', 'input'] as const;
/** What is asked beside the frontier: fresh questions of any level up to it, lessons of earlier iterations, nothing. */
export const DATA = ['mixed', 'accumulate', 'replace'] as const;
export const OVERSEERS = ['script', 'predictor', 'person', 'truth'] as const;
export type OverseerKind = (typeof OVERSEERS)[number];

/** What a person may choose; the rest follows. */
export interface Choices {
  readonly task: string;
  readonly size?: number | undefined;
  readonly powers?: number | undefined;
  readonly rounds?: number | undefined;
  readonly seed?: number | undefined;
  readonly overseer?: OverseerKind | undefined;
  /** Decisions of H that H′ may learn from. */
  readonly decisions?: number | undefined;
  /** Workspaces that wait for a person at most. */
  readonly waiting?: number | undefined;
  /** Seconds of people's time, after which they are asked no more. */
  readonly humanSeconds?: number | undefined;
  /** Hash of the decisions of a person that are played back. */
  readonly known?: string | undefined;
  /** Whether H′ reads names alike; it does unless H is made to err, which may depend on a name. */
  readonly names?: ImitatorOptions['names'] | undefined;
  readonly noise?: NoiseOptions | undefined;
  readonly defence?: Defence | undefined;
  /** From which iteration on H answers such a share of the questions otherwise. */
  readonly norms?: NormsOptions | undefined;
  /** By H itself, at each level of an iteration at most; 0 is none. */
  readonly audits?: number | undefined;
  /** Iterations after which confidence is calibrated again; 0 is never. */
  readonly recalibrate?: number | undefined;
  /** Levels and sizes one after the other, or all from the start. */
  readonly curriculum?: boolean | undefined;
  /** Steps over which the teacher averages the student. */
  readonly horizon?: number | undefined;
  readonly unknown?: 'masked' | 'trained' | undefined;
  readonly memo?: boolean | undefined;
  readonly width?: number | undefined;
  readonly heads?: number | undefined;
  readonly contexts?: number | undefined;
  readonly optimizer?: OptimizerOptions['kind'] | undefined;
  /** Share of the steps, the last ones, over which the learning rate falls to 0; 0 … 1. */
  readonly coolDown?: number | undefined;
  readonly replicas?: number | undefined;
  readonly student?: (typeof STUDENTS)[number] | undefined;
  /** What a fresh student has of the X before. */
  readonly residual?: (typeof RESIDUALS)[number] | undefined;
  /** β > 0: how much a student is held to the X before where the target agrees with it. */
  readonly anchoring?: number | undefined;
  /** Members of an ensemble that the student is distilled from. */
  readonly ensemble?: number | undefined;
  readonly data?: (typeof DATA)[number] | undefined;
  readonly maxSteps?: number | undefined;
  /** Trains at the last frontier until the steps are spent, so that runs of one length can be compared. */
  readonly endless?: boolean | undefined;
}

const STEPS_PER_ITERATION = 800;

/** The whole configuration; every value is checked here or where it is used first. */
export function configure(
  choices: Choices,
  own?: { readonly sha256: string; readonly entry: TaskEntry },
): Configuration {
  const entry = own?.entry ?? taskEntry(choices.task);
  const { size, powers, rounds } = choices;
  const given = entry.parameters({
    ...(size !== undefined && { size }),
    ...(powers !== undefined && { powers }),
    ...(rounds !== undefined && { rounds }),
  });
  const task = entry.open(given); // checks the parameters
  const training = trainingOf(choices, task, entry.learning);
  expectUsed(choices, task);
  expectSuccession(choices, task, training);
  const { seed = 1, overseer = 'script', noise, defence, norms } = choices;
  expectInteger('seed', seed, 0, Number.MAX_SAFE_INTEGER);
  expectFitting(task, overseer, noise, defence);
  expectNorms(choices, task, training);
  if (entry.hasNoScript && overseer !== 'person' && overseer !== 'truth')
    throw new CapstanError(
      'usage',
      `--overseer ${overseer}: expected person or truth, ${entry.name} has no decomposition`,
    );
  const labels = labelsOf(choices, entry.learning);
  return {
    task: entry.name,
    ...(own && { own: own.sha256 }),
    parameters: task.parameters,
    seed,
    overseer,
    labels,
    ...(overseer === 'person' && { person: personOf(choices, labels) }),
    ...(noise && { noise }),
    ...(defence && { defence }),
    ...(norms && { norms }),
    student: studentOf(choices, task, entry.learning, training.stepsMax),
    training,
    ...watchOf(choices, task, training),
    ...recalibrateOf(choices),
  };
}

/** A task says nothing of a parameter that it does not have. */
function expectUsed(choices: Choices, { name, parameters }: AnyTask): void {
  for (const option of ['powers', 'rounds'] as const)
    if (choices[option] !== undefined && parameters[option] !== choices[option])
      throw new CapstanError('usage', `--${option}: expected nothing, ${name} has no such parameter`);
}

function expectFitting(
  { name, check, second }: AnyTask,
  overseer: OverseerKind,
  noise?: NoiseOptions,
  defence?: Defence,
): void {
  if (noise && !(noise.rate >= 0 && noise.rate < 1))
    throw new CapstanError('invalid', `noise: expected a rate from 0 to below 1, got ${noise.rate}`);
  if (overseer === 'truth' && (noise || defence))
    throw new CapstanError('usage', 'overseer truth: expected no noise and no defence, it makes no mistakes');
  if (overseer === 'person' && noise)
    throw new CapstanError('usage', 'overseer person: expected no noise, people make their own mistakes');
  if ((overseer === 'predictor' || overseer === 'person') && defence)
    throw new CapstanError('usage', 'defence: expected the overseer script, H′ has no defence yet');
  if (defence?.kind === 'verify' && !check)
    throw new CapstanError('usage', `defence verify: expected a task with a check, ${name} has none`);
  if (defence?.kind === 'second' && !(check && second))
    throw new CapstanError(
      'usage',
      `defence second: expected a task with a check and a second decomposition, ${name} has not both`,
    );
  if (defence?.kind === 'vote') expectInteger('voters', defence.voters, 1, 15);
  if (defence?.kind === 'doubt' && !(defence.threshold > 0 && defence.threshold <= 1))
    throw new CapstanError(
      'invalid',
      `doubt: expected a threshold above 0, at most 1, got ${defence.threshold}`,
    );
}

function expectNorms(
  { norms, overseer = 'script', defence }: Choices,
  task: AnyTask,
  { curriculum }: IterateOptions,
): void {
  if (!norms) return;
  if (overseer !== 'script')
    throw new CapstanError('usage', `--norms: expected the overseer script, got ${overseer}`);
  if (defence?.kind === 'verify' || defence?.kind === 'second')
    throw new CapstanError(
      'usage',
      `--norms: expected no defence ${defence.kind}, it checks by the first norms`,
    );
  const iterations = stages(task, curriculum).filter(({ gated }) => gated).length;
  if (iterations < 2)
    throw new CapstanError(
      'usage',
      `--norms: expected a run of several iterations, ${task.name} has one as it is learned here`,
    );
  expectInteger('norms', norms.iteration, 2, iterations);
  if (!(norms.share > 0 && norms.share <= 1))
    throw new CapstanError('invalid', `norms: expected a share above 0, at most 1, got ${norms.share}`);
}

function watchOf(
  { audits = 0, overseer }: Choices,
  task: AnyTask,
  training: IterateOptions,
): Pick<Configuration, 'watch'> {
  if (audits === 0) return {};
  if (overseer === 'person' || overseer === 'truth')
    throw new CapstanError('usage', `--audits: expected the overseer script or predictor, got ${overseer}`);
  // Where questions lean on guesses about themselves, H alone comes to no answer.
  if (task.levels === 1)
    throw new CapstanError('usage', `--audits: expected a task with levels, ${task.name} has one`);
  const gated = stages(task, training.curriculum).filter((stage) => stage.gated);
  const watch = watchingWith(
    audits,
    gated.map(({ level }) => level),
  );
  expectInteger('audits', audits, auditsLeast(gated.length, watch.gate), 100_000);
  return { watch };
}

function recalibrateOf({
  recalibrate = 0,
  overseer = 'script',
}: Choices): Pick<Configuration, 'recalibrate'> {
  if (recalibrate === 0) return {};
  if (overseer === 'person' || overseer === 'truth')
    throw new CapstanError(
      'usage',
      `--recalibrate: expected the overseer script or predictor, got ${overseer}`,
    );
  expectInteger('recalibrate', recalibrate, 1, 1000);
  return { recalibrate: recalibratingEach(recalibrate) };
}

function labelsOf(
  { overseer, decisions = LABELS.decisionsMax, noise, names = noise ? 'apart' : 'alike', maxSteps }: Choices,
  learning: Learning,
): Configuration['labels'] {
  expectInteger('decisions', decisions, overseer === 'person' ? 0 : 1, 1_000_000);
  const optimizer = { ...OPTIMIZER, learningRate: 3e-3, warmUp: 20 };
  const steps = Math.min(maxSteps ?? learning.labelSteps, learning.labelSteps);
  return { ...LABELS, decisionsMax: decisions, steps, imitator: { width: 64, rows: 256, optimizer, names } };
}

function personOf(
  {
    decisions = CORRESPONDENCE.decisionsMax,
    waiting = CORRESPONDENCE.waitingMax,
    humanSeconds,
    known,
  }: Choices,
  { steps }: LabelOptions,
): PersonOptions {
  expectInteger('waiting', waiting, 1, 1000);
  if (humanSeconds !== undefined) expectInteger('human-seconds', humanSeconds, 1, Number.MAX_SAFE_INTEGER);
  return {
    ...CORRESPONDENCE,
    ...{ decisionsMax: decisions, waitingMax: waiting, steps },
    ...(humanSeconds !== undefined && { secondsMax: humanSeconds }),
    ...(known !== undefined && { known }),
  };
}

function studentOf(
  choices: Choices,
  { sizeMax }: AnyTask,
  learning: Learning,
  stepsMax: number,
): StudentOptions {
  const {
    heads = headsFor(sizeMax),
    width = widthFor(sizeMax),
    optimizer = learning.optimizer,
    coolDown = learning.coolDown,
    replicas = 2,
    contexts = learning.contexts,
    horizon = learning.averageHorizon,
    unknown = learning.learnsUnknown ? 'trained' : 'masked',
  } = choices;
  expectInteger('heads', heads, 1, 16);
  expectInteger('contexts', contexts, 1, 1024);
  expectInteger('horizon', horizon, 1, 100_000);
  expectInteger('replicas', replicas, 1, contexts);
  if (contexts % replicas !== 0)
    throw new CapstanError(
      'invalid',
      `replicas: expected a divisor of ${contexts} contexts, got ${replicas}`,
    );
  if (!(coolDown >= 0 && coolDown <= 1))
    throw new CapstanError('invalid', `cool-down: expected a number from 0 to 1, got ${coolDown}`);
  expectInteger('width', width, 8, 1024);
  if (width % heads !== 0)
    throw new CapstanError('invalid', `width: expected a multiple of ${heads} heads, got ${width}`);
  return {
    width,
    heads,
    expansion: 2,
    optimizer: {
      ...OPTIMIZER,
      kind: optimizer,
      muonRate: learning.muonRate,
      ...(coolDown > 0 && { coolDown: [Math.ceil(stepsMax * (1 - coolDown)), stepsMax] }),
    },
    replicas,
    averageHorizon: horizon,
    learnsUnknown: unknown === 'trained',
    ...successionOf(choices),
  };
}

/** How one iteration's student follows on the other's. */
function successionOf({
  student,
  residual,
  anchoring,
  ensemble,
}: Choices): Pick<StudentOptions, 'fresh' | 'residual' | 'anchoring' | 'ensemble'> {
  return {
    ...(student === 'fresh' && { fresh: true }),
    ...(residual && { residual }),
    ...(anchoring !== undefined && { anchoring }),
    ...(ensemble !== undefined && { ensemble: { ...ENSEMBLE, members: ensemble } }),
  };
}

function expectSuccession(
  { student, residual, anchoring, ensemble, data }: Choices,
  task: AnyTask,
  { curriculum }: IterateOptions,
): void {
  const usage = (message: string) => new CapstanError('usage', message);
  const follows = {
    student: student === 'fresh',
    anchoring: anchoring !== undefined,
    data: data && data !== 'mixed',
  };
  const [option] = Object.entries(follows).flatMap(([name, isChosen]) => (isChosen ? [name] : []));
  if (option && stages(task, curriculum).filter(({ gated }) => gated).length < 2)
    throw usage(
      `--${option}: expected a run of several iterations, ${task.name} has one as it is learned here`,
    );
  if (residual && student !== 'fresh')
    throw usage('--residual: expected --student fresh, weights that go on are a residual connection already');
  if (residual && anchoring !== undefined)
    throw usage('--anchoring: expected no --residual, the X before is consulted already');
  if (anchoring !== undefined && !(anchoring > 0 && anchoring <= 100))
    throw new CapstanError('invalid', `anchoring: expected a number above 0, at most 100, got ${anchoring}`);
  if (ensemble === undefined) return;
  expectInteger('ensemble', ensemble, 2, 15);
  if (residual || anchoring !== undefined)
    throw usage('--ensemble: expected no --residual and no --anchoring');
}

function dataOf({ data = 'mixed', student }: Choices): {
  readonly data?: DataOptions;
  readonly again?: true;
} {
  const again = student === 'fresh' && data !== 'replace' && ({ again: true } as const);
  if (data === 'mixed') return { ...again };
  return { ...again, data: data === 'replace' ? { kind: data } : { kind: data, share: REPLAYED } };
}

/** Share of the lessons of a step that are of earlier iterations. */
const REPLAYED = 0.5;
/** Steps at least at each level that a fresh student warms up at. */
const WARM_UP_AGAIN = 10;

function trainingOf(choices: Choices, { sizeMax, levels }: AnyTask, learning: Learning): IterateOptions {
  const { curriculum = true, contexts = learning.contexts, maxSteps, endless = false, memo = true } = choices;
  if (maxSteps !== undefined) expectInteger('max-steps', maxSteps, 1, 1_000_000);
  // X can agree with targets no more often than they follow from a rule.
  const ceiling = 1 - (choices.noise && choices.noise.kind !== 'systematic' ? choices.noise.rate : 0);
  const stepsPerIteration = Math.max(STEPS_PER_ITERATION, Math.ceil(learning.steps / levels));
  return {
    curriculum: {
      sizeStart: curriculum ? learning.sizeStart(sizeMax) : sizeMax,
      levelMax: levels,
      byLevel: curriculum && learning.byLevel,
      contexts,
      frontierShare: 0.5,
      ...dataOf(choices),
    },
    gate: {
      advance: 0.9 * ceiling,
      finish: 0.98 * ceiling,
      questions: 1024,
      attempt: learning.attempt * ceiling,
      stepsMin: 50,
      warmUpMin: choices.student === 'fresh' ? WARM_UP_AGAIN : learning.sizeSteps,
      stepsBetween: 10,
    },
    ratchet: RATCHET,
    stepsPerIteration: endless ? Number.MAX_SAFE_INTEGER : stepsPerIteration,
    stepsMax: maxSteps ?? (endless ? learning.steps : stepsPerIteration * levels),
    endless,
    memo,
  };
}

/** Wide enough to keep that many elements apart; measured in docs/log.md. */
function widthFor(elements: number): number {
  return elements <= 16 ? 64 : elements <= 64 ? 96 : 128;
}

/** More heads learn in fewer steps and cost more time each; measured in docs/log.md. */
function headsFor(elements: number): number {
  return elements <= 16 ? 4 : 2;
}
