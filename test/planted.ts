/** An assistant whose every confidence is planted: how sure it is of a question is drawn by the question's key, and so is
 *  whether it is right, with just that probability, or with it bent. */

import { Random } from '../src/base/random.ts';
import { known } from '../src/core/answer.ts';
import type { Assistant } from '../src/core/assistant.ts';
import { scopeFor } from '../src/core/budget.ts';

export interface Planted<Q, A> {
  /** Who is right. */
  readonly truth: Assistant<Q, A>;
  key(question: Q): string;
  /** Another answer than the right one. */
  wrong(answer: A, random: Random): A;
  /** The probability of being right, drawn from 0 … 1. */
  probability(question: Q, random: Random): number;
  /** What it says of that; without it the truth. */
  said?(probability: number): number;
  readonly seed: number;
}

export function planted<Q, A>(plan: Planted<Q, A>): Assistant<Q, A> {
  const root = Random.seeded(plan.seed);
  return {
    origin: { name: 'X', groundTruth: false },
    async answer(questions) {
      // Knowing what is right costs whoever asks nothing.
      const truth = await plan.truth.answer(questions, scopeFor(questions.length));
      return truth.map((answer, i) => {
        if (answer.kind === 'unknown') return answer;
        const question = questions[i]!;
        const random = root.split(plan.key(question));
        const probability = plan.probability(question, random);
        const value = random.uniform() < probability ? answer.value : plan.wrong(answer.value, random);
        return known(value, plan.said?.(probability) ?? probability);
      });
    },
  };
}
