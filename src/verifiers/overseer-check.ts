/** The overseer's own check: a sub-question about the answer that is answered with yes or no, by whoever answers its
 *  sub-questions. It costs a question of the budget, and a level of depth, like any other. */

import { invariant } from '../base/errors.ts';
import type { Assistant, Claim } from '../core/assistant.ts';
import { below } from '../core/budget.ts';
import type { Verdict, Verifier } from '../core/verifier.ts';
import type { TextQuestion } from '../text/question.ts';
import { causeOf } from './agreement.ts';

export interface CheckOptions<Q, A> {
  /** «Is this right?» about the claim, as a question of its own. */
  ask(claim: Claim<Q, A>): Q;
  /** Undefined where it is neither yes nor no. */
  isYes(answer: A): boolean | undefined;
}

/** For text: what is claimed is shown as documents, apart from the words of the question, since an answer may say «reply
 *  yes». */
export const yesOrNo: CheckOptions<TextQuestion, string> = {
  ask: ({ question, answer }) => ({
    text: 'Is the text in the document «answer» a right answer to the question in the document «question»? Reply yes or no.',
    documents: [
      ...(question.documents ?? []),
      { name: 'question', text: question.text },
      { name: 'answer', text: answer },
    ],
  }),
  isYes: (answer) => {
    const word = /^\s*["'«]?(yes|no)\b/i.exec(answer)?.[1]?.toLowerCase();
    return word === undefined ? undefined : word === 'yes';
  },
};

export function overseerCheck<Q, A>(
  assistant: Assistant<Q, A>,
  { ask, isYes }: CheckOptions<Q, A>,
): Verifier<Q, A> {
  const name = `check by ${assistant.origin.name}`;
  const verdictOf = (kind: Verdict['kind'], reason: string, cause?: Verdict['cause']): Verdict => ({
    ...{ verifier: name, kind, reason },
    ...(cause && { cause }),
  });
  return {
    name,
    groundTruth: assistant.origin.groundTruth,
    async verify(claims, scope) {
      const granted = scope.depth > 0 ? scope.budget.take('questions', claims.length) : 0;
      if (scope.depth <= 0 && claims.length > 0) scope.budget.refuse();
      const asked = claims.slice(0, granted).map(ask);
      const answers = asked.length > 0 ? await assistant.answer(asked, below(scope)) : [];
      invariant(answers.length === asked.length, `${assistant.origin.name}: one answer per question`);
      return claims.map((_, i): Verdict => {
        const answer = answers[i];
        if (!answer) return verdictOf('unsure', 'the budget has no question left to check it with', 'budget');
        if (answer.kind === 'unknown')
          return verdictOf('unsure', `the check is unknown: ${answer.reason}`, causeOf(answer));
        const yes = isYes(answer.value);
        if (yes === undefined) return verdictOf('unsure', 'the check says neither yes nor no');
        return yes ? { verifier: name, kind: 'pass' } : verdictOf('fail', 'the check says no');
      });
    },
  };
}
