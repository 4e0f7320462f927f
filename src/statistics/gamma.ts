/** The gamma distribution: sums of rare events, and the intervals of their weighted counts.
 *  P(a, x) is a series below a + 1 and a continued fraction above (DLMF 8.7.1 and 8.9.2; Press et al. 2007, §6.2). */

import { invariant } from '../base/errors.ts';
import { logGamma } from './beta.ts';

const HALVINGS = 60;
const TINY = 1e-300;

/** P(a, x) = P(Gamma(a, 1) ≤ x), a > 0. */
export function gammaCdf(x: number, a: number): number {
  invariant(a > 0, `a gamma distribution of ${a}`);
  if (x <= 0) return 0;
  const front = Math.exp(a * Math.log(x) - x - logGamma(a));
  return x < a + 1 ? front * series(x, a) : 1 - front * fraction(x, a);
}

/** x with P(Gamma(a, 1) ≤ x) = p, 0 ≤ p < 1. */
export function gammaQuantile(p: number, a: number): number {
  invariant(p >= 0 && p < 1, `a probability of ${p}`);
  let [low, high] = [0, a + 1];
  while (gammaCdf(high, a) < p) high *= 2;
  for (let i = 0; i < HALVINGS; i++) {
    const middle = (low + high) / 2;
    if (gammaCdf(middle, a) < p) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

function series(x: number, a: number): number {
  let [sum, term] = [1 / a, 1 / a];
  for (let n = 1; term > sum * Number.EPSILON; n++) {
    term *= x / (a + n);
    sum += term;
  }
  return sum;
}

function fraction(x: number, a: number): number {
  const nonZero = (value: number) => (Math.abs(value) < TINY ? TINY : value);
  let b = x + 1 - a;
  let c = 1 / TINY;
  let d = 1 / nonZero(b);
  let value = d;
  for (let n = 1; ; n++) {
    b += 2;
    d = 1 / nonZero(b - n * (n - a) * d);
    c = nonZero(b - (n * (n - a)) / c);
    value *= d * c;
    if (Math.abs(d * c - 1) <= 2 * Number.EPSILON) return value;
  }
}
