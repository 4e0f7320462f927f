/** Whether a share is `low` or `high`, with both error rates stated: by as few numbers as possible (Wald 1947, ch. 3 and 5), or by a
 *  fixed number of them. The sequential test says something of these two shares; between them it may say either.
 *      pass at ln((1−β)/α), refuse at ln(β/(1−α)) of the log likelihood ratio */

import { CapstanError } from '../base/errors.ts';

export interface TwoShares {
  /** 0 < low < high < 1 */
  readonly low: number;
  readonly high: number;
  /** Chance of passing at `low`, at most: α. */
  readonly errorRate: number;
  /** Chance of refusing at `high`, at most: β. */
  readonly missRate: number;
}

export interface Sprt {
  /** What one that agrees adds to the log likelihood ratio, and one that does not. */
  readonly agreed: number;
  readonly disagreed: number;
  readonly pass: number;
  readonly refuse: number;
}

/** Wald's bounds: the two error rates add up to no more than α + β, and each is at most α/(1−β), β/(1−α). */
export function sprt({ low, high, errorRate, missRate }: TwoShares): Sprt {
  if (!(0 < low && low < high && high < 1))
    throw new CapstanError('invalid', `sprt: expected 0 < low ${low} < high ${high} < 1`);
  return {
    agreed: Math.log(high / low),
    disagreed: Math.log((1 - high) / (1 - low)),
    pass: Math.log((1 - missRate) / errorRate),
    refuse: Math.log(missRate / (1 - errorRate)),
  };
}

/** What is to be expected at a share, without the excess over the bounds: the chance to pass, and how many numbers it takes (Wald
 *  1947, §3.4 and §3.5). */
export function expected(
  { agreed, disagreed, pass, refuse }: Sprt,
  share: number,
): { readonly passes: number; readonly numbers: number } {
  const power = powerAt(agreed, disagreed, share);
  const drift = share * agreed + (1 - share) * disagreed;
  if (Math.abs(power) < FLAT) {
    const variance = share * agreed ** 2 + (1 - share) * disagreed ** 2;
    return { passes: -refuse / (pass - refuse), numbers: (-pass * refuse) / variance };
  }
  const [a, b] = [Math.exp(power * pass), Math.exp(power * refuse)];
  const passes = (1 - b) / (a - b);
  return { passes, numbers: (passes * pass + (1 - passes) * refuse) / drift };
}

const FLAT = 1e-6;
/** Beyond it e^power overflows; the chance to pass is 0 or 1 long before. */
const STEEP = 200;

/** The h ≠ 0 with E e^{h z} = 1, by halving; 0 where the log likelihood ratio drifts nowhere. */
function powerAt(agreed: number, disagreed: number, share: number): number {
  const drift = share * agreed + (1 - share) * disagreed;
  const excess = (h: number) => share * Math.exp(h * agreed) + (1 - share) * Math.exp(h * disagreed) - 1;
  // It is convex and 0 at 0: the other zero lies on the side against the drift.
  const side = drift > 0 ? -1 : 1;
  let [near, far] = [0, STEEP];
  for (let i = 0; i < 100; i++) {
    const middle = (near + far) / 2;
    if (excess(side * middle) < 0) near = middle;
    else far = middle;
  }
  return side * near;
}

/** The fewest numbers, and how many of them have to agree, for both error rates to hold exactly. */
export function fixedSize({ low, high, errorRate, missRate }: TwoShares): {
  readonly numbers: number;
  readonly atLeast: number;
} {
  for (let numbers = 1; ; numbers++) {
    const atLeast = leastFor(numbers, low, errorRate);
    if (atLeast <= numbers && upperTail(numbers, atLeast, high) >= 1 - missRate) return { numbers, atLeast };
  }
}

function leastFor(numbers: number, share: number, errorRate: number): number {
  let [tail, k] = [0, numbers];
  for (let term = share ** numbers; k >= 0; k--) {
    if (tail + term > errorRate) return k + 1;
    tail += term;
    term *= (k / (numbers - k + 1)) * ((1 - share) / share);
  }
  return 0;
}

/** P(at least k of n), each with chance `share`, 0 < share < 1. */
export function upperTail(n: number, k: number, share: number): number {
  let tail = 0;
  let log = n * Math.log(share);
  for (let i = n; i >= Math.max(0, k); i--) {
    tail += Math.exp(log);
    log += Math.log(i / (n - i + 1)) + Math.log((1 - share) / share);
  }
  return Math.min(1, tail);
}
