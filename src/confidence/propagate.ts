/** Confidence up the tree. Amplify^H(X) leans on the answers that H was given, and a script's or a person's own certainty
 *  says nothing of those; so its confidence becomes the probability that all it leans on is right:
 *      independent   Π cᵢ
 *      as dependent as they can be    min cᵢ
 *      between them  (1 − ρ) Π cᵢ + ρ min cᵢ          ρ by maximum likelihood on the calibration pile
 *  Siblings are answered by the same X about the same context, so they err together more often than by chance. Nested, it
 *  carries confidence from the leaves to the root. */

import { amplify } from '../amplify/amplify.ts';
import { CapstanError } from '../base/errors.ts';
import { type Answer, known } from '../core/answer.ts';
import type { Assistant, Overseer } from '../core/assistant.ts';
import type { Scope } from '../core/budget.ts';
import type { Transcript } from '../core/workspace.ts';

export interface PropagatingOptions<Q> {
  /** ρ, 0 … 1. */
  readonly dependence: number;
  /** The probability that H answers rightly from right answers, 0 … 1; a script's is 1. */
  readonly reliability?: (question: Q) => number;
}

/** Amplify^H(X), as confident as H is reliable and all its sub-answers are right. What H was not told it cannot lean on:
 *  unknown sub-answers count for nothing. */
export function propagating<Q, A>(
  overseer: Overseer<Q, A>,
  assistant: Assistant<Q, A>,
  { dependence, reliability = () => 1 }: PropagatingOptions<Q>,
): Assistant<Q, A> {
  return {
    origin: amplify(overseer, assistant).origin,
    async answer(questions, scope) {
      const all = await decomposed(overseer, assistant, questions, scope);
      return all.map(({ answer, confidences }, i) =>
        answer.kind === 'unknown'
          ? answer
          : known(answer.value, reliability(questions[i]!) * allRight(confidences, dependence)),
      );
    },
  };
}

/** What a question came to that was taken apart. */
export interface Decomposed<A> {
  readonly answer: Answer<A>;
  /** Of the known sub-answers. */
  readonly confidences: readonly number[];
}

/** Amplify^H(X) of each, with what it leans on. */
export async function decomposed<Q, A>(
  overseer: Overseer<Q, A>,
  assistant: Assistant<Q, A>,
  questions: readonly Q[],
  scope: Scope,
): Promise<readonly Decomposed<A>[]> {
  // Of this call alone: two at once would mix their transcripts.
  const transcripts: Transcript<Q, A>[] = [];
  const amplified = amplify(overseer, assistant, { record: (one) => void transcripts.push(one) });
  await amplified.answer(questions, scope);
  return transcripts.map(({ exchanges, answer }) => ({
    answer,
    confidences: exchanges.flatMap((one) => (one.answer.kind === 'known' ? [one.answer.confidence] : [])),
  }));
}

/** P(all are right), each 0 … 1; 1 of none. */
export function allRight(confidences: readonly number[], dependence: number): number {
  if (!(dependence >= 0 && dependence <= 1))
    throw new CapstanError('invalid', `dependence: expected a number from 0 to 1, got ${dependence}`);
  const product = confidences.reduce((all, one) => all * one, 1);
  return (1 - dependence) * product + dependence * Math.min(1, ...confidences);
}

/** Of one decomposition. */
export interface Leaning {
  /** Of the sub-answers it leans on. */
  readonly confidences: readonly number[];
  /** Whether all of them were right. */
  readonly right: boolean;
}

const HALVINGS = 40;
/** Nearer to 0 and 1 than this no probability is believed. */
const NEAREST = 1e-6;

/** ρ by maximum likelihood, which is concave in it. */
export function dependenceOf(leanings: readonly Leaning[]): number {
  const parts = leanings
    .filter(({ confidences }) => confidences.length > 1)
    .map(({ confidences, right }) => ({
      apart: allRight(confidences, 0),
      gain: allRight(confidences, 1) - allRight(confidences, 0),
      right,
    }));
  const slope = (dependence: number) =>
    parts.reduce((sum, { apart, gain, right }) => {
      const p = Math.min(1 - NEAREST, Math.max(NEAREST, apart + dependence * gain));
      return sum + (right ? gain / p : -gain / (1 - p));
    }, 0);
  if (slope(0) <= 0) return 0;
  if (slope(1) >= 0) return 1;
  let [low, high] = [0, 1];
  for (let i = 0; i < HALVINGS; i++) {
    const middle = (low + high) / 2;
    if (slope(middle) > 0) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
