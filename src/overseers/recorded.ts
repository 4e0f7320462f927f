/** Replays how a question was taken apart: asks the recorded sub-questions one after another, so that later ones see earlier
 *  answers, and replies with the last answer. Where an answer is unknown it goes no further and hands that on. */

import { known } from '../core/answer.ts';
import type { Overseer } from '../core/assistant.ts';
import { type Action, ask, reply, type Workspace } from '../core/workspace.ts';
import { stepQuestion } from '../text/decomposition.ts';
import { questionKey, type TextQuestion } from '../text/question.ts';
import { type Decomposition, questionOf, type TextTask } from '../text/task.ts';

/** What somebody is on record as having done in a workspace. */
export interface RecordedAction {
  readonly action: Action<TextQuestion, string>;
  /** As tasks name them: «person:…», «model:…». Undefined where nobody did it, and the replay hands on what is unknown. */
  readonly by?: string;
}

/** Of each task the first decomposition that `by` asked the first question of; without `by` its first of all. A question
 *  that has none is escalated. */
export function recordedOverseer(tasks: readonly TextTask[], by?: string): Overseer<TextQuestion, string> {
  const recorded = recordedActions(tasks, by);
  return {
    origin: { name: `recorded ${by ?? 'steps'}`, groundTruth: false },
    act: async (workspaces) => workspaces.map((workspace) => recorded(workspace)?.action ?? NOT_ON_RECORD),
  };
}

export const NOT_ON_RECORD: Action<TextQuestion, string> = {
  kind: 'escalate',
  reason: 'it is not on record how to take this apart',
};

/** The same action, with whose it is; undefined where none is on record. */
export function recordedActions(
  tasks: readonly TextTask[],
  by?: string,
): (workspace: Workspace<TextQuestion, string>) => RecordedAction | undefined {
  const recorded = new Map<string, Decomposition>();
  for (const task of tasks) {
    const found = task.decompositions?.find(({ steps }) => by === undefined || steps[0]!.by === by);
    if (found) recorded.set(questionKey(questionOf(task)), found);
  }
  return (workspace) => {
    const decomposition = recorded.get(questionKey(workspace.question));
    return decomposition && next(workspace, decomposition);
  };
}

function next(
  { question, exchanges }: Workspace<TextQuestion, string>,
  decomposition: Decomposition,
): RecordedAction {
  const { steps } = decomposition;
  const answers: string[] = [];
  for (const { answer } of exchanges) {
    if (answer.kind === 'unknown') return { action: reply(answer) };
    answers.push(answer.value);
  }
  const last = exchanges.at(-1)?.answer;
  // Whoever asked the last question took its answer for that of the whole.
  if (last?.kind === 'known' && exchanges.length >= steps.length)
    return { action: reply(known(last.value, last.confidence)), by: steps.at(-1)!.by };
  const action = ask(stepQuestion(question, decomposition, exchanges.length, answers));
  return { action, by: steps[exchanges.length]!.by };
}
