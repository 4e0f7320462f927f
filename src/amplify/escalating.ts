/** Below a confidence, and where nothing is known, somebody above is asked: a stronger assistant, a person. */

import { CapstanError, invariant } from '../base/errors.ts';
import { type Answer, unknown } from '../core/answer.ts';
import type { Assistant } from '../core/assistant.ts';

/** Answers of at least `confidence` 0 … 1 are kept, or of what it is for the question, where above 1 nothing is kept; a
 *  question asked above is paid for, and is "unknown: budget" where it cannot be. */
export function escalating<Q, A>(
  assistant: Assistant<Q, A>,
  confidence: number | ((question: Q) => number),
  above: Assistant<Q, A>,
): Assistant<Q, A> {
  if (typeof confidence === 'number' && !(confidence >= 0 && confidence <= 1))
    throw new CapstanError('invalid', `confidence: expected a number from 0 to 1, got ${confidence}`);
  const needed = typeof confidence === 'number' ? () => confidence : confidence;
  return {
    origin: {
      name: `Escalating(${assistant.origin.name}, ${above.origin.name})`,
      groundTruth: assistant.origin.groundTruth || above.origin.groundTruth,
    },
    async answer(questions, scope) {
      const answers = await assistant.answer(questions, scope);
      invariant(answers.length === questions.length, `${assistant.origin.name}: one answer per question`);
      const isDoubtful = answers.map((answer, i) => isBelow(answer, needed(questions[i]!)));
      const doubtful = questions.filter((_, i) => isDoubtful[i]!);
      const granted = scope.budget.take('questions', doubtful.length);
      const asked = doubtful.slice(0, granted);
      const better = asked.length > 0 ? await above.answer(asked, scope) : [];
      invariant(better.length === asked.length, `${above.origin.name}: one answer per question`);
      let next = 0;
      return answers.map((answer, i) => (isDoubtful[i]! ? (better[next++] ?? unknown('budget')) : answer));
    },
  };
}

function isBelow(answer: Answer<unknown>, confidence: number): boolean {
  return answer.kind === 'unknown' || answer.confidence < confidence;
}
