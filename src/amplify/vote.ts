/** Several assistants, one answer: what more than half of them say. It removes mistakes that they make independently:
 *  of three that err with chance e, the vote misses the right answer with 3e²(1 − e) + e³. (Condorcet 1785) */

import { type Answer, agree, known, unknown } from '../core/answer.ts';
import type { Assistant } from '../core/assistant.ts';
import { poll } from './_poll.ts';

/** Its confidence is the share of the votes. Everybody is asked everything, on one budget, in this order. */
export function vote<Q, A>(assistants: readonly Assistant<Q, A>[]): Assistant<Q, A> {
  return poll<Q, A>('Vote', assistants, majority);
}

function majority<A>(votes: readonly Answer<A>[]): Answer<A> {
  for (const candidate of votes) {
    const count = votes.filter((vote) => agree(vote, candidate)).length;
    if (candidate.kind === 'known' && 2 * count > votes.length)
      return known(candidate.value, count / votes.length);
  }
  return unknown('unsure');
}
