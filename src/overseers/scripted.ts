/** An overseer written as a generator that yields its sub-questions and returns its answer, as in the code of
 *  Christiano, Shlegeris & Amodei 2018. It is replayed from the workspace, so it stays a pure function of it:
 *
 *      function* (question) { const half = yield [smaller(question)]; return combine(half[0]); }
 *
 *  Replay is quadratic in the number of asks; scripts ask once or twice. */

import type { Answer } from '../core/answer.ts';
import type { Origin, Overseer } from '../core/assistant.ts';
import type { Action, Workspace } from '../core/workspace.ts';

/** Yields the sub-questions to be answered together; receives their answers, unknown ones included. */
export type Script<Q, A> = (question: Q) => Generator<readonly Q[], Answer<A>, readonly Answer<A>[]>;

export function scripted<Q, A>(name: string, script: Script<Q, A>): Overseer<Q, A> {
  const origin: Origin = { name, groundTruth: false };
  return { origin, act: async (workspaces) => workspaces.map((workspace) => next(script, workspace)) };
}

function next<Q, A>(script: Script<Q, A>, { question, exchanges }: Workspace<Q, A>): Action<Q, A> {
  const running = script(question);
  let turn = running.next();
  for (let heard = 0; heard < exchanges.length && !turn.done; ) {
    const answers = exchanges.slice(heard, heard + turn.value.length).map((exchange) => exchange.answer);
    heard += turn.value.length;
    turn = running.next(answers);
  }
  return turn.done ? { kind: 'reply', answer: turn.value } : { kind: 'ask', questions: turn.value };
}
