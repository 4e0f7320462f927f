/** How targets are made of an overseer's answers, and what may be done against its mistakes. */

import { amplify } from '../amplify/amplify.ts';
import { doubt } from '../amplify/doubt.ts';
import { withEnvironment } from '../amplify/environment.ts';
import { escalating } from '../amplify/escalating.ts';
import { memo } from '../amplify/memo.ts';
import { verified } from '../amplify/verified.ts';
import { verify } from '../amplify/verify.ts';
import { vote } from '../amplify/vote.ts';
import { CapstanError } from '../base/errors.ts';
import type { Assistant, Check, Origin, Overseer } from '../core/assistant.ts';
import type { Task } from '../core/task.ts';
import type { Verdict, Verifier } from '../core/verifier.ts';

/** vote: what most of so many overseers say, who err independently. doubt: drops targets of which X finds another answer
 *  at least so probable. verify: drops targets that the task's own check refuses. second: has those made again by a second
 *  decomposition, and where the check refuses that too, the first stands: what is dropped is never learned. */
export type Defence =
  | { readonly kind: 'vote'; readonly voters: number }
  | { readonly kind: 'doubt'; readonly threshold: number }
  | { readonly kind: 'verify' }
  | { readonly kind: 'second' };

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
    case 'second':
      return withSecond(task, first);
  }
}

/** What passes the check, first or by the second decomposition; else the first. */
export function withSecond<Q, A>(
  { name, check, second, environment, key }: Task<Q, A>,
  amplified: Assistant<Q, A>,
): Assistant<Q, A> {
  if (!check || !second)
    throw new CapstanError(
      'invalid',
      `defence «second»: expected a task with a check and a second decomposition, got ${name}`,
    );
  const first = memo(amplified, key);
  const asked = withEnvironment(environment, first);
  const checked = verified(first, [verifierOf(check(asked), first.origin)], {
    unsure: 'pass',
    remedies: [{ kind: 'decompose', assistant: second(asked) }],
  });
  return escalating(checked, 0, first);
}

/** A task's check as a verifier. */
export function verifierOf<Q, A>(check: Check<Q, A>, { name, groundTruth }: Origin): Verifier<Q, A> {
  const verifier = `check by ${name}`;
  return {
    name: verifier,
    groundTruth,
    verify: async (claims, scope) =>
      (await check(claims, scope)).map(
        (holds): Verdict =>
          holds
            ? { verifier, kind: 'pass' }
            : { verifier, kind: 'fail', reason: 'it does not go with what is said of another question' },
      ),
  };
}
