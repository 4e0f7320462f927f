/** The end of a chain by following it, one fact after another. */

import { invariant } from '../base/errors.ts';
import type { ChainQuestion } from '../tasks/chain.ts';
import { type Examiner, seal } from './examiner.ts';

export const chainExaminer: Examiner<ChainQuestion, number> = {
  truth({ context, name, path }) {
    let at = name;
    for (const relation of path) {
      at = context.values[relation]![at]!;
      invariant(at >= 0, `relation ${relation}: one from the sort of what comes before`);
    }
    return seal(at);
  },
};
