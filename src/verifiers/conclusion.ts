/** Whether a worked answer ends where its work does: its final answer is what its last calculation comes to. */

import { isEqual } from '../base/rational.ts';
import type { Verdict, Verifier } from '../core/verifier.ts';
import { finalNumber } from '../text/final.ts';
import { numberOf } from '../text/numbers.ts';
import { calculations, decimalOf } from './calculator.ts';

export function conclusion<Q>(): Verifier<Q, string> {
  return {
    name: NAME,
    groundTruth: false,
    verify: async (claims) => claims.map(({ answer }) => verdictOf(answer)),
  };
}

const NAME = 'conclusion';

function verdictOf(answer: string): Verdict {
  const final = finalNumber(answer);
  const last = numberOf(calculations(answer).at(-1)?.value ?? '');
  if (!final || !last)
    return {
      verifier: NAME,
      kind: 'unsure',
      reason: `there is no ${final ? 'calculation' : 'number'} to end with`,
    };
  if (isEqual(final, last)) return { verifier: NAME, kind: 'pass' };
  const reason = `expected ${decimalOf(last)}, as last calculated, got ${decimalOf(final)}`;
  return { verifier: NAME, kind: 'fail', reason };
}
