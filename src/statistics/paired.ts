/** Two assistants on the same questions. What belongs to one context stands or falls together, so contexts are what is
 *  drawn: the interval and the test are over their differences.
 *      difference = Σ d / n, d = right(second) − right(first) in a context of n questions
 *      interval     ratio estimate with Student's t over contexts (Cochran 1977, §6.3)
 *      p            two-sided sign-flip test over contexts (Fisher 1935, §21): exact for up to 2^12 flips, else by chance */

import type { Random } from '../base/random.ts';
import { studentQuantile } from './student.ts';

/** Of one context: n questions, right answers of each. */
export interface PairedCount {
  readonly n: number;
  readonly first: number;
  readonly second: number;
  readonly onlyFirst: number;
  readonly onlySecond: number;
}

export interface Paired {
  readonly n: number;
  readonly first: number;
  readonly second: number;
  readonly onlyFirst: number;
  readonly onlySecond: number;
  readonly difference: number;
  readonly low: number;
  readonly high: number;
  readonly p: number;
}

const EXACT = 12;
const DRAWS = 9999;
/** Signs in one number by chance. */
const BITS = 32;

export function paired(contexts: readonly PairedCount[], random: Random): Paired {
  const sum = (of: (one: PairedCount) => number) => contexts.reduce((total, one) => total + of(one), 0);
  const n = sum((one) => one.n);
  const right = { first: sum((one) => one.first), second: sum((one) => one.second) };
  const differences = contexts.map(({ first, second }) => second - first);
  const difference = n === 0 ? 0 : (right.second - right.first) / n;
  const spread =
    contexts.length < 2 ? 1 : studentQuantile(contexts.length - 1) * errorOf(contexts, difference, n);
  return {
    n,
    first: n === 0 ? 0 : right.first / n,
    second: n === 0 ? 0 : right.second / n,
    onlyFirst: sum((one) => one.onlyFirst),
    onlySecond: sum((one) => one.onlySecond),
    difference,
    low: Math.max(-1, difference - spread),
    high: Math.min(1, difference + spread),
    p: signFlips(
      differences.filter((one) => one !== 0),
      random,
    ),
  };
}

function errorOf(contexts: readonly PairedCount[], difference: number, n: number): number {
  const count = contexts.length;
  const squares = contexts.reduce(
    (total, one) => total + (one.second - one.first - difference * one.n) ** 2,
    0,
  );
  return Math.sqrt((count / (count - 1)) * squares) / n;
}

/** How often signs drawn by chance give a sum as far from 0. */
export function signFlips(differences: readonly number[], random: Random): number {
  const observed = Math.abs(differences.reduce((total, one) => total + one, 0));
  if (differences.length === 0) return 1;
  if (differences.length <= EXACT) {
    const all = 2 ** differences.length;
    let far = 0;
    for (let signs = 0; signs < all; signs++) {
      const flipped = differences.reduce((total, one, i) => total + (signs & (1 << i) ? one : -one), 0);
      if (Math.abs(flipped) >= observed) far++;
    }
    return far / all;
  }
  let far = 1; // what was observed is one of the draws (Phipson & Smyth 2010)
  const stream = random.split('flips');
  for (let draw = 0; draw < DRAWS; draw++) {
    let [flipped, bits, left] = [0, 0, 0];
    for (const one of differences) {
      if (left === 0) [bits, left] = [stream.uint32(), BITS];
      flipped += bits & 1 ? one : -one;
      bits >>>= 1;
      left--;
    }
    if (Math.abs(flipped) >= observed) far++;
  }
  return far / (DRAWS + 1);
}
