/** Whether a worked answer uses all that it was given: every number of the question stands in one of its calculations. A
 *  number may be beside the point, so one that is not used is a doubt and no failure. */

import { showRational } from '../base/rational.ts';
import type { Verifier } from '../core/verifier.ts';
import { numbersIn } from '../text/numbers.ts';
import type { TextQuestion } from '../text/question.ts';
import { calculations } from './calculator.ts';

export function coverage(): Verifier<TextQuestion, string> {
  return {
    name: NAME,
    groundTruth: false,
    verify: async (claims) =>
      claims.map(({ question, answer }) => {
        const used = new Set(calculations(answer).flatMap(({ expression }) => valuesIn(expression)));
        const unused = valuesIn(question.text).filter((value) => !used.has(value));
        if (unused.length === 0) return { verifier: NAME, kind: 'pass' };
        return { verifier: NAME, kind: 'unsure', reason: `of the question, not used: ${unused.join(', ')}` };
      }),
  };
}

const NAME = 'coverage';

/** Once each. */
function valuesIn(text: string): readonly string[] {
  return [...new Set(numbersIn(text).map(({ value }) => showRational(value)))];
}
