/** The overseer that knows: it answers every question with the ground truth. Training under it is ordinary supervised
 *  learning, the yardstick for IDA. Its origin says so, whatever is distilled from it inherits that, and no checkpoint
 *  with such a lineage can be promoted. */

import { known } from '../core/answer.ts';
import type { Overseer } from '../core/assistant.ts';
import { reply } from '../core/workspace.ts';
import { type Examiner, reveal } from '../examiners/examiner.ts';

export function oracle<Q, A>(examiner: Examiner<Q, A>): Overseer<Q, A> {
  return {
    origin: { name: 'oracle', groundTruth: true },
    act: async (workspaces) =>
      workspaces.map(({ question }) => reply(known(reveal(examiner.truth(question))))),
  };
}
