/** An overseer whose actions are remembered: each workspace is shown to it once, whoever asks and however often the program
 *  is started again. At most so many are shown to it at a time, and a place is given back when the action is written:
 *  what the end of a process makes us ask again is no more than that. */

import type { Overseer } from '../core/assistant.ts';
import type { Scope } from '../core/budget.ts';
import type { Action, Workspace } from '../core/workspace.ts';
import type { Author } from '../transcript/node.ts';
import { Flights } from './flights.ts';
import type { Decision, Memory } from './memory.ts';
import type { Slots } from './slots.ts';

export interface DecidedOptions<Q extends object, A> {
  readonly memory: Memory<Q, A>;
  /** Version of all that shapes the overseer's actions; another one is another overseer, and knows nothing. */
  readonly policy: string;
  readonly by: Author;
  /** Who pays. */
  readonly run: string;
  readonly slots: Slots;
  /** ISO 8601 in UTC. */
  readonly now: () => string;
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
  const { memory, policy, by, run, slots, now, passing, tell } = options;
  const flights = new Flights<Decision<Q, A>>();
  const decide = async (key: string, workspace: Workspace<Q, A>, scope: Scope): Promise<Decision<Q, A>> =>
    slots.run(scope, async () => {
      memory.database.assertSound();
      const began = now();
      const meter = scope.budget.split()!; // without a share of its own it is only a meter
      const [action] = await overseer.act([workspace], { ...scope, budget: meter });
      meter.close();
      const { calls, tokens, micros, seconds } = meter.spent;
      const spent = { calls, tokens, micros, seconds };
      const decision = { action: action!, by, run, spent, began, ended: now() };
      if (isPassing(action!)) {
        scope.budget.refuse();
        passing.set(key, decision);
      } else await memory.decide(key, policy, decision);
      return decision;
    });
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
