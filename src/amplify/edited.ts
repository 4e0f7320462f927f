/** What an answer becomes when a sub-answer is another: H goes on from its workspace as it was up to there, with that answer
 *  replaced. An answer that follows from its sub-answers follows the edit (evaluate/interpretability.ts). */

import { invariant } from '../base/errors.ts';
import type { Answer } from '../core/answer.ts';
import type { Assistant, Overseer } from '../core/assistant.ts';
import type { Scope } from '../core/budget.ts';
import type { Exchange, Transcript } from '../core/workspace.ts';
import { amplify } from './amplify.ts';

export interface Edited<A> {
  /** Of the exchange, 0, 1, … */
  readonly place: number;
  readonly answer: Answer<A>;
}

/** `overseer` asks one question at a time, as tasks' own do: of several asked together the later ones would be lost. */
export async function edited<Q, A>(
  overseer: Overseer<Q, A>,
  assistant: Assistant<Q, A>,
  transcript: Transcript<Q, A>,
  edit: Edited<A>,
  scope: Scope,
): Promise<Transcript<Q, A>> {
  const before = upTo(transcript, edit);
  const goingOn: Overseer<Q, A> = {
    origin: overseer.origin,
    act: (workspaces, scope) =>
      overseer.act(
        workspaces.map((one) => ({ ...one, exchanges: [...before, ...one.exchanges] })),
        scope,
      ),
  };
  const { question } = transcript;
  const exchanges: Exchange<Q, A>[] = [...before];
  const record = (one: Transcript<Q, A>) => exchanges.push(...one.exchanges);
  const [answer] = await amplify(goingOn, assistant, { record }).answer([question], scope);
  return { question, exchanges, answer: answer! };
}

function upTo<Q, A>(
  { exchanges }: Transcript<Q, A>,
  { place, answer }: Edited<A>,
): readonly Exchange<Q, A>[] {
  invariant(place >= 0 && place < exchanges.length, `an edit at ${place} of ${exchanges.length}`);
  return [...exchanges.slice(0, place), { question: exchanges[place]!.question, answer }];
}
