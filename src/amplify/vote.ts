/** Several assistants, one answer: what more than half of them say. It removes mistakes that they make independently:
 *  of three that err with chance e, the vote misses the right answer with 3e²(1 − e) + e³. (Condorcet 1785) */

import { CapstanError, invariant } from '../base/errors.ts';
import { type Answer, agree, known, unknown } from '../core/answer.ts';
import type { Assistant } from '../core/assistant.ts';

/** Its confidence is the share of the votes. Everybody is asked everything, on one budget, in this order. */
export function vote<Q, A>(assistants: readonly Assistant<Q, A>[]): Assistant<Q, A> {
  if (assistants.length === 0)
    throw new CapstanError('invalid', 'assistants: expected at least one to vote, got none');
  return {
    origin: {
      name: `Vote(${assistants.map(({ origin }) => origin.name).join(', ')})`,
      groundTruth: assistants.some(({ origin }) => origin.groundTruth),
    },
    async answer(questions, scope) {
      const ballots: (readonly Answer<A>[])[] = [];
      for (const assistant of assistants) {
        const answers = await assistant.answer(questions, scope);
        invariant(answers.length === questions.length, `${assistant.origin.name}: one answer per question`);
        ballots.push(answers);
      }
      return questions.map((_, i) => majority(ballots.map((answers) => answers[i]!)));
    },
  };
}

function majority<A>(votes: readonly Answer<A>[]): Answer<A> {
  for (const candidate of votes) {
    const count = votes.filter((vote) => agree(vote, candidate)).length;
    if (candidate.kind === 'known' && 2 * count > votes.length)
      return known(candidate.value, count / votes.length);
  }
  return unknown('unsure');
}
