/** Several assistants of different worth, one answer: each vote counts as much as it is confident, and the answer with most
 *  weight wins. Its confidence is the agreement: its share of all the weight there is. */

import { CapstanError, invariant } from '../base/errors.ts';
import { type Answer, agree, known, unknown } from '../core/answer.ts';
import type { Assistant } from '../core/assistant.ts';

/** Everybody is asked everything, on one budget, in this order. Who does not know counts for nothing; of two answers with
 *  the same weight the first wins. */
export function weightedVote<Q, A>(assistants: readonly Assistant<Q, A>[]): Assistant<Q, A> {
  if (assistants.length === 0)
    throw new CapstanError('invalid', 'assistants: expected at least one to vote, got none');
  return {
    origin: {
      name: `WeightedVote(${assistants.map(({ origin }) => origin.name).join(', ')})`,
      groundTruth: assistants.some(({ origin }) => origin.groundTruth),
    },
    async answer(questions, scope) {
      const ballots: (readonly Answer<A>[])[] = [];
      for (const assistant of assistants) {
        const answers = await assistant.answer(questions, scope);
        invariant(answers.length === questions.length, `${assistant.origin.name}: one answer per question`);
        ballots.push(answers);
      }
      return questions.map((_, i) => heaviest(ballots.map((answers) => answers[i]!)));
    },
  };
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
