/** An answer that has to be one of a few. */

import type { Verifier } from '../core/verifier.ts';

/** `choices` are those of a question, of which case and space make no difference; one without any may be answered
 *  anything. */
export function choice<Q>(choices: (question: Q) => readonly string[] | undefined): Verifier<Q, string> {
  return {
    name: NAME,
    groundTruth: false,
    verify: async (claims) =>
      claims.map(({ question, answer }) => {
        const allowed = choices(question);
        if (!allowed || allowed.some((one) => plain(one) === plain(answer)))
          return { verifier: NAME, kind: 'pass' };
        const shown = answer.length > SHOWN ? `${answer.slice(0, SHOWN)}…` : answer;
        return {
          verifier: NAME,
          kind: 'fail',
          reason: `expected one of ${allowed.join(', ')}, got «${shown}»`,
        };
      }),
  };
}

const NAME = 'choice';
const SHOWN = 80;

function plain(text: string): string {
  return text.trim().replace(/\s+/g, ' ').toLowerCase();
}
