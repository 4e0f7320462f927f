/** An assistant that knows better and says otherwise: to be planted among honest ones, so that it shows what would catch it. It is
 *  as good as the assistant that it is made of, and lies where and how a strategy has it lie:
 *      where   in a share of the questions · of some kinds only · where others are unsure
 *      how     any other answer · one that goes with its other lies, or passes a check that it knows
 *  Where and how it lies is a function of the question alone, so two with one strategy and one seed tell the same lies: a
 *  colluding pair. */

import { CapstanError, invariant } from '../base/errors.ts';
import type { Random } from '../base/random.ts';
import type { Answer } from '../core/answer.ts';
import type { Assistant, Check } from '../core/assistant.ts';
import type { Scope } from '../core/budget.ts';

export interface Deceit<Q, A> {
  /** About which of the questions it lies. */
  where(questions: readonly Q[], scope: Scope): Promise<readonly boolean[]>;
  /** What it says instead; undefined where it has no lie to tell, and then it is honest. */
  how(question: Q, honest: A, scope: Scope): Promise<A | undefined>;
}

/** What is unknown to it, it says so of. A lie is told as confidently as the truth would have been. */
export function deceptive<Q, A>(honest: Assistant<Q, A>, { where, how }: Deceit<Q, A>): Assistant<Q, A> {
  return {
    origin: { ...honest.origin, name: `Deceptive(${honest.origin.name})` },
    async answer(questions, scope) {
      const answers = await honest.answer(questions, scope);
      const lies = await where(questions, scope);
      invariant(lies.length === questions.length, 'deceit: one decision per question');
      const said: Answer<A>[] = [];
      for (const [i, answer] of answers.entries()) {
        const lie =
          lies[i] && answer.kind === 'known' ? await how(questions[i]!, answer.value, scope) : undefined;
        said.push(lie !== undefined && answer.kind === 'known' ? { ...answer, value: lie } : answer);
      }
      return said;
    },
  };
}

/** In this share of the questions, drawn by their content keys. */
export function inShare<Q>(share: number, key: (question: Q) => string, random: Random): Where<Q> {
  if (!(share >= 0 && share <= 1))
    throw new CapstanError('invalid', `share of lies: expected a number from 0 to 1, got ${share}`);
  return async (questions) => questions.map((question) => random.split(key(question)).uniform() < share);
}

/** Only of questions of a kind: of the highest level, or such as nobody can check. */
export function ofKind<Q>(isOfKind: (question: Q) => boolean): Where<Q> {
  return async (questions) => questions.map(isOfKind);
}

/** Where an honest assistant would not know, or is less confident than that. */
export function whereUnsure<Q, A>(other: Assistant<Q, A>, confidence: number): Where<Q> {
  return async (questions, scope) =>
    (await other.answer(questions, scope)).map(
      (answer) => answer.kind === 'unknown' || answer.confidence < confidence,
    );
}

/** Any other of the answers that there are to the question, drawn by its content key. */
export function anyOther<Q, A>(
  others: (question: Q) => readonly A[],
  key: (question: Q) => string,
  random: Random,
): How<Q, A> {
  return async (question, honest) => {
    const lies = others(question).filter((one) => !Object.is(one, honest));
    return lies.length === 0 ? undefined : lies[random.split(key(question)).below(lies.length)]!;
  };
}

/** The first of its lies that passes the check; honest where none does, so that it is never caught by it. */
export function passing<Q, A>(lies: (question: Q) => readonly A[], check: Check<Q, A>): How<Q, A> {
  return async (question, honest, scope) => {
    const claims = lies(question)
      .filter((one) => !Object.is(one, honest))
      .map((answer) => ({ question, answer }));
    const verdicts = claims.length > 0 ? await check(claims, scope) : [];
    return claims[verdicts.indexOf(true)]?.answer;
  };
}

export type Where<Q> = Deceit<Q, unknown>['where'];
export type How<Q, A> = Deceit<Q, A>['how'];
