/** From which confidence on an answer is kept, so that a stated share at most is kept and wrong: conformal risk control.
 *      L(λ) = 1[wrong ∧ confidence ≥ λ]
 *      λ̂ = inf { λ : n/(n+1) · R̂ₙ(λ) + 1/(n+1) ≤ α }   ⇒   E[L(λ̂)] ≤ α
 *                                         Angelopoulos, Bates, Fisch, Lei & Schuster 2022 (arXiv 2208.02814), Theorem 1
 *  It holds for whatever confidences, if the contexts to come are exchangeable with those calibrated on. Questions about one
 *  context stand or fall together, so n counts contexts, and the loss of one is the mean over its questions. Below the
 *  threshold somebody above is asked.
 *  With levels, each has a budget α_ℓ, and Σ ω_ℓ α_ℓ ≤ α with ω_ℓ the share of questions at that level. */

import { CapstanError } from '../base/errors.ts';

/** A known answer, or with confidence −1 an unknown one, which is never kept. */
export interface Kept {
  readonly confidence: number;
  readonly right: boolean;
}

/** Questions by context. */
export type Contexts = readonly (readonly Kept[])[];

export interface LevelThreshold {
  readonly level: number;
  /** ω_ℓ, 0 … 1. */
  readonly share: number;
  /** α_ℓ */
  readonly risk: number;
  /** λ̂_ℓ; above 1 nothing is kept. */
  readonly threshold: number;
  readonly contexts: number;
}

/** No confidence is as high. */
export const NOTHING_KEPT = 2;
/** Thresholds that are tried where a plan is enough. */
const CANDIDATES = 500;
/** Sums of shares may miss their sum by so much. */
const ROUNDING = 1e-9;

/** λ̂ for a risk α, 0 < α < 1: of the confidences seen the least that is safe, or 0 where all are. Throws «invalid» where there are fewer than 1/α − 1 contexts: then not even a threshold that
 *  keeps nothing is shown to be safe. */
export function riskThreshold(contexts: Contexts, risk: number): number {
  const n = expectContexts(contexts, risk);
  // Σ over contexts of their mean loss, as λ falls past each confidence.
  const events = contexts.flatMap((context) =>
    context.map(({ confidence, right }) => ({ confidence, loss: right ? 0 : 1 / context.length })),
  );
  events.sort((a, b) => b.confidence - a.confidence);
  let [threshold, sum] = [NOTHING_KEPT, 0];
  for (let i = 0; i < events.length && events[i]!.confidence >= 0; ) {
    const at = events[i]!.confidence;
    for (; i < events.length && events[i]!.confidence === at; i++) sum += events[i]!.loss;
    if ((sum + 1) / (n + 1) > risk + ROUNDING) return threshold;
    threshold = at;
  }
  return 0; // everything may be kept, also what is less confident than anything seen
}

/** What budgets are planned on: contexts that confidences were fitted on, or others. */
export interface Planned {
  /** ω_ℓ of the questions to come, 0 … 1; all levels' together are 1. */
  readonly share: number;
  readonly planned: Contexts;
}

export interface LevelContexts extends Planned {
  readonly level: number;
  /** Thresholds are found on these, which nothing was fitted on. */
  readonly contexts: Contexts;
}

/** A threshold for each level whose risks come to at most α, escalating as little as can be: the budgets are what one
 *  threshold on the calibrated confidence would spend, since then whatever is kept at the margin is equally likely wrong
 *  everywhere. */
export function levelThresholds(levels: readonly LevelContexts[], risk: number): readonly LevelThreshold[] {
  const total = levels.reduce((sum, { share }) => sum + share, 0);
  if (Math.abs(total - 1) > ROUNDING)
    throw new CapstanError('invalid', `shares of levels: expected a sum of 1, got ${total}`);
  // Each level pays for its own finite sample.
  const corrections = levels.map(({ contexts }) => 1 / (contexts.length + 1));
  const fixed = levels.reduce((sum, { share }, i) => sum + share * corrections[i]!, 0);
  if (fixed > risk)
    throw new CapstanError(
      'invalid',
      `calibration contexts: expected enough that 1/(n + 1) over the levels comes to at most the risk of ${risk}, got ${fixed.toFixed(4)}`,
    );
  const spent = budgetsAt(levels, plannedThreshold(levels, risk - fixed));
  const over = levels.reduce((sum, { share }, i) => sum + share * spent[i]!, 0);
  // What the steps of the empirical risk leave over goes to all alike.
  const rest = risk - fixed - over;
  return levels.map(({ level, share, contexts }, i) => {
    const own = spent[i]! + corrections[i]! + rest;
    return { level, share, risk: own, threshold: riskThreshold(contexts, own), contexts: contexts.length };
  });
}

/** The smallest at which the levels' risks come to at most that on what is planned with; no guarantee for what is to come. */
export function plannedThreshold(levels: readonly Planned[], risk: number): number {
  const all = levels.flatMap(({ planned }) => planned.flat().map(({ confidence }) => confidence));
  const candidates = [...new Set(all.filter((one) => one >= 0))].sort((a, b) => b - a);
  const isWithin = (threshold: number) =>
    budgetsAt(levels, threshold).reduce((sum, own, i) => sum + levels[i]!.share * own, 0) <= risk;
  // The risk rises as the threshold falls: the last candidate that is within, by halving.
  let [low, high] = [-1, candidates.length];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (isWithin(candidates[middle]!)) low = middle;
    else high = middle;
  }
  return low < 0 ? NOTHING_KEPT : candidates[low]!;
}

/** The risk over all questions to ask for, so that of those kept a share α is wrong: what the least common threshold spends
 *  whose kept answers are wrong that rarely. It is planned, not promised: the share kept is not known before. */
export function riskForKept(levels: readonly Planned[], risk: number): number {
  const all = levels.flatMap(({ planned }) => planned.flat().map(({ confidence }) => confidence));
  const sorted = [...new Set(all.filter((one) => one >= 0))].sort((a, b) => a - b);
  const every = Math.ceil(sorted.length / CANDIDATES);
  const least = sorted.filter((_, i) => i % every === 0);
  const over = (shares: readonly number[]) =>
    levels.reduce((sum, { share }, i) => sum + share * shares[i]!, 0);
  for (const threshold of least) {
    const lost = over(budgetsAt(levels, threshold));
    const kept = over(levels.map(({ planned }) => meanOver(planned, (one) => one.confidence >= threshold)));
    if (lost <= risk * kept) return lost;
  }
  return 0;
}

/** Of questions of which a share μ would be wrong, at least so many must be escalated for a risk α: of all questions μ − α; of
 *  those kept (μ − α)/(1 − α) (arXiv 2606.29054). Whoever escalates less has answers that are wrong less often. */
export function leastEscalated(base: number, risk: number, of: 'all' | 'kept'): number {
  return Math.max(0, (base - risk) / (of === 'all' ? 1 : 1 - risk));
}

function expectContexts({ length }: Contexts, risk: number): number {
  if (!(risk > 0 && risk < 1))
    throw new CapstanError('invalid', `risk: expected a number between 0 and 1, got ${risk}`);
  const needed = Math.ceil(1 / risk - 1 - ROUNDING);
  if (length < needed)
    throw new CapstanError(
      'invalid',
      `calibration contexts: expected at least ${needed} for a risk of ${risk}, got ${length}`,
    );
  return length;
}

/** Each level's share of answers that are kept and wrong, on the contexts planned with. */
function budgetsAt(levels: readonly Planned[], threshold: number): readonly number[] {
  return levels.map(({ planned }) =>
    meanOver(planned, ({ confidence, right }) => confidence >= threshold && !right),
  );
}

/** Over contexts the mean of their shares. */
function meanOver(contexts: Contexts, is: (one: Kept) => boolean): number {
  const sum = contexts.reduce((total, context) => total + context.filter(is).length / context.length, 0);
  return sum / Math.max(1, contexts.length);
}
