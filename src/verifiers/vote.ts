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
  const paid = votes.flatMap(({ spent }) => spent ?? []);
  const spent = paid.length > 0 && { spent: paid.reduce(sum) };
  if (2 * of('pass').length > votes.length) return { verifier, kind: 'pass', ...spent };
  const kind = 2 * of('fail').length > votes.length ? 'fail' : 'unsure';
  const cause = kind === 'unsure' ? votes.find((vote) => vote.cause)?.cause : undefined;
  return { verifier, kind, reason: reasons.join('; '), ...(cause && { cause }), ...spent };
}

type Spent = NonNullable<Verdict['spent']>;

function sum(a: Spent, b: Spent): Spent {
  return {
    calls: a.calls + b.calls,
    tokens: a.tokens + b.tokens,
    micros: a.micros + b.micros,
    seconds: a.seconds + b.seconds,
  };
}
