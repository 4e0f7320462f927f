/** The standard normal distribution, to the last digits of a float64. */

import { invariant } from '../base/errors.ts';

/** Beyond this a tail is less than float64 can tell from 0 beside 1. */
const FAR = 9;
const HALVINGS = 60;

/** Φ(x) = ½ + φ(x) · (x + x³/3 + x⁵/(3·5) + …): Marsaglia 2004, «Evaluating the normal distribution», §3. */
export function normalCdf(x: number): number {
  if (x <= -FAR) return 0;
  if (x >= FAR) return 1;
  let [sum, term] = [x, x];
  for (let odd = 3; ; odd += 2) {
    term *= (x * x) / odd;
    if (sum + term === sum) break;
    sum += term;
  }
  return 0.5 + (sum * Math.exp((-x * x) / 2)) / Math.sqrt(2 * Math.PI);
}

/** x with Φ(x) = p; infinite at 0 and 1. */
export function normalQuantile(p: number): number {
  invariant(p >= 0 && p <= 1, `a probability of ${p}`);
  if (p === 0) return Number.NEGATIVE_INFINITY;
  if (p === 1) return Number.POSITIVE_INFINITY;
  let [low, high] = [-FAR, FAR];
  for (let i = 0; i < HALVINGS; i++) {
    const middle = (low + high) / 2;
    if (normalCdf(middle) < p) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
