/** Seconds left of an arm: the steps that its stages still need, at what a step of each costs, at the pace so far. */

import { stages } from '../iterate/curriculum.ts';
import type { ArmRecord } from '../report/record.ts';
import type { Configuration } from '../run/configuration.ts';
import { type TaskEntry, taskEntry } from '../tasks/tasks.ts';

/** Steps before a pace can be told. */
const STEPS_SEEN = 5;
/** A stage takes a little more than its least; the last, held to a higher threshold, a few times as much. One that is
 *  the first too has everything to teach: it takes what was found to be enough. */
const USUAL = 1.1;
const USUAL_LAST = 3;
/** A stage that outlasts the usual is taken to need this share of what it took already. */
const STILL = 1 / 3;
/** What a step costs whatever its size, in multiplications: drawing questions, H, optimizer. Fitted to one run of 64. */
const OVERHEAD = 2e7;

export class Forecast {
  readonly #costs: readonly number[];
  readonly #usual: readonly number[];
  /** No arm takes more, and an endless one takes them all. */
  readonly #stepsMax: number;
  readonly #endless: boolean;
  /** Steps of an arm that is given its steps in advance. */
  readonly #steps: number | undefined;
  /** Where this process found the arm. */
  #start: { readonly steps: number; readonly seconds: number } | undefined;
  #stage = -1;
  #stageStart = 0;
  #before = 0;
  #spent = 0;

  /** `steps`: what the arm is given in advance; unset, it goes through the stages of a run. */
  constructor(
    { task, parameters, student: { width }, training }: Configuration,
    steps?: number,
    { open, learning }: TaskEntry = taskEntry(task),
  ) {
    const opened = open(parameters);
    const plan = stages(opened, training.curriculum);
    // A round takes about 16 D² + 4 N D multiplications for each of the N facts.
    this.#costs = plan.map(
      ({ size, level }) =>
        OVERHEAD + opened.encoding.roundsAt(level) * size * (16 * width + 4 * size) * width,
    );
    const { stepsMin, warmUpMin } = training.gate;
    const last = learning.byLevel && plan.length > 1 ? stepsMin * USUAL_LAST : learning.steps;
    this.#usual = plan.map(({ gated }, i) =>
      i === plan.length - 1 ? last : USUAL * (gated ? stepsMin : warmUpMin),
    );
    this.#stepsMax = training.stepsMax;
    this.#endless = training.endless;
    this.#steps = steps;
  }

  left(arm: ArmRecord, stage: number): number | undefined {
    this.#start ??= { steps: arm.steps, seconds: arm.seconds };
    const seen = arm.steps - this.#start.steps;
    const seconds = arm.seconds - this.#start.seconds;
    if (this.#stage !== stage) [this.#stage, this.#stageStart] = [stage, arm.steps];
    if (seen > 0) this.#spent += this.#cost(stage) * (arm.steps - this.#before);
    this.#before = arm.steps;
    if (seen < STEPS_SEEN) return undefined;
    if (this.#steps !== undefined) return ((this.#steps - arm.steps) * seconds) / seen;
    const done = arm.steps - this.#stageStart;
    let rest = Math.max(0, this.#stepsMax - arm.steps);
    let todo = 0;
    this.#usual.slice(stage).forEach((usual, i) => {
      const isLast = stage + i === this.#usual.length - 1;
      const expected = i === 0 ? Math.max(usual - done, done * STILL) : usual;
      const steps = this.#endless && isLast ? rest : Math.min(rest, expected);
      todo += steps * this.#cost(stage + i);
      rest -= steps;
    });
    return (todo * seconds) / this.#spent;
  }

  #cost(stage: number): number {
    return this.#costs[stage] ?? OVERHEAD;
  }
}
