/** From small to large, then from easy to hard: the stages a run goes through, fixed before it starts.
 *  Level and size rise as in Christiano et al. 2018, where the agreement of the student with its targets decides;
 *  sizes double while the level is one that H judges with primitives, then levels rise at full size. Without levels,
 *  sizes double with everything asked. */

import { CapstanError } from '../base/errors.ts';
import type { Random } from '../base/random.ts';
import type { Task } from '../core/task.ts';
import { type DataOptions, replayedOf, type Taught } from '../distill/replay.ts';

export interface Stage {
  /** The frontier: the highest level asked. */
  readonly level: number;
  /** Facts in a context. */
  readonly size: number;
  /** 1, 2, …: the iteration this stage belongs to. */
  readonly iteration: number;
  /** Whether it is the last of its iteration, which ends at the gate; the others only warm up. */
  readonly gated: boolean;
  /** A warm-up ends at the latest when this share of its iteration's steps is spent, if it is given. */
  readonly until?: number;
}

export interface CurriculumOptions {
  /** Facts in a context of the first stage; the task's own size means no size curriculum. */
  readonly sizeStart: number;
  /** The last frontier, 1 … task.levels. */
  readonly levelMax: number;
  /** False asks every level from the first step on. */
  readonly byLevel: boolean;
  /** Contexts per step. */
  readonly contexts: number;
  /** The share of contexts that ask at the frontier; the others ask any level up to it. */
  readonly frontierShare: number;
  /** Whether every iteration warms up anew, at every level below its own: for students that begin anew. */
  readonly again?: boolean;
  /** From the second iteration on; without it the other contexts are fresh too. */
  readonly data?: DataOptions;
}

/** The stages of a run. The last stage of an iteration has full-size contexts. */
export function stages<Q, A>(task: Task<Q, A>, options: CurriculumOptions): readonly Stage[] {
  const { sizeStart, levelMax, byLevel } = options;
  if (!Number.isInteger(sizeStart) || sizeStart < 2 || sizeStart > task.sizeMax)
    throw new CapstanError(
      'invalid',
      `first size: expected an integer from 2 to ${task.sizeMax}, got ${sizeStart}`,
    );
  const lowest = Math.max(1, task.levelsOfPrimitives);
  if (!Number.isInteger(levelMax) || levelMax < lowest || levelMax > task.levels)
    throw new CapstanError(
      'invalid',
      `highest level: expected an integer from ${lowest} to ${task.levels}, got ${levelMax}`,
    );
  const [start, first] = byLevel ? [1, lowest] : [levelMax, levelMax];
  const warmUp = (level: number, size: number): Stage => ({ level, size, iteration: 1, gated: false });
  const list: Stage[] = [];
  for (let level = start; level < first; level++) list.push(warmUp(level, sizeStart));
  for (let size = sizeStart; size < task.sizeMax; size = Math.min(2 * size, task.sizeMax))
    list.push(warmUp(first, size));
  for (let level = first; level <= levelMax; level++) {
    const iteration = level - first + 1;
    if (options.again && iteration > 1) list.push(...warmUpsAgain(list, iteration));
    list.push({ level, size: task.sizeMax, iteration, gated: true });
  }
  return list;
}

/** Share of an iteration's steps that its warm-ups may take together. */
const WARMING_UP = 0.5;

/** What the stages of before ask, in their order, without gates. */
function warmUpsAgain(before: readonly Stage[], iteration: number): readonly Stage[] {
  const asked = before.filter((stage) => stage.iteration === 1 || stage.gated);
  return asked.map(({ level, size }, i) => {
    const until = (WARMING_UP * (i + 1)) / asked.length;
    return { level, size, iteration, gated: false, until };
  });
}

/** Draws the questions of training steps. They depend on the step and its stage alone, so those of the next step can be
 *  drawn while the runtimes are busy with this one. */
export class Drawer<Q, A> {
  readonly #task: Task<Q, A>;
  readonly #options: CurriculumOptions;
  readonly #random: Random;
  #ahead: { readonly step: number; readonly stage: Stage; readonly contexts: Contexts<Q> } | undefined;

  constructor(task: Task<Q, A>, options: CurriculumOptions, random: Random) {
    this.#task = task;
    this.#options = options;
    this.#random = random;
  }

  draw(step: number, stage: Stage): Contexts<Q> {
    const ahead = this.#ahead;
    if (ahead?.step === step && ahead.stage === stage) return ahead.contexts;
    return drawLessons(this.#task, this.#options, stage, this.#random.split(step));
  }

  /** The questions of one lesson of a step, drawn again. */
  again({ step, place }: Taught, stage: Stage): readonly Q[] {
    return drawContext(this.#task, this.#options, stage, this.#random.split(step), place);
  }

  /** One question about each of so many fresh contexts. */
  single(contexts: number, stage: Stage, random: Random): readonly Q[] {
    return Array.from({ length: contexts }, (_, i) => {
      const questions = drawContext(this.#task, this.#options, stage, random, i);
      return questions[random.split('one').split(i).below(questions.length)]!;
    });
  }

  prepare(step: number, stage: Stage): void {
    this.#ahead = { step, stage, contexts: this.draw(step, stage) };
  }
}

/** Questions grouped by context. */
export type Contexts<Q> = readonly (readonly Q[])[];

/** Questions about the fresh contexts of one training step. */
export function drawLessons<Q, A>(
  task: Task<Q, A>,
  options: CurriculumOptions,
  stage: Stage,
  random: Random,
): Contexts<Q> {
  const { contexts, data } = options;
  const fresh = contexts - replayedOf(data, contexts, stage);
  return Array.from({ length: fresh }, (_, i) => drawContext(task, options, stage, random, i));
}

function drawContext<Q, A>(
  task: Task<Q, A>,
  { frontierShare, data }: CurriculumOptions,
  { level: frontier, size, iteration, gated }: Stage,
  random: Random,
  i: number,
): readonly Q[] {
  const stream = random.split(i);
  const share = data && gated && iteration > 1 ? 1 : frontierShare;
  const level = stream.uniform() < share ? frontier : 1 + stream.below(frontier);
  return task.sample(stream, { split: 'train', size, level });
}
