/** Accuracy against ground truth. Figures from here are for people to look at; nothing in training reads them. */

import { type Proportion, proportion } from '../base/proportion.ts';
import { Random } from '../base/random.ts';
import type { Answer } from '../core/answer.ts';
import type { Assistant } from '../core/assistant.ts';
import { scopeFor } from '../core/budget.ts';
import { drawExam, type Exam } from '../core/exam.ts';
import type { Task } from '../core/task.ts';
import { type Examiner, reveal } from '../examiners/examiner.ts';

/** Test questions per level: for a point of a curve, for the figures of a checkpoint. */
const POINT_QUESTIONS = 256;
const CHECKPOINT_QUESTIONS = 1024;
/** The test contexts are the same for all seeds and arms. */
const TEST = Random.seeded(0).split('test');

export function pointExams<Q, A>(task: Task<Q, A>): readonly Exam<Q>[] {
  return testExams(task, POINT_QUESTIONS, TEST.split('point'));
}

export function checkpointExams<Q, A>(task: Task<Q, A>): readonly Exam<Q>[] {
  return testExams(task, CHECKPOINT_QUESTIONS, TEST.split('checkpoint'));
}

/** One exam per level on contexts of the `test` pile; index 0 is level 1. */
export function testExams<Q, A>(task: Task<Q, A>, questions: number, random: Random): readonly Exam<Q>[] {
  return Array.from({ length: task.levels }, (_, i) => drawExam(task, 'test', i + 1, questions, random));
}

/** The share of right answers in each exam; "unknown" is not right. */
export async function accuracy<Q, A>(
  assistant: Assistant<Q, A>,
  examiner: Examiner<Q, A>,
  exams: readonly Exam<Q>[],
): Promise<readonly Proportion[]> {
  const questions = exams.flat(2);
  const answers = await assistant.answer(questions, scopeFor(questions.length));
  let place = 0;
  return exams.map((exam) =>
    proportion(
      exam.map((context) => {
        const right = context.filter((question) => isRight(examiner, question, answers[place++]!)).length;
        return { right, n: context.length };
      }),
    ),
  );
}

export function isRight<Q, A>(examiner: Examiner<Q, A>, question: Q, answer: Answer<A>): boolean {
  return answer.kind === 'known' && Object.is(answer.value, reveal(examiner.truth(question)));
}
