/** How targets are made of an overseer's answers, and what may be done against its mistakes. */

import { amplify } from '../amplify/amplify.ts';
import { doubt } from '../amplify/doubt.ts';
import { withEnvironment } from '../amplify/environment.ts';
import { verify } from '../amplify/verify.ts';
import { vote } from '../amplify/vote.ts';
import { CapstanError } from '../base/errors.ts';
import type { Assistant, Overseer } from '../core/assistant.ts';
import type { Task } from '../core/task.ts';

/** vote: what most of so many overseers say, who err independently. doubt: drops targets of which X finds another answer
 *  at least so probable. verify: drops targets that the task's own check refuses. */
export type Defence =
  | { readonly kind: 'vote'; readonly voters: number }
  | { readonly kind: 'doubt'; readonly threshold: number }
  | { readonly kind: 'verify' };

/** `assistant`: whom the overseers ask, with the facts beside it; `teacher`: the same network alone. */
export function targetsOf<Q, A>(
  task: Task<Q, A>,
  overseers: readonly Overseer<Q, A>[],
  defence: Defence | undefined,
  assistant: Assistant<Q, A>,
  teacher: Assistant<Q, A>,
): Assistant<Q, A> {
  const amplified = overseers.map((overseer) => amplify(overseer, assistant));
  const [first] = amplified as [Assistant<Q, A>];
  switch (defence?.kind) {
    case undefined:
      return first;
    case 'vote':
      return vote(amplified);
    case 'doubt':
      return doubt(first, teacher, defence.threshold);
    case 'verify': {
      if (!task.check)
        throw new CapstanError('invalid', `defence «verify»: expected a task with a check, got ${task.name}`);
      return verify(first, task.check(withEnvironment(task.environment, first)), first.origin);
    }
  }
}
