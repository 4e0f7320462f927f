/** Several assistants, one answer: everybody is asked everything, on one budget, in order, and a rule counts the votes. */

import { CapstanError, invariant } from '../base/errors.ts';
import type { Answer } from '../core/answer.ts';
import type { Assistant } from '../core/assistant.ts';

/** `name`: of the rule. `count` is given the answers to one question, in the order of the assistants. */
export function poll<Q, A>(
  name: string,
  assistants: readonly Assistant<Q, A>[],
  count: (votes: readonly Answer<A>[]) => Answer<A>,
): Assistant<Q, A> {
  if (assistants.length === 0)
    throw new CapstanError('invalid', 'assistants: expected at least one to vote, got none');
  return {
    origin: {
      name: `${name}(${assistants.map(({ origin }) => origin.name).join(', ')})`,
      groundTruth: assistants.some(({ origin }) => origin.groundTruth),
    },
    async answer(questions, scope) {
      const ballots: (readonly Answer<A>[])[] = [];
      for (const assistant of assistants) {
        const answers = await assistant.answer(questions, scope);
        invariant(answers.length === questions.length, `${assistant.origin.name}: one answer per question`);
        ballots.push(answers);
      }
      return questions.map((_, i) => count(ballots.map((answers) => answers[i]!)));
    },
  };
}
