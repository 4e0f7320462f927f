/** Several assistants of different worth, one answer: each vote counts as much as it is confident, and the answer with most
 *  weight wins. Its confidence is the agreement: its share of all the weight there is. */

import { type Answer, agree, known, unknown } from '../core/answer.ts';
import type { Assistant } from '../core/assistant.ts';
import { poll } from './_poll.ts';

/** Everybody is asked everything, on one budget, in this order. Who does not know counts for nothing; of two answers with
 *  the same weight the first wins. */
export function weightedVote<Q, A>(assistants: readonly Assistant<Q, A>[]): Assistant<Q, A> {
  return poll<Q, A>('WeightedVote', assistants, heaviest);
}

function heaviest<A>(votes: readonly Answer<A>[]): Answer<A> {
  const weightOf = (voters: readonly Answer<A>[]) =>
    voters.reduce((sum, vote) => sum + (vote.kind === 'known' ? vote.confidence : 0), 0);
  const all = weightOf(votes);
  let best: Answer<A> = unknown('unsure');
  let most = 0;
  for (const candidate of votes) {
    const weight = weightOf(votes.filter((vote) => agree(vote, candidate)));
    if (candidate.kind !== 'known' || weight <= most) continue;
    best = known(candidate.value, Math.min(1, weight / all));
    most = weight;
  }
  return best;
}
