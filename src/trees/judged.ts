/** A verifier whose verdicts are remembered: each answer to each question is shown to it once, whoever asks and however often
 *  the program is started again. A verdict on another answer is another one, so a correction leaves it valid. */

import { invariant } from '../base/errors.ts';
import type { Claim } from '../core/assistant.ts';
import type { Scope } from '../core/budget.ts';
import type { Verdict, Verifier } from '../core/verifier.ts';
import { Waiting } from '../core/waiting.ts';
import { Flights } from './flights.ts';
import { type Paid, type PayingOptions, paying } from './paid.ts';

/** A verdict and what it cost. */
export interface Judgement extends Paid {
  readonly verdict: Verdict;
}

export interface JudgedOptions<Q extends object, A> extends PayingOptions<Q, A> {
  /** Those of this session that are of no weight for another time, so that the tree can be walked once more. */
  readonly unjudged: Map<string, Judgement>;
  /** Whether nobody is asked anything new. */
  readonly isClosed?: boolean;
}

/** One without a version costs nothing, and is asked as often as it comes. */
export function judged<Q extends object, A>(
  verifier: Verifier<Q, A>,
  options: JudgedOptions<Q, A>,
): Verifier<Q, A> {
  const { version } = verifier;
  if (version === undefined) return verifier;
  const { memory, unjudged, isClosed } = options;
  const flights = new Flights<Judgement>();
  const ask = (key: string, claim: Claim<Q, A>, scope: Scope): Promise<Judgement> =>
    paying(
      options,
      scope,
      (metered) => verifier.verify([claim], metered),
      async ([verdict, ...others], paid) => {
        invariant(verdict !== undefined && others.length === 0, `${verifier.name}: one verdict per claim`);
        const judgement = { verdict, ...paid };
        if (verdict.cause) {
          unjudged.set(key, judgement);
          await memory.spend(key, paid);
        } else await memory.judge(key, version, judgement);
        return judgement;
      },
    );
  /** Says again what was said in this session, and nothing else. */
  const again = async (key: string): Promise<Judgement> => {
    const said = unjudged.get(key);
    if (said) return said;
    throw new Waiting([]);
  };
  const judge = async (claim: Claim<Q, A>, scope: Scope): Promise<Verdict> => {
    const key = memory.claimKey(version, claim);
    // It asks for no answer of the tree, so it waits for nothing that could wait for it.
    const { verdict, spent } =
      memory.judgement(key) ??
      (await (isClosed ? again(key) : flights.board(key, scope, (inner) => ask(key, claim, inner))));
    if (verdict.cause) scope.budget.refuse(); // what leans on it could be another then
    return { ...verdict, spent };
  };
  return {
    ...verifier,
    verify: (claims, scope) => Promise.all(claims.map((claim) => judge(claim, scope))),
  };
}
