/** All that determines a run's result. Two runs with equal configurations on one machine end in the same bits. */

import { CapstanError } from '../base/errors.ts';
import type { StudentOptions } from '../distill/student.ts';
import type { IterateOptions } from '../iterate/iterate.ts';
import { OPTIMIZER, type OptimizerOptions } from '../network/optimizer.ts';
import { type TaskParameters, taskEntry } from '../tasks/tasks.ts';

export interface Configuration {
  readonly task: string;
  readonly parameters: TaskParameters;
  /** 0 … 2^53 − 1 */
  readonly seed: number;
  readonly student: StudentOptions;
  readonly training: IterateOptions;
}

/** What a person may choose; the rest follows. */
export interface Choices {
  readonly task: string;
  readonly size?: number | undefined;
  readonly powers?: number | undefined;
  readonly seed?: number | undefined;
  readonly width?: number | undefined;
  readonly heads?: number | undefined;
  readonly optimizer?: OptimizerOptions['kind'] | undefined;
  readonly replicas?: number | undefined;
  readonly maxSteps?: number | undefined;
}

const CONTEXTS_PER_STEP = 16;
const STEPS_PER_ITERATION = 800;

/** The whole configuration; every value is checked here or where it is used first. */
export function configure(choices: Choices): Configuration {
  const entry = taskEntry(choices.task);
  const parameters = entry.parameters({
    ...(choices.size !== undefined && { size: choices.size }),
    ...(choices.powers !== undefined && { powers: choices.powers }),
  });
  const { sizeMax, levels } = entry.open(parameters); // checks the parameters
  const {
    seed = 1,
    heads = headsFor(sizeMax),
    width = widthFor(sizeMax),
    optimizer = OPTIMIZER.kind,
    replicas = 2,
    maxSteps,
  } = choices;
  integer('seed', seed, 0, Number.MAX_SAFE_INTEGER);
  integer('heads', heads, 1, 16);
  integer('replicas', replicas, 1, CONTEXTS_PER_STEP);
  if (CONTEXTS_PER_STEP % replicas !== 0)
    throw new CapstanError(
      'invalid',
      `replicas: expected a divisor of ${CONTEXTS_PER_STEP} contexts, got ${replicas}`,
    );
  integer('width', width, 8, 1024);
  if (width % heads !== 0)
    throw new CapstanError('invalid', `width: expected a multiple of ${heads} heads, got ${width}`);
  if (maxSteps !== undefined) integer('max-steps', maxSteps, 1, 1_000_000);
  return {
    task: entry.name,
    parameters,
    seed,
    student: {
      width,
      heads,
      expansion: 2,
      optimizer: { ...OPTIMIZER, kind: optimizer },
      replicas,
      averageHorizon: 50,
    },
    training: {
      curriculum: {
        sizeStart: Math.min(sizeMax, 16, Math.max(2, Math.floor(sizeMax / 2))),
        levelMax: levels,
        byLevel: true,
        contexts: CONTEXTS_PER_STEP,
        frontierShare: 0.5,
      },
      gate: {
        advance: 0.9,
        finish: 0.98,
        questions: 1024,
        attempt: 0.85,
        stepsMin: 50,
        stepsBetween: 10,
      },
      stepsPerIteration: STEPS_PER_ITERATION,
      stepsMax: maxSteps ?? STEPS_PER_ITERATION * levels,
      endless: false,
    },
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

function integer(name: string, value: number, low: number, high: number): void {
  if (!Number.isInteger(value) || value < low || value > high)
    throw new CapstanError('invalid', `${name}: expected an integer from ${low} to ${high}, got ${value}`);
}
