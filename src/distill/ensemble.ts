/** Ensemble distillation: K members learn the targets, each from its own beginning and its own bootstrap of the lessons; H asks
 *  their mean; and one student learns from both, the targets and the mean (Hinton, Vinyals & Dean 2015, §2):
 *      (1 − α) · CE(ŷ) + α · T² · KL(p̄ ‖ p_θ),   p̄ = Σ w_k p_k^{1/T} / Z,   w_k ∝ agreement on held-out anchors
 *  The arithmetic mean keeps disagreement. What members do not know alike is epistemic: I = H(p̄) − Σ w_k H(p_k). */

import { CapstanError } from '../base/errors.ts';
import type { Random } from '../base/random.ts';

export interface EnsembleOptions {
  /** K ≥ 2 */
  readonly members: number;
  /** α, 0 … 1 */
  readonly share: number;
  /** T > 0 */
  readonly temperature: number;
}

export const ENSEMBLE: EnsembleOptions = { members: 3, share: 0.5, temperature: 2 };

/** How often each member sees each of so many lessons: [K][lessons], Poisson with mean 1, as each of many lessons is drawn in a
 *  bootstrap (Oza & Russell 2001). A member that would see none sees all. */
export function bootstraps(members: number, lessons: number, random: Random): readonly (readonly number[])[] {
  return Array.from({ length: members }, (_, k) => {
    const stream = random.split(k);
    const times = Array.from({ length: lessons }, () => poisson(stream));
    return times.some((count) => count > 0) ? times : times.map(() => 1);
  });
}

/** Knuth 1969, §3.4.1, with mean 1. */
function poisson(random: Random): number {
  let count = 0;
  for (let left = random.uniform(); left > Math.exp(-1); left *= random.uniform()) count++;
  return count;
}

/** w_k ∝ how often each member agrees with what it was to say, 0 … 1; alike where none ever does. */
export function sharesOf(agreements: readonly number[]): Float32Array {
  const total = agreements.reduce((sum, agreement) => sum + agreement, 0);
  return Float32Array.from(agreements, (agreement) =>
    total > 0 ? agreement / total : 1 / agreements.length,
  );
}

/** ρ: mean over pairs of members of the correlation (φ) of their errors on the same questions, [K][n] of 0 and 1. Undefined
 *  where no pair has a correlation, since a member errs never or always. Votes of members with ρ of 1 help nothing. */
export function errorCorrelation(wrong: readonly (readonly number[])[]): number | undefined {
  if (wrong.length < 2 || wrong.some(({ length }) => length !== wrong[0]!.length))
    throw new CapstanError(
      'invalid',
      `errors: expected those of two members at least, on the same questions, got ${wrong.map(({ length }) => length).join(', ')}`,
    );
  const pairs = wrong.flatMap((one, i) => wrong.slice(i + 1).map((other) => phi(one, other)));
  const defined = pairs.filter((value) => value !== undefined);
  return defined.length === 0 ? undefined : defined.reduce((a, b) => a + b, 0) / defined.length;
}

/** Pearson's correlation of two rows of zeros and ones. */
function phi(one: readonly number[], other: readonly number[]): number | undefined {
  const mean = (row: readonly number[]) => row.reduce((a, b) => a + b, 0) / row.length;
  const [p, q] = [mean(one), mean(other)];
  const spread = Math.sqrt(p * (1 - p) * q * (1 - q));
  if (!(spread > 0)) return undefined;
  return (mean(one.map((value, i) => value * other[i]!)) - p * q) / spread;
}
