/** Says what somebody is on record as having answered: to whole questions, and to the steps of decompositions as they are
 *  asked where every step before was answered as recorded. To anything else it cannot be reached. */

import { known, unknown } from '../core/answer.ts';
import type { Assistant } from '../core/assistant.ts';
import { stepQuestion } from '../text/decomposition.ts';
import { questionKey, type TextQuestion } from '../text/question.ts';
import { type Decomposition, questionOf, type TextTask } from '../text/task.ts';

/** `by` is the author as tasks name it, «model:…»; of two answers to the same question the first counts. */
export function recordedAssistant(tasks: readonly TextTask[], by: string): Assistant<TextQuestion, string> {
  const recorded = new Map<string, string>();
  const note = (question: TextQuestion, answer: string): void => {
    const key = questionKey(question);
    if (!recorded.has(key)) recorded.set(key, answer);
  };
  for (const task of tasks) {
    const root = questionOf(task);
    for (const { answer } of task.answers?.filter((answer) => answer.by === by) ?? []) note(root, answer);
    for (const decomposition of task.decompositions ?? [])
      for (const [question, answer] of answered(root, decomposition, by)) note(question, answer);
  }
  return {
    origin: { name: `recorded ${by}`, groundTruth: false },
    answer: async (questions) =>
      questions.map((question) => {
        const answer = recorded.get(questionKey(question));
        return answer === undefined ? unknown('unavailable') : known(answer);
      }),
  };
}

/** The steps that it answered, up to the first that nobody did: what comes after depends on it. */
function* answered(
  root: TextQuestion,
  decomposition: Decomposition,
  by: string,
): Generator<readonly [question: TextQuestion, answer: string]> {
  const answers: string[] = [];
  for (const [i, { answer, answeredBy }] of decomposition.steps.entries()) {
    if (answer === undefined) return;
    if (answeredBy === by) yield [stepQuestion(root, decomposition, i, answers), answer];
    answers.push(answer);
  }
}
