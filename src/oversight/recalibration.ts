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

/** Labels to fit to, at least. */
export const LABELS_LEAST = 200;

/** How many labels of each level, as even as can be, the first levels one more where it does not come out. */
export function stratified(labels: number, levels: number): readonly number[] {
  return Array.from({ length: levels }, (_, i) => Math.floor((labels + levels - 1 - i) / levels));
}

/** What a person said of a question. */
export interface Label {
  readonly level: number;
  /** Its context, by whatever names it: no context may be fitted to and checked on. */
  readonly context: string;
}

export interface Recalibration<L extends Label, C> {
  /** What is in force. */
  readonly current: C;
  /** At least LABELS_LEAST. */
  readonly fresh: readonly L[];
  /** Of every level that `fresh` has. */
  readonly check: readonly L[];
  readonly refit: (labels: readonly L[]) => C | Promise<C>;
  /** Squared error of its confidence on one label, 0 … 2 (Brier 1950): 0 is sure and right. */
  readonly brier: (fitted: C, label: L) => number;
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

/** Throws «invalid» where there are too few labels, a level is not checked, or a context is on both sides. */
export async function recalibrate<L extends Label, C>({
  current,
  fresh,
  check,
  refit,
  brier,
}: Recalibration<L, C>): Promise<Recalibrated<C>> {
  expectLabels(fresh, check);
  const fitted = await refit(fresh);
  const score = (of: C) => byContext(check, (label) => brier(of, label));
  const [before, after] = [score(current), score(fitted)];
  const difference = meanOf(after.map((value, i) => value - before[i]!))!;
  const accepted = difference.value < 0;
  return {
    accepted,
    inForce: accepted ? fitted : current,
    before: meanOf(before)!,
    after: meanOf(after)!,
    difference,
  };
}

function expectLabels(fresh: readonly Label[], check: readonly Label[]): void {
  if (fresh.length < LABELS_LEAST)
    throw new CapstanError('invalid', `re-calibration: expected ${LABELS_LEAST} labels, got ${fresh.length}`);
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
function byContext<L extends Label>(labels: readonly L[], of: (label: L) => number): readonly number[] {
  const sums = new Map<string, readonly [sum: number, n: number]>();
  for (const label of labels) {
    const [sum, n] = sums.get(label.context) ?? [0, 0];
    sums.set(label.context, [sum + of(label), n + 1]);
  }
  return [...sums.values()].map(([sum, n]) => sum / n);
}
