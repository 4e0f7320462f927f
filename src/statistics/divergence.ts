/** How far two distributions over the same K answers are apart. Each is a vector [K] of probabilities that sum to 1. */

import { invariant } from '../base/errors.ts';

/** TV = ½ Σ |p − q|, 0 … 1: the most by which the chance of any event can differ. */
export function totalVariation(p: readonly number[], q: readonly number[]): number {
  expectSame(p, q);
  return Math.min(1, p.reduce((sum, pk, k) => sum + Math.abs(pk - q[k]!), 0) / 2);
}

/** KL(p‖q) = Σ p ln(p/q) in nats, 0 or more. Both are first mixed with the uniform distribution, `smoothing` of it (0 … 1), so
 *  that an answer held impossible costs ln(K / smoothing) at most, not infinity. */
export function kullbackLeibler(p: readonly number[], q: readonly number[], smoothing: number): number {
  expectSame(p, q);
  const mixed = (pk: number) => (1 - smoothing) * pk + smoothing / p.length;
  const sum = p.reduce((total, pk, k) => total + term(mixed(pk), mixed(q[k]!)), 0);
  return Math.max(0, sum);
}

/** JS = ½ KL(p‖m) + ½ KL(q‖m), m = (p + q)/2, in nats: 0 … ln 2 (Lin 1991). */
export function jensenShannon(p: readonly number[], q: readonly number[]): number {
  expectSame(p, q);
  const sum = p.reduce((total, pk, k) => {
    const middle = (pk + q[k]!) / 2;
    return total + (term(pk, middle) + term(q[k]!, middle)) / 2;
  }, 0);
  return Math.min(Math.LN2, Math.max(0, sum));
}

function term(p: number, q: number): number {
  return p === 0 ? 0 : p * Math.log(p / q);
}

function expectSame(p: readonly number[], q: readonly number[]): void {
  invariant(p.length === q.length, `distributions over ${p.length} and ${q.length} answers`);
}
