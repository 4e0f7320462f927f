/** Who sits where H or X sits, and what is remembered of them. The same for both: X is an overseer who asks nobody.
 *      program   a pure function of the workspace: nothing needs to be remembered
 *      model     costs time and money: asked once for each workspace
 *      person    asked by way of the inbox
 *      approve   a model proposes, a person decides */

import type { Overseer } from '../core/assistant.ts';
import { Waiting } from '../core/waiting.ts';
import type { Workspace } from '../core/workspace.ts';
import type { Author } from '../transcript/node.ts';
import { approving, asking } from './asking.ts';
import { type DecidedOptions, decided, type Tell } from './decided.ts';
import type { Inbox } from './inbox.ts';
import type { Judgement } from './judged.ts';
import type { Decision, Memory } from './memory.ts';
import type { Slots } from './slots.ts';

export type Seat<Q, A> =
  | {
      readonly kind: 'program';
      readonly overseer: Overseer<Q, A>;
      /** Where it plays back what several did: whoever that was, in that workspace. */
      readonly by: Author | ((workspace: Workspace<Q, A>) => Author);
      /** Of what it goes by, where its author does not say. */
      readonly version?: string;
    }
  /** `version`: of all that shapes its actions. */
  | {
      readonly kind: 'model';
      readonly overseer: Overseer<Q, A>;
      readonly by: Author;
      readonly version: string;
    }
  | { readonly kind: 'person'; readonly version: string }
  | {
      readonly kind: 'approve';
      readonly overseer: Overseer<Q, A>;
      readonly by: Author;
      readonly version: string;
    };

export interface Room<Q extends object, A> {
  readonly memory: Memory<Q, A>;
  readonly inbox: Inbox<Q, A>;
  readonly slots: Slots;
  /** Name of the run. */
  readonly run: string;
  readonly now: () => string;
  readonly passing: Map<string, Decision<Q, A>>;
  readonly unjudged: Map<string, Judgement>;
  readonly tell?: Tell<Q, A>;
  /** Whether nobody is asked anything new: where somebody would be, the tree rests. */
  readonly isClosed?: boolean;
}

export function seated<Q extends object, A>(seat: Seat<Q, A>, room: Room<Q, A>): Overseer<Q, A> {
  switch (seat.kind) {
    case 'program':
      return told(seat.overseer, seat.by, room);
    case 'model':
      return decided(room.isClosed ? gone(seat, room) : seat.overseer, remembering(seat, room));
    case 'person':
      return asking({ ...room, policy: seat.version });
    case 'approve': {
      const { tell: _, ...silent } = room; // a proposal is no action
      const model = decided(
        seat.overseer,
        remembering({ ...seat, version: `${seat.version} proposes` }, silent),
      );
      return approving(model, seat.by, { ...room, policy: seat.version });
    }
  }
}

/** Says again what it said in this session, and nothing else. */
function gone<Q extends object, A>(
  { overseer, version }: { readonly overseer: Overseer<Q, A>; readonly version: string },
  { memory, passing }: Room<Q, A>,
): Overseer<Q, A> {
  return {
    origin: overseer.origin,
    act: async (workspaces) =>
      workspaces.map((workspace) => {
        const said = passing.get(memory.workspaceKey(version, workspace));
        if (said) return said.action;
        throw new Waiting([]);
      }),
  };
}

function remembering<Q extends object, A>(
  { by, version }: { readonly by: Author; readonly version: string },
  { memory, slots, run, now, passing, tell }: Omit<Room<Q, A>, 'inbox'>,
): DecidedOptions<Q, A> {
  return { memory, policy: version, by, run, slots, now, passing, ...(tell && { tell }) };
}

/** A program's actions, told as if they had been remembered. */
function told<Q extends object, A>(
  overseer: Overseer<Q, A>,
  by: Author | ((workspace: Workspace<Q, A>) => Author),
  { now, tell }: Room<Q, A>,
): Overseer<Q, A> {
  if (!tell) return overseer;
  return {
    origin: overseer.origin,
    async act(workspaces, scope) {
      const began = now();
      const actions = await overseer.act(workspaces, scope);
      const spent = { calls: 0, tokens: 0, micros: 0, seconds: 0 };
      for (const [i, action] of actions.entries()) {
        const workspace = workspaces[i]!;
        const author = typeof by === 'function' ? by(workspace) : by;
        tell(workspace, { action, by: author, spent, began, ended: now() }, false, scope);
      }
      return actions;
    },
  };
}
