/** Iterated Distillation and Amplification:
 *      X_0 = ⊥,   X_{n+1} = distill(Amplify^H(X_n)),   behind gates
 *  Iteration n trains at one level of the frontier. Its targets are H combining the sub-answers of the teacher, the
 *  student's own moving average (Christiano et al. 2018, §2.2). It ends when the gate passes or its budget is spent.
 *  No ground truth is in reach of this folder. */

import { amplify } from '../amplify/amplify.ts';
import { memo } from '../amplify/memo.ts';
import type { Random } from '../base/random.ts';
import type { Answer } from '../core/answer.ts';
import type { Overseer } from '../core/assistant.ts';
import { scope as freeScope } from '../core/budget.ts';
import type { Task } from '../core/task.ts';
import type { Lesson, Student } from '../distill/student.ts';
import { type Contexts, type CurriculumOptions, Drawer, type Stage, stages } from './curriculum.ts';
import { examine, type GateOptions, type Verdict } from './gate.ts';
import { afterStep, conclude, isReady, nextStage, type Progress, START } from './progress.ts';

export interface IterateOptions {
  readonly curriculum: CurriculumOptions;
  readonly gate: GateOptions;
  /** Training steps that one iteration may take. */
  readonly stepsPerIteration: number;
  /** Training steps of the whole run. */
  readonly stepsMax: number;
  /** Trains at the last frontier until `stepsMax`, whatever its gate says: for controls compared at equal cost. */
  readonly endless: boolean;
}

export type IterateEvent<Q, A> = TrainedEvent<Q, A> | IterationEvent;

export interface TrainedEvent<Q, A> {
  readonly kind: 'trained';
  readonly progress: Progress;
  readonly stage: Stage;
  readonly lessons: readonly Lesson<Q, A>[];
  readonly loss: number;
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
  overseer: Overseer<Q, A>,
  student: Student<Q, A>,
  options: IterateOptions,
  random: Random,
  progress: Progress = START,
): AsyncGenerator<IterateEvent<Q, A>, Progress> {
  const plan = stages(task, options.curriculum);
  const drawer = new Drawer(task, options.curriculum, random.split('lesson'));
  let now = progress;
  while (now.state === 'running') {
    const ready = isReady(now, options, plan);
    const spent = now.step >= options.stepsMax || now.iterationSteps >= options.stepsPerIteration;
    const stage = plan[now.stage]!;
    if (ready && !stage.gated) {
      now = nextStage(now);
      continue; // whether that one is ready is another question
    }
    const last = now.stage === plan.length - 1;
    const teacher = student.assistant(`X${stage.iteration}`, overseer.origin.groundTruth);
    const amplified = amplify(overseer, memo(teacher, task.key));

    if ((ready && stage.gated) || spent) {
      const exams = random.split('gate').split(now.step);
      const verdict = await examine(task, teacher, amplified, { stage, last, spent }, options.gate, exams);
      if (verdict.passed || spent) {
        now = conclude(now, verdict, options, plan);
        yield { kind: 'iteration-ended', progress: now, stage, verdict };
        continue;
      }
    }
    const scope = freeScope();
    const questions = drawer.draw(now.step, stage);
    const targets = await amplified.answer(questions.flat(), scope);
    const lessons = pair(questions, targets);
    const learning = student.learn(lessons, now.step, stage.level);
    drawer.prepare(now.step + 1, stage);
    const learned = await learning;
    now = afterStep(now, task, stage, lessons, learned, scope.budget.spent.decisions);
    yield { kind: 'trained', progress: now, stage, lessons, loss: learned.loss };
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
