/** Says what somebody is on record as having answered: to whole questions, and to the steps of decompositions as they are
 *  asked where every step before was answered as recorded. To anything else it cannot be reached. */

import { known, unknown } from '../core/answer.ts';
import type { Assistant } from '../core/assistant.ts';
import { stepQuestion } from '../text/decomposition.ts';
import { questionKey, type TextQuestion } from '../text/question.ts';
import { type Decomposition, questionOf, type RecordedAnswer, type TextTask } from '../text/task.ts';

/** `by` is the author as tasks name it, «model:…», without it anybody; of two answers to the same question the first
 *  counts. */
export function recordedAssistant(tasks: readonly TextTask[], by?: string): Assistant<TextQuestion, string> {
  const recorded = recordedAnswers(tasks, by);
  return {
    origin: { name: `recorded ${by ?? 'answers'}`, groundTruth: false },
    answer: async (questions) =>
      questions.map((question) => {
        const said = recorded(question);
        return said ? known(said.answer) : unknown('unavailable');
      }),
  };
}

/** The same answers, with whose they are; undefined where none is on record. */
export function recordedAnswers(
  tasks: readonly TextTask[],
  by?: string,
): (question: TextQuestion) => RecordedAnswer | undefined {
  const recorded = new Map<string, RecordedAnswer>();
  const note = (question: TextQuestion, said: RecordedAnswer): void => {
    const key = questionKey(question);
    if (!recorded.has(key) && (by === undefined || said.by === by)) recorded.set(key, said);
  };
  for (const task of tasks) {
    const root = questionOf(task);
    for (const said of task.answers ?? []) note(root, said);
    for (const decomposition of task.decompositions ?? [])
      for (const [question, said] of answered(root, decomposition)) note(question, said);
  }
  return (question) => recorded.get(questionKey(question));
}

/** The steps up to the first that nobody answered: what comes after depends on it. */
function* answered(
  root: TextQuestion,
  decomposition: Decomposition,
): Generator<readonly [question: TextQuestion, said: RecordedAnswer]> {
  const answers: string[] = [];
  for (const [i, { answer, answeredBy }] of decomposition.steps.entries()) {
    if (answer === undefined) return;
    yield [stepQuestion(root, decomposition, i, answers), { by: answeredBy!, answer }]; // both or neither
    answers.push(answer);
  }
}
