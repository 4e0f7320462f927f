/** Amplify^H(X): the overseer H answers Q by asking the assistant X about sub-questions.
 *      Q → H → Q₁ → X → A₁ → H → … → A         Christiano, Shlegeris & Amodei 2018 (arXiv 1810.08575), §2
 *  The result is again an assistant, and everything else is recursion on that type. */

import { CapstanError, invariant } from '../base/errors.ts';
import { type Answer, unknown } from '../core/answer.ts';
import type { Assistant, Origin, Overseer } from '../core/assistant.ts';
import { below, type Scope } from '../core/budget.ts';
import type { Action, Exchange, Transcript } from '../core/workspace.ts';

export interface AmplifyOptions<Q, A> {
  /** Sees every finished workspace, in the order of the questions. */
  readonly record?: (transcript: Transcript<Q, A>) => void;
}

export function amplify<Q, A>(
  overseer: Overseer<Q, A>,
  assistant: Assistant<Q, A>,
  options: AmplifyOptions<Q, A> = {},
): Assistant<Q, A> {
  const origin: Origin = {
    name: `Amplify^${overseer.origin.name}(${assistant.origin.name})`,
    groundTruth: overseer.origin.groundTruth || assistant.origin.groundTruth,
  };
  return {
    origin,
    async answer(questions, scope) {
      const desks = questions.map((question): Desk<Q, A> => ({ question, exchanges: [], answer: undefined }));
      let open: readonly Desk<Q, A>[] = desks;
      while (open.length > 0) {
        scope.signal?.throwIfAborted();
        const decided = afford(open, scope.budget.take('decisions', open.length));
        const actions = await overseer.act(decided, scope);
        invariant(actions.length === decided.length, `${overseer.origin.name}: one action per workspace`);
        open = await exchange(decided, actions, assistant, scope);
      }
      return desks.map((desk) => {
        const answer = desk.answer!; // a desk leaves `open` only with an answer
        options.record?.({ question: desk.question, exchanges: desk.exchanges, answer });
        return answer;
      });
    },
  };
}

/** A workspace in progress. */
interface Desk<Q, A> {
  readonly question: Q;
  readonly exchanges: Exchange<Q, A>[];
  answer: Answer<A> | undefined;
}

/** The first `granted` desks go on; the rest end here. */
function afford<Q, A>(open: readonly Desk<Q, A>[], granted: number): readonly Desk<Q, A>[] {
  for (const desk of open.slice(granted)) desk.answer = unknown('budget');
  return granted === open.length ? open : open.slice(0, granted);
}

/** Carries out one action per desk; returns the desks whose overseer goes on. */
async function exchange<Q, A>(
  desks: readonly Desk<Q, A>[],
  actions: readonly Action<Q, A>[],
  assistant: Assistant<Q, A>,
  scope: Scope,
): Promise<readonly Desk<Q, A>[]> {
  const asking: Desk<Q, A>[] = [];
  const asked: Q[] = [];
  const askers: Desk<Q, A>[] = [];
  for (let i = 0; i < desks.length; i++) {
    const desk = desks[i]!;
    const action = actions[i]!;
    switch (action.kind) {
      case 'reply':
        desk.answer = action.answer;
        break;
      case 'escalate':
        desk.answer = unknown('escalated');
        break;
      case 'ask':
        // An overseer that asks nothing would be asked for its next action for ever.
        if (action.questions.length === 0)
          throw new CapstanError('invalid', 'ask: expected at least one sub-question, got none');
        if (!affordable(scope, action.questions.length)) desk.answer = unknown('budget');
        else {
          asking.push(desk);
          for (const question of action.questions) {
            asked.push(question);
            askers.push(desk);
          }
        }
    }
  }
  if (asked.length > 0) {
    const answers = await assistant.answer(asked, below(scope));
    invariant(answers.length === asked.length, `${assistant.origin.name}: one answer per question`);
    for (let i = 0; i < asked.length; i++)
      askers[i]!.exchanges.push({ question: asked[i]!, answer: answers[i]! });
  }
  return asking;
}

/** All sub-questions of one action, or none: half an action would show H a workspace it never made. */
function affordable({ budget, depth }: Scope, count: number): boolean {
  const enough = depth > 0 && budget.left('questions') >= count;
  if (enough) budget.take('questions', count);
  else budget.refuse();
  return enough;
}
