/** Several verifiers, one verdict: what more than half of them say. Without such a majority it cannot be told. */

import { CapstanError, invariant } from '../base/errors.ts';
import type { Verdict, Verifier } from '../core/verifier.ts';

/** Everybody is asked about every claim, on one budget, in this order. */
export function voting<Q, A>(verifiers: readonly Verifier<Q, A>[]): Verifier<Q, A> {
  if (verifiers.length === 0)
    throw new CapstanError('invalid', 'verifiers: expected at least one to vote, got none');
  const name = `vote of ${verifiers.map((one) => one.name).join(', ')}`;
  return {
    name,
    groundTruth: verifiers.some(({ groundTruth }) => groundTruth),
    async verify(claims, scope) {
      if (claims.length === 0) return [];
      const ballots: (readonly Verdict[])[] = [];
      for (const verifier of verifiers) {
        const verdicts = await verifier.verify(claims, scope);
        invariant(verdicts.length === claims.length, `${verifier.name}: one verdict per claim`);
        ballots.push(verdicts);
      }
      return claims.map((_, i) =>
        majority(
          name,
          ballots.map((verdicts) => verdicts[i]!),
        ),
      );
    },
  };
}

function majority(verifier: string, votes: readonly Verdict[]): Verdict {
  const of = (kind: Verdict['kind']) => votes.filter((vote) => vote.kind === kind);
  const reasons = votes.flatMap((vote) =>
    vote.reason === undefined ? [] : [`${vote.verifier}: ${vote.reason}`],
  );
  if (2 * of('pass').length > votes.length) return { verifier, kind: 'pass' };
  const kind = 2 * of('fail').length > votes.length ? 'fail' : 'unsure';
  return { verifier, kind, reason: reasons.join('; ') };
}
