/** The workspace is all an overseer sees: the question and the exchanges so far (Ought, "Factored Cognition").
 *  An action is all an overseer does. A transcript is a finished workspace. */

import type { Answer } from './answer.ts';

export interface Exchange<Q, A> {
  readonly question: Q;
  readonly answer: Answer<A>;
}

export interface Workspace<Q, A> {
  readonly question: Q;
  readonly exchanges: readonly Exchange<Q, A>[];
}

export type Action<Q, A> = Ask<Q> | Reply<A> | Escalate;

/** Asks one or more sub-questions; they are answered together and come back in this order. */
export interface Ask<Q> {
  readonly kind: 'ask';
  readonly questions: readonly Q[];
}

/** Ends the workspace with an answer; the confidence is the answer's own. */
export interface Reply<A> {
  readonly kind: 'reply';
  readonly answer: Answer<A>;
}

/** Hands the workspace to a higher authority. */
export interface Escalate {
  readonly kind: 'escalate';
  readonly reason: string;
}

export interface Transcript<Q, A> extends Workspace<Q, A> {
  readonly answer: Answer<A>;
}

export function ask<Q>(...questions: readonly Q[]): Ask<Q> {
  return { kind: 'ask', questions };
}

export function reply<A>(answer: Answer<A>): Reply<A> {
  return { kind: 'reply', answer };
}
