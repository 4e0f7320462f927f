/** The amplified answer, unless X alone is confident of another: an overseer's chance mistakes are what X finds
 *  improbable. Mistakes by a rule that X has learned, it cannot see. */

import { CapstanError, invariant } from '../base/errors.ts';
import { agree, unknown } from '../core/answer.ts';
import type { Assistant } from '../core/assistant.ts';

/** `threshold`: confidence of the direct answer from which it casts doubt, 0 … 1. */
export function doubt<Q, A>(
  amplified: Assistant<Q, A>,
  direct: Assistant<Q, A>,
  threshold: number,
): Assistant<Q, A> {
  if (!(threshold >= 0 && threshold <= 1))
    throw new CapstanError('invalid', `threshold: expected a number from 0 to 1, got ${threshold}`);
  return {
    origin: {
      name: `Doubt(${amplified.origin.name}, ${direct.origin.name})`,
      groundTruth: amplified.origin.groundTruth || direct.origin.groundTruth,
    },
    async answer(questions, scope) {
      const answers = await amplified.answer(questions, scope);
      invariant(answers.length === questions.length, `${amplified.origin.name}: one answer per question`);
      const asked = questions.filter((_, i) => answers[i]!.kind === 'known');
      const others = asked.length > 0 ? await direct.answer(asked, scope) : [];
      invariant(others.length === asked.length, `${direct.origin.name}: one answer per question`);
      let next = 0;
      return answers.map((answer) => {
        if (answer.kind === 'unknown') return answer;
        const other = others[next++]!;
        const isDoubted = other.kind === 'known' && other.confidence >= threshold && !agree(answer, other);
        return isDoubted ? unknown('unsure') : answer;
      });
    },
  };
}
