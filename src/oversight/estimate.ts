/** How often answers are wrong, from audits whose probabilities are known: unbiased whatever was predicted.
 *      θ̂ = Σ_t w_t θ̂_t / Σ_t w_t,   θ̂_t = (1/N) Σ_i f_i + (1/N) Σ_audited (y_i − f_i) / π_i
 *  Zrnic & Candès 2024 (arXiv 2403.03208), §3 and, where f and π of a round follow from the rounds before it, §5: each θ̂_t has
 *  the mean θ whatever happened before, so the rounds are uncorrelated and
 *      Var θ̂ = Σ_t w_t² Var θ̂_t / (Σ_t w_t)²,   Var θ̂_t = (1/N²) Σ_i (y_i − f_i)² (1 − π_i) / π_i
 *  told from the audited ones, each of which stands for 1/π_i. Where their number was fixed the sum of residuals has less
 *  variance than that of so many independent draws (Deville 1999; Matei & Tillé 2005, estimator 6). */

import { CapstanError } from '../base/errors.ts';
import type { Bounded } from '../statistics/estimate.ts';
import { wilson } from '../statistics/proportion.ts';

/** An answer that was checked. */
export interface Audit {
  /** Its place among the items. */
  readonly item: number;
  /** y */
  readonly wrong: boolean;
  /** π, with which it was drawn: above 0, at most 1. */
  readonly probability: number;
}

/** Audits that were drawn together. */
export interface Round {
  /** f of each item, 0 … 1: what was predicted before the round, or what an earlier round found. */
  readonly predicted: readonly number[];
  readonly audits: readonly Audit[];
  /** w > 0, chosen before the round. */
  readonly weight: number;
  /** Whether as many were drawn whatever chance said, or each item by itself. */
  readonly drawn: 'fixed' | 'each';
}

/** Of a rate. The value is unbiased, and so by chance a little below 0 or above 1; the interval is not. */
export interface ErrorRate extends Bounded {
  /** Estimated standard error. */
  readonly error: number;
}

/** What it leaves out on either side. */
const TAIL = 0.025;

/** The share of wrong answers among the items, or among some of them, such as those of a level. The interval is Wilson's
 *  (1927) for as many independent audits as would be as sure, θ(1 − θ)/Var (Korn & Graubard 1998); where no mistake was found it
 *  begins at 0 and ends no lower than as many as their weights make them would allow. */
export function errorRate(
  rounds: readonly Round[],
  isAmong: (item: number) => boolean = () => true,
): ErrorRate {
  expectProbabilities(rounds);
  const among = rounds.flatMap(({ audits }) => audits.filter(({ item }) => isAmong(item)));
  const n = among.length;
  const weights = rounds.reduce((sum, { weight }) => sum + weight, 0);
  const found = rounds.map((round) => momentsOf(round, isAmong));
  if (n === 0) return { value: 0, low: 0, high: 1, error: 1, n };
  const over = (of: (moments: Moments, share: number) => number) =>
    found.reduce((sum, moments, t) => sum + of(moments, rounds[t]!.weight / weights), 0);
  const value = over((moments, share) => share * moments.value);
  const error = Math.sqrt(over((moments, share) => share ** 2 * moments.variance));
  const { low, high } = intervalOf(value, error);
  const isSeen = (wrong: boolean) => among.some((audit) => audit.wrong === wrong);
  // Residuals that are all predictions tell nothing of mistakes nobody saw.
  const least = 1 - TAIL ** (1 / sizeOf(among));
  return {
    value,
    low: isSeen(true) ? low : 0,
    high: isSeen(false) ? Math.max(high, isSeen(true) ? 0 : least) : 1,
    error,
    n,
  };
}

/** As many independent audits would be as sure by their weights (Kish 1965). */
function sizeOf(audits: readonly Audit[]): number {
  const [sum, squares] = [1, 2].map((power) =>
    audits.reduce((total, { probability }) => total + probability ** -power, 0),
  );
  return sum! ** 2 / squares!;
}

interface Moments {
  readonly value: number;
  readonly variance: number;
}

function momentsOf({ predicted, audits, drawn }: Round, isAmong: (item: number) => boolean): Moments {
  let [count, sum] = [0, 0];
  predicted.forEach((f, item) => {
    if (!isAmong(item)) return;
    count++;
    sum += f;
  });
  const expanded = audits.map(({ item, wrong, probability }) => ({
    left: 1 - probability,
    residual: isAmong(item) ? (Number(wrong) - predicted[item]!) / probability : 0,
  }));
  for (const { residual } of expanded) sum += residual;
  const chance = expanded.filter(({ left }) => left > 0);
  const left = chance.reduce((total, one) => total + one.left, 0);
  const isFixed = drawn === 'fixed' && chance.length > 1;
  const mean = isFixed ? chance.reduce((total, one) => total + one.left * one.residual, 0) / left : 0;
  const squares = chance.reduce((total, one) => total + one.left * (one.residual - mean) ** 2, 0);
  const correction = isFixed ? chance.length / (chance.length - 1) : 1;
  return { value: sum / count, variance: (correction * squares) / count ** 2 };
}

function intervalOf(value: number, error: number): { readonly low: number; readonly high: number } {
  const share = Math.min(1, Math.max(0, value));
  if (error === 0) return { low: share, high: share };
  // At 0 and 1 the variance of a share says nothing of its size; what is half an error away does.
  const inner = Math.min(1 - error / 2, Math.max(error / 2, share));
  return wilson(share, (inner * (1 - inner)) / error ** 2);
}

function expectProbabilities(rounds: readonly Round[]): void {
  for (const { audits } of rounds)
    for (const { item, probability } of audits)
      if (!(probability > 0 && probability <= 1))
        throw new CapstanError(
          'invalid',
          `audit of item ${item}: expected a probability above 0 and at most 1, got ${probability}`,
        );
}
