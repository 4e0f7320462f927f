/** Replays how a question was taken apart: asks the recorded sub-questions one after another, so that later ones see earlier
 *  answers, and replies with the last answer. Where an answer is unknown it goes no further and hands that on. */

import { known } from '../core/answer.ts';
import type { Overseer } from '../core/assistant.ts';
import { type Action, ask, reply, type Workspace } from '../core/workspace.ts';
import { stepQuestion } from '../text/decomposition.ts';
import { questionKey, type TextQuestion } from '../text/question.ts';
import { type Decomposition, questionOf, type TextTask } from '../text/task.ts';

/** Of each task the first decomposition that `by` asked the first question of; without `by` its first of all. A question
 *  that has none is escalated. */
export function recordedOverseer(tasks: readonly TextTask[], by?: string): Overseer<TextQuestion, string> {
  const recorded = new Map<string, Decomposition>();
  for (const task of tasks) {
    const found = task.decompositions?.find(({ steps }) => by === undefined || steps[0]!.by === by);
    if (found) recorded.set(questionKey(questionOf(task)), found);
  }
  return {
    origin: { name: `recorded ${by ?? 'steps'}`, groundTruth: false },
    act: async (workspaces) =>
      workspaces.map((workspace) => next(workspace, recorded.get(questionKey(workspace.question)))),
  };
}

function next(
  { question, exchanges }: Workspace<TextQuestion, string>,
  decomposition: Decomposition | undefined,
): Action<TextQuestion, string> {
  if (!decomposition) return { kind: 'escalate', reason: 'it is not on record how to take this apart' };
  const answers: string[] = [];
  for (const { answer } of exchanges) {
    if (answer.kind === 'unknown') return reply(answer);
    answers.push(answer.value);
  }
  const last = exchanges.at(-1)?.answer;
  if (last?.kind === 'known' && exchanges.length >= decomposition.steps.length)
    return reply(known(last.value, last.confidence));
  return ask(stepQuestion(question, decomposition, exchanges.length, answers));
}
