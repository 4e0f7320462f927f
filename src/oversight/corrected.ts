/** An overseer who is not asked where a rule says that he errs: there somebody else decides, everything, from the first
 *  sub-question on. Everywhere else he decides as before. */

import type { Overseer } from '../core/assistant.ts';
import type { Workspace } from '../core/workspace.ts';

export interface CorrectedOptions<Q> {
  /** Whether a question is the other's. */
  readonly isTaken: (question: Q) => boolean;
  /** Told how many workspaces the other has decided, each time. */
  readonly onTaken?: (decisions: number) => void;
}

export function corrected<Q, A>(
  overseer: Overseer<Q, A>,
  above: Overseer<Q, A>,
  { isTaken, onTaken }: CorrectedOptions<Q>,
): Overseer<Q, A> {
  return {
    origin: {
      name: `${overseer.origin.name} corrected by ${above.origin.name}`,
      groundTruth: overseer.origin.groundTruth || above.origin.groundTruth,
    },
    async act(workspaces, scope) {
      const taken = workspaces.map(({ question }) => isTaken(question));
      const act = async (by: Overseer<Q, A>, ofTaken: boolean) => {
        const own: Workspace<Q, A>[] = workspaces.filter((_, i) => taken[i] === ofTaken);
        return own.length > 0 ? by.act(own, scope) : [];
      };
      const [his, theirs] = [await act(overseer, false), await act(above, true)];
      if (theirs.length > 0) onTaken?.(theirs.length);
      let [next, other] = [0, 0];
      return taken.map((isOther) => (isOther ? theirs[other++]! : his[next++]!));
    },
  };
}
