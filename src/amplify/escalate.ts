/** An overseer with another above it: what the first hands upwards, the second decides. */

import { invariant } from '../base/errors.ts';
import type { Overseer } from '../core/assistant.ts';

export function escalate<Q, A>(overseer: Overseer<Q, A>, above: Overseer<Q, A>): Overseer<Q, A> {
  return {
    origin: {
      name: `Escalate(${overseer.origin.name}, ${above.origin.name})`,
      groundTruth: overseer.origin.groundTruth || above.origin.groundTruth,
    },
    async act(workspaces, scope) {
      const actions = await overseer.act(workspaces, scope);
      invariant(actions.length === workspaces.length, `${overseer.origin.name}: one action per workspace`);
      const handed = workspaces.filter((_, i) => actions[i]!.kind === 'escalate');
      if (handed.length === 0) return actions;
      const decided = await above.act(handed, scope);
      invariant(decided.length === handed.length, `${above.origin.name}: one action per workspace`);
      let next = 0;
      return actions.map((action) => (action.kind === 'escalate' ? decided[next++]! : action));
    },
  };
}
