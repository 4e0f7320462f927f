/** The answers that pass a check, "unsure" instead of the others: where checking is easier than answering, it needs less
 *  trust. */

import { invariant } from '../base/errors.ts';
import { unknown } from '../core/answer.ts';
import type { Assistant, Check, Claim, Origin } from '../core/assistant.ts';

/** `checker`: where the check has its knowledge from; a check that knows the ground truth passes it on. */
export function verify<Q, A>(
  assistant: Assistant<Q, A>,
  check: Check<Q, A>,
  checker: Origin,
): Assistant<Q, A> {
  return {
    origin: {
      name: `Verify(${assistant.origin.name}, ${checker.name})`,
      groundTruth: assistant.origin.groundTruth || checker.groundTruth,
    },
    async answer(questions, scope) {
      const answers = await assistant.answer(questions, scope);
      invariant(answers.length === questions.length, `${assistant.origin.name}: one answer per question`);
      const claims = questions.flatMap((question, i): readonly Claim<Q, A>[] => {
        const answer = answers[i]!;
        return answer.kind === 'known' ? [{ question, answer: answer.value }] : [];
      });
      const verdicts = claims.length > 0 ? await check(claims, scope) : [];
      invariant(verdicts.length === claims.length, `${checker.name}: one verdict per claim`);
      let next = 0;
      return answers.map((answer) =>
        answer.kind === 'unknown' || verdicts[next++] ? answer : unknown('unsure'),
      );
    },
  };
}
