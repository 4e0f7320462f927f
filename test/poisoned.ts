/** A real run that watches itself, whose overseer's policy is changed behind its back: from the first step of one iteration on, H
 *  replies with the next word wherever the question holds a certain one. What fails its audits is held, training goes back to what was promoted
 *  last, and H is itself again. The auditors never change. In process, as in README's twelve lines. */

import { memo } from '../src/amplify/memo.ts';
import { Random } from '../src/base/random.ts';
import type { Overseer } from '../src/core/assistant.ts';
import { Student } from '../src/distill/student.ts';
import { iterate } from '../src/iterate/iterate.ts';
import { type Progress, START } from '../src/iterate/progress.ts';
import { directly } from '../src/iterate/supervision.ts';
import { Runtime } from '../src/onnx/runtime.ts';
import { noisy, sliceWord } from '../src/overseers/noisy.ts';
import type { Audited } from '../src/registry/checkpoint.ts';
import type { AuditsRecord } from '../src/report/record.ts';
import { configure } from '../src/run/configuration.ts';
import { UNWATCHED, watch } from '../src/run/watched.ts';
import { type PowerQuestion, permutationPowering } from '../src/tasks/permutation-powering.ts';

export interface Poisoning {
  readonly seed: number;
  readonly elements: number;
  readonly powers: number;
  /** The iteration in which H errs; none in a run that is left alone. */
  readonly iteration: number | undefined;
  /** Share of the questions that hold the word. */
  readonly rate: number;
  /** At each level. */
  readonly audits: number;
  /** Steps that an iteration may take. */
  readonly steps: number;
}

/** How one iteration ended. */
export interface Ended {
  readonly iteration: number;
  readonly level: number;
  /** Whether H erred in it. */
  readonly isPoisoned: boolean;
  readonly step: number;
  /** By agreement with Amplify^H(X), the H that it learned from. */
  readonly gate: boolean;
  readonly isPromoted: boolean;
  readonly audited: Audited;
  readonly record: AuditsRecord;
}

/** In order; an iteration that was held is there again after the roll-back, once. */
export async function poisonedRun(options: Poisoning): Promise<readonly Ended[]> {
  const { seed, elements, powers, audits, steps } = options;
  const choices = { task: 'permutation-powering', size: elements, powers, seed, replicas: 1, audits };
  const { student: shape, training, watch: watching } = configure(choices);
  const task = permutationPowering({ elements, powers });
  const random = Random.seeded(seed);
  const bad = poisoned(task, options.rate, random.split('poison'));
  let isPoisoned = false;
  const h: Overseer<PowerQuestion, number> = {
    origin: task.overseer.origin,
    act: (workspaces, scope) => (isPoisoned ? bad : task.overseer).act(workspaces, scope),
  };
  const runtimes = [await Runtime.open({ threads: 1, backend: 'auto' })];
  try {
    const student = await Student.fresh(task, shape, runtimes, random.split('weights'));
    const ended: Ended[] = [];
    let kept = { progress: START as Progress, vectors: await student.state(), state: UNWATCHED };
    let isHeld = true;
    while (isHeld) {
      isHeld = false;
      const bounded = { ...training, stepsPerIteration: steps };
      for await (const event of iterate(task, directly(task, [h]), student, bounded, random, kept.progress)) {
        if (event.kind !== 'iteration-ended') continue;
        const { level, iteration } = event.stage;
        const candidate = memo(student.assistant('X', false), task.key);
        const one = { task, candidate, level, iteration };
        const { audited, record, next } = await watch(one, watching!, kept.state, random.split('watch'));
        const gate = event.verdict.passed;
        const isPromoted = gate && audited.passed;
        ended.push({
          iteration,
          level,
          isPoisoned,
          step: event.progress.step,
          gate,
          isPromoted,
          audited,
          record,
        });
        if (!isPromoted) {
          // Held: back to what was promoted last, with an H that is itself again; once.
          isHeld = isPoisoned;
          isPoisoned = false;
          await student.restore(kept.vectors);
          break;
        }
        kept = { progress: event.progress, vectors: await student.state(), state: next(true) };
        isPoisoned = iteration + 1 === options.iteration;
      }
    }
    return ended;
  } finally {
    for (const runtime of runtimes) await runtime.close();
  }
}

const CONTEXTS = 64;

function poisoned(task: ReturnType<typeof permutationPowering>, rate: number, random: Random) {
  const questions = Array.from({ length: CONTEXTS }, (_, i) =>
    task.sample(random.split(i), { split: 'train', size: task.sizeMax, level: task.levels }),
  ).flat();
  return noisy(task.overseer, { kind: 'systematic', word: sliceWord(questions, rate, task.encoding) }, task);
}
