/** The beta distribution, and what follows from it for proportions: Clopper and Pearson's interval, and posteriors.
 *  The distribution function is a continued fraction (DLMF 8.17.22), by Lentz's method (Press et al. 2007, §6.4). */

import { invariant } from '../base/errors.ts';
import type { Random } from '../base/random.ts';
import type { Bounded } from './estimate.ts';

const TAIL = 0.025;
const HALVINGS = 60;
const TINY = 1e-300;
/** The fraction needs about √max(a, b) terms. */
const TERMS_MAX = 100_000;
/** Lanczos (1964), with g = 7 and nine terms: relative error below 1e-15. */
const LANCZOS = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
  12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
];

/** ln Γ(x), x > 0. */
export function logGamma(x: number): number {
  if (x < 0.5) return Math.log(Math.PI / Math.sin(Math.PI * x)) - logGamma(1 - x);
  const sum = LANCZOS.reduce((total, term, i) => (i === 0 ? term : total + term / (x - 1 + i)), 0);
  const t = x + 6.5;
  return 0.5 * Math.log(2 * Math.PI) + (x - 0.5) * Math.log(t) - t + Math.log(sum);
}

/** I_x(a, b) = P(Beta(a, b) ≤ x), a and b above 0. */
export function betaCdf(x: number, a: number, b: number): number {
  invariant(a > 0 && b > 0, `a beta distribution of ${a} and ${b}`);
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  const front = Math.exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x));
  // The fraction converges fast on this side of the mean.
  return x < (a + 1) / (a + b + 2)
    ? (front * fraction(x, a, b)) / a
    : 1 - (front * fraction(1 - x, b, a)) / b;
}

function fraction(x: number, a: number, b: number): number {
  const nonZero = (value: number) => (Math.abs(value) < TINY ? TINY : value);
  let c = 1;
  let d = 1 / nonZero(1 - ((a + b) * x) / (a + 1));
  let value = d;
  for (let m = 1; m <= TERMS_MAX; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / nonZero(1 + even * d);
    c = nonZero(1 + even / c);
    value *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / nonZero(1 + odd * d);
    c = nonZero(1 + odd / c);
    value *= d * c;
    if (Math.abs(d * c - 1) < Number.EPSILON) break;
  }
  return value;
}

/** x with P(Beta(a, b) ≤ x) = p. */
export function betaQuantile(p: number, a: number, b: number): number {
  invariant(p >= 0 && p <= 1, `a probability of ${p}`);
  let [low, high] = [0, 1];
  for (let i = 0; i < HALVINGS; i++) {
    const middle = (low + high) / 2;
    if (betaCdf(middle, a, b) < p) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** right / n with Clopper and Pearson's 95 % interval (1934): never covers less, whatever the proportion; n may be
 *  fractional, an effective number. Items must be independent: `proportion` is for those that share contexts. */
export function exactProportion(right: number, n: number): Bounded {
  invariant(n >= 0 && right >= 0 && right <= n, `${right} of ${n}`);
  if (n === 0) return { value: 0, low: 0, high: 1, n };
  return {
    value: right / n,
    low: right === 0 ? 0 : betaQuantile(TAIL, right, n - right + 1),
    high: right === n ? 1 : betaQuantile(1 - TAIL, right + 1, n - right),
    n,
  };
}

/** One draw of Beta(a, b), as a share of two gamma variables. */
export function betaDraw(a: number, b: number, random: Random): number {
  const [x, y] = [gammaDraw(a, random), gammaDraw(b, random)];
  return x / (x + y);
}

/** Marsaglia & Tsang 2000; below 1, Γ(a) = Γ(a + 1) · U^(1/a). */
function gammaDraw(shape: number, random: Random): number {
  if (shape < 1) return gammaDraw(shape + 1, random) * (1 - random.uniform()) ** (1 / shape);
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = random.normal();
    const v = (1 + c * x) ** 3;
    if (v > 0 && Math.log(1 - random.uniform()) < (x * x) / 2 + d - d * v + d * Math.log(v)) return d * v;
  }
}
