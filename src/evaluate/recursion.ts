/** Whether error compounds from level to level, in theory: with b children to a node, each wrong after its check with chance V(e),
 *      e_{ℓ+1} = r · (1 − (1 − ε)(1 − V(e_ℓ))^b)
 *  where ε is what the level adds and r what distilling leaves of it. Small errors stay small iff the slope at 0 is below 1:
 *      verify and retry, catch rate c:      V = (1 − c)e       iff c > 1 − 1/(b·r)
 *      majority of three independent:       V = 3e² − 2e³      iff about ε ≤ 1/(12b)
 *      a share ρ of mistakes in common:     V = ρe + (1 − ρ)V  needs b·r·ρ < 1
 *  Idealised: children are independent and alike, rates known. */

import { expectInteger, invariant } from '../base/errors.ts';

export interface Level {
  /** ε, 0 … 1: mistakes of its own. */
  readonly local: number;
  /** b, children to a node. */
  readonly branching: number;
  /** r, above 0; 1 unless said otherwise. */
  readonly distillation?: number;
}

/** From a child's error to its error after the check, both 0 … 1. */
export type Check = (error: number) => number;

/** Settled when it moves by less. */
const SETTLED = 1e-12;
const LEVELS_MAX = 1_000_000;

export const unchecked: Check = (error) => error;

/** Verify and retry: a share c of wrong answers is caught and put right. */
export function caught(c: number): Check {
  return (error) => (1 - c) * error;
}

/** Most of an odd number of independent answers, wrong ones agreeing (the worst case). */
export function majority(voters: number): Check {
  expectInteger('voters', voters, 1, 99);
  return (error) => {
    let [sum, ways] = [0, 1];
    for (let wrong = 0; wrong <= voters; wrong++) {
      if (2 * wrong > voters) sum += ways * error ** wrong * (1 - error) ** (voters - wrong);
      ways = (ways * (voters - wrong)) / (wrong + 1);
    }
    return Math.min(1, sum);
  };
}

/** A share ρ of the mistakes is common to all voters and goes through. */
export function inCommon(share: number, check: Check): Check {
  return (error) => share * error + (1 - share) * check(error);
}

/** The error of a node, its children's being `error`. */
export function inheritedError(
  error: number,
  { local, branching, distillation = 1 }: Level,
  check: Check,
): number {
  invariant(error >= 0 && error <= 1, `an error of ${error}`);
  return Math.min(1, distillation * (1 - (1 - local) * (1 - check(error)) ** branching));
}

/** Where it settles after many levels, starting from ε: e*; 1 where it grows to be always wrong. */
export function fixedPoint(level: Level, check: Check): number {
  let error = level.local;
  for (let i = 0; i < LEVELS_MAX; i++) {
    const next = inheritedError(error, level, check);
    if (Math.abs(next - error) < SETTLED) return next;
    error = next;
  }
  return error;
}

/** The catch rate above which error does not grow: 1 − 1/(b·r), at least 0. */
export function catchRateNeeded(branching: number, distillation = 1): number {
  return Math.max(0, 1 - 1 / (branching * distillation));
}

export function isStable(catchRate: number, branching: number, distillation = 1): boolean {
  return branching * distillation * (1 - catchRate) < 1;
}

/** P(wrong | accepted) after a check that catches a share c of wrong answers and rejects a share f of right ones. */
export function errorAmongAccepted(error: number, caughtShare: number, rejectedShare: number): number {
  const wrong = error * (1 - caughtShare);
  const accepted = wrong + (1 - error) * (1 - rejectedShare);
  return accepted === 0 ? 0 : wrong / accepted;
}
