/** Where H is a person, nothing can replay what H did: each action is on the record before it takes effect. What was written
 *  is not in the ledger, commitments to it are. An action that could not be recorded has not happened. */

import type { Answer } from '../core/answer.ts';
import type { Overseer } from '../core/assistant.ts';
import type { Task } from '../core/task.ts';
import type { Action } from '../core/workspace.ts';
import { shownLines } from '../iterate/decisions.ts';
import type { Draft } from '../record/ledger.ts';

/** Records durably with commitments to these texts, keeps them, and gives the number of the entry. */
export type Committer = (draft: Draft, contents: readonly { field: string; text: string }[]) => number;

/** The same overseer, its actions recorded before anybody sees them. */
export function onRecord<Q, A>(
  overseer: Overseer<Q, A>,
  task: Pick<Task<Q, A>, 'show' | 'showAnswer'>,
  run: string,
  by: Draft['actor'],
  commit: Committer,
): Overseer<Q, A> {
  return {
    origin: overseer.origin,
    async act(workspaces, scope) {
      const actions = await overseer.act(workspaces, scope);
      for (const [i, action] of actions.entries())
        commit({ kind: 'action-taken', actor: by, run, words: { action: action.kind } }, [
          { field: 'workspace', text: shownLines(task, workspaces[i]!).join('\n') },
          { field: 'action', text: actionText(task, action) },
        ]);
      return actions;
    },
  };
}

type Shown<Q, A> = Pick<Task<Q, A>, 'show' | 'showAnswer'>;

/** As in «ask σ²(3)» or «reply 7». */
export function actionText<Q, A>(task: Shown<Q, A>, action: Action<Q, A>): string {
  switch (action.kind) {
    case 'ask':
      return `ask ${action.questions.map(task.show).join(', ')}`;
    case 'reply':
      return `reply ${answerText(task, action.answer)}`;
    case 'escalate':
      return `escalate ${action.reason}`;
  }
}

function answerText<Q, A>(task: Shown<Q, A>, answer: Answer<A>): string {
  return answer.kind === 'known' ? task.showAnswer(answer.value) : `unknown: ${answer.reason}`;
}
