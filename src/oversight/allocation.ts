/** Which answers people check: with a probability that is larger where more is to be learned from it.
 *      π_i = s · π^uniform + (1 − s) · π^Neyman,   π^Neyman ∝ ω_i · √(û_i (1 − û_i) / c_i)
 *  û: predicted probability that the answer is wrong; ω: what a mistake there weighs; c: minutes that a check takes. The second
 *  alone has the least variance that so many minutes can buy if û is right (Neyman 1934); the uniform share s bounds what a
 *  misleading û can do (Zrnic & Candès 2024, arXiv 2403.03208, §4.2). Both parts and so their mixture are at most 1 and spend
 *  the minutes exactly. */

import { CapstanError } from '../base/errors.ts';
import type { Random } from '../base/random.ts';

/** What an answer's probability of being checked depends on. */
export interface Doubted {
  /** û: 0 … 1. */
  readonly doubt: number;
  /** ω > 0; 1 if not given. */
  readonly weight?: number;
  /** c > 0; 1 if not given. */
  readonly minutes?: number;
}

export interface AllocationOptions {
  /** Spent on average: Σ c π, more than 0. All are checked where it is enough for all. */
  readonly minutes: number;
  /** s: 0 … 1. */
  readonly uniform: number;
}

/** The share below which a misleading û could do much harm. */
export const UNIFORM_MIN = 0.2;

/** π of each item, 0 … 1. Throws «invalid» on minutes or a share out of range. */
export function allocate(
  items: readonly Doubted[],
  { minutes, uniform }: AllocationOptions,
): readonly number[] {
  if (!(minutes > 0)) throw new CapstanError('invalid', `minutes: expected more than 0, got ${minutes}`);
  if (!(uniform >= 0 && uniform <= 1))
    throw new CapstanError('invalid', `uniform share: expected a number from 0 to 1, got ${uniform}`);
  const costs = items.map(({ minutes: cost = 1 }) => cost);
  const even = filled(
    items.map(() => 1),
    costs,
    minutes,
  );
  const neyman = filled(items.map(importanceOf), costs, minutes);
  return items.map((_, i) => uniform * even[i]! + (1 - uniform) * neyman[i]!);
}

/** Where nobody knows better than chance, a doubt of 0 or 1 is none: such an answer would never be checked. */
const DOUBT_MIN = 1e-6;

function importanceOf({ doubt, weight = 1, minutes = 1 }: Doubted): number {
  const bounded = Math.min(1 - DOUBT_MIN, Math.max(DOUBT_MIN, doubt));
  return weight * Math.sqrt((bounded * (1 - bounded)) / minutes);
}

/** Probabilities in proportion to `sizes`, but for those that would exceed 1 and are 1, which cost `minutes` together. */
function filled(sizes: readonly number[], costs: readonly number[], minutes: number): readonly number[] {
  const probabilities = sizes.map(() => 1);
  let open = sizes.map((_, i) => i);
  let left = minutes;
  while (open.length > 0) {
    let total = 0;
    for (const i of open) total += sizes[i]! * costs[i]!;
    const scale = left / total;
    const full = open.filter((i) => sizes[i]! * scale >= 1);
    if (full.length === 0) {
      for (const i of open) probabilities[i] = sizes[i]! * scale;
      break;
    }
    for (const i of full) left -= costs[i]!;
    open = open.filter((i) => sizes[i]! * scale < 1);
  }
  return probabilities;
}

/** Each item by itself: places of those that are drawn, as many as chance has it (Poisson sampling). */
export function drawEach(probabilities: readonly number[], random: Random): readonly number[] {
  return probabilities.flatMap((probability, i) => (random.uniform() < probability ? [i] : []));
}

/** As many as the probabilities sum to, or one more or less where that is no integer (Madow 1949): the items are laid side by
 *  side, each as long as its probability, in an order by chance, and every unit of length a mark falls, the first by chance.
 *  Each item is drawn with exactly its probability. Places ascend. */
export function drawFixed(probabilities: readonly number[], random: Random): readonly number[] {
  const order = random.shuffle(probabilities.map((_, i) => i));
  const drawn: number[] = [];
  let [end, mark] = [0, random.uniform()];
  for (const i of order) {
    end += probabilities[i]!;
    if (end <= mark) continue;
    drawn.push(i);
    mark++;
  }
  return drawn.sort((a, b) => a - b);
}
