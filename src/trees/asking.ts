/** People as overseers: a workspace that nobody has decided goes to the inbox, and the tree rests until somebody has. Where
 *  their time is spent, they are asked nothing more.
 *      asking      a person decides
 *      approving   a model proposes, a person accepts, edits or replaces */

import { unknown } from '../core/answer.ts';
import type { Overseer } from '../core/assistant.ts';
import type { Scope } from '../core/budget.ts';
import { Waiting } from '../core/waiting.ts';
import { type Action, reply, type Workspace } from '../core/workspace.ts';
import type { Author } from '../transcript/node.ts';
import { isPassing, type Tell } from './decided.ts';
import type { Inbox } from './inbox.ts';
import type { Memory } from './memory.ts';

export interface AskingOptions<Q extends object, A> {
  readonly memory: Memory<Q, A>;
  readonly inbox: Inbox<Q, A>;
  /** Version of what people are told to do. */
  readonly policy: string;
  /** For whom. */
  readonly run: string;
  readonly now: () => string;
  readonly tell?: Tell<Q, A>;
  /** Whether nothing new is put into the inbox. */
  readonly isClosed?: boolean;
}

export function asking<Q extends object, A>(options: AskingOptions<Q, A>): Overseer<Q, A> {
  return offering({ name: 'person', groundTruth: false }, options, async () => undefined);
}

/** `model` should be one whose actions are remembered (`decided`), so that it proposes once. */
export function approving<Q extends object, A>(
  model: Overseer<Q, A>,
  by: Author,
  options: AskingOptions<Q, A>,
): Overseer<Q, A> {
  const origin = { ...model.origin, name: `Approve(${model.origin.name})` };
  return offering(origin, options, async (workspace, scope) => {
    const [action] = await model.act([workspace], scope);
    return isPassing(action!) ? undefined : { action: action!, by };
  });
}

function offering<Q extends object, A>(
  origin: Overseer<Q, A>['origin'],
  { memory, inbox, policy, run, now, tell, isClosed }: AskingOptions<Q, A>,
  propose: (
    workspace: Workspace<Q, A>,
    scope: Scope,
  ) => Promise<{ readonly action: Action<Q, A>; readonly by: Author } | undefined>,
): Overseer<Q, A> {
  return {
    origin,
    async act(workspaces, scope) {
      const actions: Action<Q, A>[] = [];
      const waiting: string[] = [];
      for (const workspace of workspaces) {
        const key = memory.workspaceKey(policy, workspace);
        const known = memory.decision(key);
        if (known) {
          tell?.(workspace, known, true, scope);
          actions.push(known.action);
          continue;
        }
        if (scope.budget.left('seconds') <= 0) {
          scope.budget.refuse();
          actions.push(reply(unknown('budget')));
          continue;
        }
        waiting.push(key);
        if (isClosed) continue;
        const proposal = await propose(workspace, scope);
        await inbox.offer({ key, policy, run, workspace, asked: now(), ...(proposal && { proposal }) });
      }
      if (waiting.length > 0) throw new Waiting(waiting);
      return actions;
    },
  };
}
