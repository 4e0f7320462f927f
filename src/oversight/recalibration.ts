/** When confidence, thresholds or H′ are fitted to people again, and whether that helped: on schedule or on an alarm, to fresh labels of
 *  every level, and accepted only if the Brier score falls on labels that nothing was fitted to. What is fitted is an argument.
 *      R_ℓ = ⌊(f_now − f_min) / max(δ, 10⁻⁴)⌋ iterations, δ the upper bound of what fidelity loses in one */

import { CapstanError } from '../base/errors.ts';
import type { Estimate } from '../statistics/estimate.ts';
import { meanOf } from '../statistics/mean.ts';

/** Iterations until the next, at a level: in the worst case fidelity is not below `least` before. 0 is now. All 0 … 1. */
export function iterationsUntil(fidelity: number, least: number, lossMost: number): number {
  // A quotient of decimals that is a whole number may come out just below it.
  return Math.max(0, Math.floor((fidelity - least) / Math.max(lossMost, LOSS_MIN) + ROUNDING));
}

const LOSS_MIN = 1e-4;
const ROUNDING = 1e-9;

/** Labels to fit to from which on the mean decides; with fewer its whole interval has to be below 0. */
export const LABELS_LEAST = 200;

/** What a person said of a question. */
export interface Label {
  readonly level: number;
  /** Its context, by whatever names it: no context may be fitted to and checked on. */
  readonly context: string;
}

export interface Recalibration<L extends Label, C> {
  /** What is in force. */
  readonly current: C;
  readonly fresh: readonly L[];
  /** Of every level that `fresh` has. */
  readonly check: readonly L[];
  readonly refit: (labels: readonly L[]) => C | Promise<C>;
  /** Squared error of its confidence on each label (Brier 1950): 0 is sure and right. */
  readonly brier: (fitted: C, labels: readonly L[]) => Promise<readonly number[]>;
}

export interface Recalibrated<C> {
  readonly accepted: boolean;
  /** What is in force from now on. */
  readonly inForce: C;
  /** Mean Brier scores on the labels of the check. */
  readonly before: Estimate;
  readonly after: Estimate;
  /** After less before, of the same labels; over contexts, which are what is drawn. */
  readonly difference: Estimate;
}

/** Throws «invalid» where a level is not checked, or a context is on both sides. */
export async function recalibrate<L extends Label, C>({
  current,
  fresh,
  check,
  refit,
  brier,
}: Recalibration<L, C>): Promise<Recalibrated<C>> {
  expectLabels(fresh, check);
  const fitted = await refit(fresh);
  const score = async (of: C) => byContext(check, await brier(of, check));
  const [before, after] = [await score(current), await score(fitted)];
  const difference = meanOf(after.map((value, i) => value - before[i]!))!;
  const decides = fresh.length < LABELS_LEAST ? difference.high : difference.value;
  const accepted = decides !== null && decides < 0;
  return {
    accepted,
    inForce: accepted ? fitted : current,
    before: meanOf(before)!,
    after: meanOf(after)!,
    difference,
  };
}

function expectLabels(fresh: readonly Label[], check: readonly Label[]): void {
  if (fresh.length === 0 || check.length === 0)
    throw new CapstanError('invalid', 're-calibration: expected labels to fit to and to check, got none');
  const checked = new Set(check.map(({ level }) => level));
  const missing = fresh.find(({ level }) => !checked.has(level));
  if (missing)
    throw new CapstanError('invalid', `re-calibration: expected a check of level ${missing.level}, got none`);
  const contexts = new Set(fresh.map(({ context }) => context));
  const shared = check.find(({ context }) => contexts.has(context));
  if (shared)
    throw new CapstanError(
      'invalid',
      `re-calibration: expected other contexts in the check, got «${shared.context}» in both`,
    );
}

/** The mean of each context, in the order in which they come. */
function byContext(labels: readonly Label[], values: readonly number[]): readonly number[] {
  const sums = new Map<string, readonly [sum: number, n: number]>();
  labels.forEach(({ context }, i) => {
    const [sum, n] = sums.get(context) ?? [0, 0];
    sums.set(context, [sum + values[i]!, n + 1]);
  });
  return [...sums.values()].map(([sum, n]) => sum / n);
}
