/** Accuracy against ground truth. Figures from here are for people to look at; nothing in training reads them. */

import { Random } from '../base/random.ts';
import type { Answer } from '../core/answer.ts';
import type { Assistant } from '../core/assistant.ts';
import { scopeFor } from '../core/budget.ts';
import { drawExam, type Exam } from '../core/exam.ts';
import type { Task } from '../core/task.ts';
import { type Examiner, reveal } from '../examiners/examiner.ts';
import { type Proportion, proportion } from '../statistics/proportion.ts';

/** Test questions per level: for a point of a curve, for the figures of a checkpoint. */
const POINT_QUESTIONS = 256;
const CHECKPOINT_QUESTIONS = 1024;
/** The same for tasks with grades, as a multiple: all grades together. */
const GRADED = 6;
/** The test contexts are the same for all seeds and arms. */
const TEST = Random.seeded(0).split('test');

export function pointExams<Q, A>(task: Task<Q, A>, examiner: Examiner<Q, A>): readonly Exam<Q>[] {
  return testExams(task, examiner, POINT_QUESTIONS, TEST.split('point'));
}

export function checkpointExams<Q, A>(task: Task<Q, A>, examiner: Examiner<Q, A>): readonly Exam<Q>[] {
  return testExams(task, examiner, CHECKPOINT_QUESTIONS, TEST.split('checkpoint'));
}

/** One exam for each grade, on contexts of the `test` pile. Without grades of its own, a task has its levels for grades,
 *  each with as many questions. Otherwise questions come as the task draws them, so that rare grades have few, and all
 *  exams together are a fair sample. Index 0 is the easiest. */
export function testExams<Q, A>(
  task: Task<Q, A>,
  examiner: Examiner<Q, A>,
  questions: number,
  random: Random,
): readonly Exam<Q>[] {
  const { grades, grade } = examiner;
  if (!grades || !grade)
    return Array.from({ length: task.levels }, (_, i) => drawExam(task, 'test', i + 1, questions, random));
  const exams: Q[][][] = grades.map(() => []);
  for (let [drawn, context] = [0, 0]; drawn < questions * GRADED; context++) {
    const stream = random.split('graded').split(context);
    const sampled =
      task.roots?.(stream, 'test') ??
      task.sample(stream, { split: 'test', size: task.sizeMax, level: task.levels });
    const asked = sampled.filter((question) => grade(question) !== undefined);
    asked.forEach((question) => {
      const exam = exams[grade(question)!]!;
      if (exam.length <= context) exam.push(...Array.from({ length: context + 1 - exam.length }, () => []));
      exam[context]!.push(question);
    });
    drawn += asked.length;
  }
  return exams.map((exam) => exam.filter((asked) => asked.length > 0));
}

/** Right answers over all exams. */
export function overall(figures: readonly Proportion[]): number {
  const n = figures.reduce((total, figure) => total + figure.n, 0);
  return figures.reduce((total, { value, n: count }) => total + value * count, 0) / n;
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
  if (answer.kind === 'unknown') return false;
  return examiner.accepts
    ? examiner.accepts(question, answer.value)
    : Object.is(answer.value, reveal(examiner.truth(question)));
}
