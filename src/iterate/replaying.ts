/** What of earlier iterations is taught again in a run, and what of this one is remembered for later ones. */

import type { Random } from '../base/random.ts';
import type { Task } from '../core/task.ts';
import { importance, Replay, replayedOf } from '../distill/replay.ts';
import type { Lesson } from '../distill/student.ts';
import { type CurriculumOptions, Drawer, type Stage, stages } from './curriculum.ts';
import type { Progress } from './progress.ts';

export class Replaying<Q, A> {
  readonly #task: Task<Q, A>;
  readonly #options: CurriculumOptions;
  readonly #random: Random;
  readonly #replay: Replay<Q, A>;

  /** `kept`: as `state` gave it, of a run that goes on. */
  constructor(task: Task<Q, A>, options: CurriculumOptions, random: Random, kept?: Float32Array) {
    const plan = stages(task, options);
    const drawer = new Drawer(task, options, random.split('lesson'));
    this.#task = task;
    this.#options = options;
    this.#random = random.split('replayed');
    this.#replay = new Replay(
      task.encoding,
      (taught) => drawer.again(taught, plan[taught.stage]!),
      random.split('replay'),
      kept,
    );
  }

  /** The lessons of a step with those that are taught again, both weighed so that all iterations count alike. */
  join(lessons: readonly Lesson<Q, A>[], { step }: Progress, stage: Stage): readonly Lesson<Q, A>[] {
    const { data, contexts } = this.#options;
    const count = replayedOf(data, contexts, stage);
    const { iteration } = stage;
    if (count === 0) return lessons;
    const weights = importance(iteration, count, contexts);
    const old = this.#replay.draw(iteration, count, weights.replayed, this.#random.split(step));
    return [...lessons.map((lesson) => ({ ...lesson, weight: weights.fresh })), ...old];
  }

  /** Lessons of a step about full-size contexts, as later steps have them too. */
  remember(lessons: readonly Lesson<Q, A>[], { step, stage }: Progress, { iteration, size }: Stage): void {
    if (this.#options.data?.kind !== 'accumulate' || size !== this.#task.sizeMax) return;
    lessons.forEach(({ targets }, place) => {
      this.#replay.remember({ iteration, stage, step, place }, targets);
    });
  }

  /** The questions of all lessons that are remembered. */
  questions(): readonly (readonly Q[])[] {
    return this.#replay.questions();
  }

  /** Never teaches such questions again as they were taught, and says how many those were. */
  drop(isStale: (question: Q) => boolean): number {
    return this.#replay.drop(isStale);
  }

  /** All that is remembered; nothing where nothing is taught again. */
  state(): Float32Array {
    return this.#replay.state();
  }
}
