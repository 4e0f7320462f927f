/** Iterated Distillation and Amplification:
 *      X_0 = ⊥,   X_{n+1} = distill(Amplify^H(X_n)),   behind gates
 *  Iteration n trains at one level of the frontier. Its targets are H combining the sub-answers of the teacher, the
 *  student's own moving average (Christiano et al. 2018, §2.2) or another that the student has (`distill/student.ts`). It
 *  ends when the gate passes or its budget is spent. No ground truth is in reach of this folder. */

import { withEnvironment } from '../amplify/environment.ts';
import { memo } from '../amplify/memo.ts';
import type { Random } from '../base/random.ts';
import type { Answer } from '../core/answer.ts';
import type { Assistant } from '../core/assistant.ts';
import { scopeFor } from '../core/budget.ts';
import type { Task } from '../core/task.ts';
import type { Lesson, Student } from '../distill/student.ts';
import { type Contexts, type CurriculumOptions, Drawer, type Stage, stages } from './curriculum.ts';
import { examine, type GateOptions, type Verdict } from './gate.ts';
import { poll } from './polling.ts';
import { afterLook, afterStep, conclude, isReady, nextStage, type Progress, START } from './progress.ts';
import type { RatchetOptions } from './ratchet.ts';
import { Replaying } from './replaying.ts';
import type { Supervision } from './supervision.ts';

export interface IterateOptions {
  readonly curriculum: CurriculumOptions;
  readonly gate: GateOptions;
  /** What a checkpoint that passed its gate has to stand beside the one before. */
  readonly ratchet: RatchetOptions;
  /** Training steps that one iteration may take. */
  readonly stepsPerIteration: number;
  /** Training steps of the whole run. */
  readonly stepsMax: number;
  /** Trains at the last frontier until its steps are spent, whatever its gate says: for controls at equal cost. */
  readonly endless: boolean;
  /** Whether equal sub-questions of a step are asked once. */
  readonly memo: boolean;
}

export type IterateEvent<Q, A> = TrainedEvent<Q, A> | IterationEvent;

export interface TrainedEvent<Q, A> {
  readonly kind: 'trained';
  readonly progress: Progress;
  readonly stage: Stage;
  /** Those of the step, then those of earlier iterations that were taught again. */
  readonly lessons: readonly Lesson<Q, A>[];
  readonly loss: number;
  /** What the gate said right before the step, where it was looked at and did not pass. */
  readonly look?: Verdict;
}

export interface IterationEvent {
  readonly kind: 'iteration-ended';
  readonly progress: Progress;
  readonly stage: Stage;
  readonly verdict: Verdict;
}

/** Runs from `progress` to the end, one event for each step and each iteration; stop by leaving the loop. What happens
 *  between two events follows from the first, so a run resumed from any event goes the way it would have gone. */
export async function* iterate<Q, A>(
  task: Task<Q, A>,
  supervision: Supervision<Q, A>,
  student: Student<Q, A>,
  options: IterateOptions,
  random: Random,
  progress: Progress = START,
  replaying: Replaying<Q, A> = new Replaying(task, options.curriculum, random),
): AsyncGenerator<IterateEvent<Q, A>, Progress> {
  const { curriculum } = options;
  const plan = stages(task, curriculum);
  const drawer = new Drawer(task, curriculum, random.split('lesson'));
  const asked = (decisions: number): number => (supervision.isH ? decisions : 0);
  const factual = (x: Assistant<Q, A>) =>
    withEnvironment(task.environment, options.memo ? memo(x, task.key) : x);
  let now: Progress = { ...progress, groundTruth: progress.groundTruth || supervision.origin.groundTruth };
  while (now.state === 'running') {
    const stage = plan[now.stage]!;
    const when = { step: now.step, stage: `${stage.level}/${stage.size}` };
    const ready = isReady(now, options, plan) && !supervision.holds?.(when);
    const spent = now.step >= options.stepsMax || now.iterationSteps >= options.stepsPerIteration;
    if (ready && !stage.gated) {
      now = nextStage(now);
      continue; // whether that one is ready is another question
    }
    if (student.iteration < stage.iteration) {
      const { level, iteration } = plan[now.stage - 1]!;
      const before = student.voices(`X${iteration}`, now.groundTruth).teacher;
      const taught = supervision.targets(factual(before), before, iteration);
      const members = student.members(now.groundTruth);
      const polled = await poll(task, members, taught, level, random.split('members').split(stage.iteration));
      now = { ...now, decisions: now.decisions + asked(polled.decisions) };
      await student.begin(stage.iteration, polled.agreements);
    }
    const { x, teacher } = student.voices(`X${stage.iteration}`, now.groundTruth);
    const assistant = factual(teacher);
    const amplified = supervision.targets(assistant, teacher, stage.iteration);

    let refused: Verdict | undefined;
    if (ready || spent) {
      const threshold = now.stage === plan.length - 1 ? options.gate.finish : options.gate.advance;
      const sitting = {
        task,
        assistant: x,
        amplified: x === teacher ? amplified : supervision.targets(factual(x), x, stage.iteration),
        level: stage.level,
        threshold,
        options: options.gate,
      };
      const look = await examine(sitting, spent, random.split('gate').split(now.step));
      const verdict = { ...look, passed: look.passed && stage.gated, decisions: asked(look.decisions) }; // a warm-up whose steps ran out passed nothing
      now = afterLook(now, verdict);
      if (verdict.passed || spent) {
        now = conclude(now, verdict, options, plan);
        yield { kind: 'iteration-ended', progress: now, stage, verdict };
        continue;
      }
      refused = verdict;
    }
    const prepared = await supervision.prepare({
      ...when,
      draw: (count, stream) => drawer.single(count, stage, stream),
      assistant,
    });
    const contexts = drawer.draw(now.step, stage);
    const questions = contexts.flat();
    const scope = scopeFor(questions.length);
    const fresh = pair(contexts, await amplified.answer(questions, scope));
    const lessons = replaying.join(fresh, now, stage);
    const age = student.isBornAnew ? now.iterationSteps : now.step;
    const learning = student.learn(lessons, age, task.encoding.roundsAt(stage.level));
    replaying.remember(fresh, now, stage);
    drawer.prepare(now.step + 1, stage);
    const learned = await learning;
    const decisions = prepared + asked(scope.budget.spent.decisions);
    now = afterStep(now, task, stage, lessons, learned, decisions);
    const look = refused && { look: refused };
    yield { kind: 'trained', progress: now, stage, lessons, loss: learned.loss, ...look };
  }
  return now;
}

/** Gives every context its share of the targets. */
function pair<Q, A>(contexts: Contexts<Q>, targets: readonly Answer<A>[]): readonly Lesson<Q, A>[] {
  let end = 0;
  return contexts.map((questions) => {
    end += questions.length;
    return { questions, targets: targets.slice(end - questions.length, end) };
  });
}
