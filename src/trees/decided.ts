/** An overseer whose actions are remembered: each workspace is shown to it once, whoever asks and however often the program
 *  is started again. */

import type { Overseer } from '../core/assistant.ts';
import type { Scope } from '../core/budget.ts';
import type { Action, Workspace } from '../core/workspace.ts';
import type { Author } from '../transcript/node.ts';
import { Flights } from './flights.ts';
import type { Decision } from './memory.ts';
import { type PayingOptions, paying } from './paid.ts';

export interface DecidedOptions<Q extends object, A> extends PayingOptions<Q, A> {
  /** Version of all that shapes the overseer's actions; another one is another overseer, and knows nothing. */
  readonly policy: string;
  readonly by: Author;
  /** Decisions of this session that are of no weight for another time, so that the tree can be walked once more. */
  readonly passing: Map<string, Decision<Q, A>>;
  /** Told each decision that is used. */
  readonly tell?: Tell<Q, A>;
}

export type Tell<Q, A> = (
  workspace: Workspace<Q, A>,
  decision: Decision<Q, A>,
  isMemo: boolean,
  scope: Scope,
) => void;

export function decided<Q extends object, A>(
  overseer: Overseer<Q, A>,
  options: DecidedOptions<Q, A>,
): Overseer<Q, A> {
  const { memory, policy, by, passing, tell } = options;
  const flights = new Flights<Decision<Q, A>>();
  const decide = async (key: string, workspace: Workspace<Q, A>, scope: Scope): Promise<Decision<Q, A>> =>
    paying(
      options,
      scope,
      (metered) => overseer.act([workspace], metered),
      async ([action], paid) => {
        const decision = { action: action!, by, ...paid };
        if (isPassing(action!)) {
          scope.budget.refuse();
          passing.set(key, decision);
          await memory.spend(key, paid);
        } else await memory.decide(key, policy, decision);
        return decision;
      },
    );
  const act = async (workspace: Workspace<Q, A>, scope: Scope): Promise<Action<Q, A>> => {
    const key = memory.workspaceKey(policy, workspace);
    const known = memory.decision(key);
    // A workspace asks nobody, so it waits for nothing that could wait for it.
    const decision = known ?? (await flights.board(key, scope, (inner) => decide(key, workspace, inner)));
    tell?.(workspace, decision, known !== undefined, scope);
    return decision.action;
  };
  return {
    origin: overseer.origin,
    act: (workspaces, scope) => Promise.all(workspaces.map((workspace) => act(workspace, scope))),
  };
}

/** Of no weight for another time: the money was spent, or nobody could be reached. */
export function isPassing<Q, A>(action: Action<Q, A>): boolean {
  return (
    action.kind === 'reply' &&
    action.answer.kind === 'unknown' &&
    (action.answer.reason === 'budget' || action.answer.reason === 'unavailable')
  );
}
