/** Seconds left of an arm: the steps that its stages still need, at what a step of each costs, at the pace so far. */

import { stages } from '../iterate/curriculum.ts';
import type { ArmRecord } from '../report/record.ts';
import type { Configuration } from '../run/configuration.ts';
import { taskEntry } from '../tasks/tasks.ts';

/** Steps before a pace can be told. */
const STEPS_SEEN = 5;
/** A stage takes a little more than its least; the last, held to a higher threshold, a few times as much. */
const USUAL = 1.1;
const USUAL_LAST = 3;
/** A stage that outlasts the usual is taken to need this share of what it took already. */
const STILL = 1 / 3;
/** What a step costs whatever its size, in multiplications: drawing questions, H, optimizer. Fitted to one run of 64. */
const OVERHEAD = 2e7;

export class Forecast {
  readonly #costs: readonly number[];
  readonly #usual: readonly number[];
  /** Steps of an arm that is given its steps in advance. */
  readonly #steps: number | undefined;
  /** Where this process found the arm. */
  #start: { readonly steps: number; readonly seconds: number } | undefined;
  #stage = -1;
  #stageStart = 0;
  #before = 0;
  #spent = 0;

  /** `steps`: what the arm is given in advance; unset, it goes through the stages of a run. */
  constructor({ task, parameters, student: { width }, training }: Configuration, steps?: number) {
    const plan = stages(taskEntry(task).open(parameters), training.curriculum);
    // A round takes about 16 D² + 4 N D multiplications for each of the N facts.
    this.#costs = plan.map(({ size, level }) => OVERHEAD + level * size * (16 * width + 4 * size) * width);
    const { stepsMin } = training.gate;
    this.#usual = plan.map((_, i) => stepsMin * (i === plan.length - 1 ? USUAL_LAST : USUAL));
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
    const todo = this.#usual.slice(stage).reduce((sum, usual, i) => {
      const steps = i === 0 ? Math.max(usual - done, done * STILL) : usual;
      return sum + steps * this.#cost(stage + i);
    }, 0);
    return (todo * seconds) / this.#spent;
  }

  #cost(stage: number): number {
    return this.#costs[stage] ?? OVERHEAD;
  }
}
