/** Who says what is right where nobody knows the truth: H, all the way down to the facts, each question asked once. No examiner is
 *  involved. */

import { amplify } from '../amplify/amplify.ts';
import { withEnvironment } from '../amplify/environment.ts';
import { memo } from '../amplify/memo.ts';
import { nobody } from '../assistants/nobody.ts';
import type { Assistant } from '../core/assistant.ts';
import type { Task } from '../core/task.ts';

/** HCH (`amplify/hch.ts`) as deep as the task's questions are, every depth with a memory. Nobody is below it; but where questions lean
 *  on guesses about themselves there is no way down, so `x` makes the guesses, which H verifies. */
export function allTheWayDown<Q, A>(task: Task<Q, A>, x: Assistant<Q, A>): Assistant<Q, A> {
  const { overseer, environment, key } = task;
  const depth = task.levels - task.levelsOfPrimitives;
  let below: Assistant<Q, A> = isLeaning(task) ? x : nobody;
  for (let at = 0; at <= depth; at++)
    below = memo(amplify(overseer, withEnvironment(environment, below)), key);
  return isLeaning(task)
    ? below
    : { origin: { ...below.origin, name: `HCH_${depth}` }, answer: below.answer };
}

/** Whether questions lean on guesses about themselves (propose and verify), so that no level is H's alone. */
export function isLeaning({ levelsOfPrimitives }: { readonly levelsOfPrimitives: number }): boolean {
  return levelsOfPrimitives === 0;
}
