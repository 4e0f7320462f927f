/** What one distillation kept and lost: X_{n+1} against X_n, and against Amplify^H(X_n) whom it was to say after. Every figure is
 *  of questions about contexts that nobody trained on.
 *    copy rate         P(X_{n+1} = X_n | X_n wrong): a warning, of students that copy errors with the rest
 *    information loss  acc Amplify^H(X_n) − acc X_{n+1}, at every level up to the frontier
 *    forgetting        acc X_n − acc X_{n+1}, at the levels below the frontier */

import { agree } from '../core/answer.ts';
import type { Assistant } from '../core/assistant.ts';
import { scopeFor } from '../core/budget.ts';
import type { Exam } from '../core/exam.ts';
import type { Examiner } from '../examiners/examiner.ts';
import { totalVariation } from '../statistics/divergence.ts';
import { type Proportion, proportion } from '../statistics/proportion.ts';
import { isRight } from './accuracy.ts';

export interface Succession<Q, A> {
  /** X_n and X_{n+1}. */
  readonly before: Assistant<Q, A>;
  readonly after: Assistant<Q, A>;
  /** Amplify^H(X_n). */
  readonly amplified: Assistant<Q, A>;
}

export interface Retention {
  /** Of the questions that X_n answers wrongly, unknown ones included: at how many X_{n+1} says the same. */
  readonly copied: Proportion;
  /** Over all levels up to the frontier, each counting alike; −1 … 1. */
  readonly informationLoss: number;
  /** Over all levels below the frontier, each counting alike; −1 … 1, 0 where there are none. */
  readonly forgetting: number;
}

/** `exams`: those of every level up to the frontier, the easiest first. */
export async function retention<Q, A>(
  { before, after, amplified }: Succession<Q, A>,
  examiner: Examiner<Q, A>,
  exams: readonly Exam<Q>[],
): Promise<Retention> {
  const questions = exams.flat(2);
  const scope = scopeFor(questions.length);
  const [old, now] = [await before.answer(questions, scope), await after.answer(questions, scope)];
  const taught = await amplified.answer(questions, scope);
  let place = 0;
  const levels = exams.map((exam) =>
    exam.map((context) =>
      context.map((question) => {
        const [x, y, z] = [old[place]!, now[place]!, taught[place]!];
        place++;
        const isSame = agree(x, y) || (x.kind === 'unknown' && y.kind === 'unknown');
        const right = [x, y, z].map((answer) => Number(isRight(examiner, question, answer)));
        return { isSame, before: right[0]!, after: right[1]!, taught: right[2]! };
      }),
    ),
  );
  const wrong = levels.flatMap((contexts) =>
    contexts.map((context) => context.filter((one) => one.before === 0)),
  );
  const loss = levels.map((contexts) => mean(contexts.flat(), (one) => one.taught - one.after));
  const forgotten = levels
    .slice(0, -1)
    .map((contexts) => mean(contexts.flat(), (one) => one.before - one.after));
  return {
    copied: proportion(
      wrong.map((context) => ({ right: context.filter((one) => one.isSame).length, n: context.length })),
    ),
    informationLoss: mean(loss, (x) => x),
    forgetting: mean(forgotten, (x) => x),
  };
}

/** Mean total variation between what X_{n+1} and X_n say, p and q [questions][K], 0 … 1: the step δ of K2 (`drift.ts`) where there
 *  is no answer of H to hold them against. */
export function stepBetween(p: readonly (readonly number[])[], q: readonly (readonly number[])[]): number {
  return mean(p, (own, i) => totalVariation(own, q[i]!));
}

/** 0 of nothing. */
function mean<T>(items: readonly T[], of: (item: T, index: number) => number): number {
  return items.length === 0 ? 0 : items.reduce((total, item, i) => total + of(item, i), 0) / items.length;
}
