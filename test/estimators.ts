/** Whether intervals hold what they say they hold: studies of simulated overseers, panels and assistants whose true figures are
 *  known. Everybody in here is simulated. Questions of one context are drawn together, so that they stand or fall together. */

import type { Random } from '../src/base/random.ts';
import { normalCdf, normalQuantile } from '../src/statistics/normal.ts';

/** What an estimator gave, as far as it matters here. */
export interface Interval {
  readonly low: number | null;
  readonly high: number | null;
}

/** One figure. */
export interface Plant {
  /** Of the figure, and of what was simulated. */
  readonly name: string;
  readonly truth: number;
  /** One study; undefined where the estimator says that the figure is not defined. */
  study(random: Random): Interval | undefined;
}

/** Several figures of the same data. */
export interface Study {
  readonly truths: { readonly [name: string]: number };
  carryOut(random: Random): { readonly [name: string]: Interval | undefined };
}

export function studyOf({ name, truth, study }: Plant): Study {
  return { truths: { [name]: truth }, carryOut: (random) => ({ [name]: study(random) }) };
}

export interface Coverage {
  readonly name: string;
  readonly truth: number;
  /** Studies whose interval holds the truth, of those that have one. */
  readonly covered: number;
  readonly intervals: number;
  /** Studies without an interval. */
  readonly without: number;
  /** Mean of half the width. */
  readonly halfWidth: number;
}

/** Of each figure, over so many studies. */
export function coverageOf(study: Study, repetitions: number, random: Random): readonly Coverage[] {
  const counts = Object.entries(study.truths).map(([name, truth]) => ({
    ...{ name, truth, covered: 0, intervals: 0, widths: 0 },
  }));
  for (let i = 0; i < repetitions; i++) {
    const found = study.carryOut(random.split(i));
    for (const count of counts) {
      const { low, high } = found[count.name] ?? { low: null, high: null };
      if (low === null || high === null) continue;
      count.intervals++;
      count.widths += high - low;
      if (low <= count.truth && count.truth <= high) count.covered++;
    }
  }
  return counts.map(({ widths, ...count }) => ({
    ...count,
    without: repetitions - count.intervals,
    halfWidth: count.intervals === 0 ? 0 : widths / 2 / count.intervals,
  }));
}

/** Latent correlation between events of one context: how much of the variance is the context's. */
export const CORRELATION = 0.3;
const [OWN, SHARED] = [Math.sqrt(1 - CORRELATION), Math.sqrt(CORRELATION)];

/** A kind of events in one context, such as slips or overrides: each has the chance that is asked for, whatever else is,
 *  and they come in company. */
export interface Kind {
  happens(chance: number): boolean;
  /** Which of the cases, by their chances. */
  which(chances: readonly number[]): number;
}

export function kindOf(random: Random): Kind {
  const shared = SHARED * random.normal();
  const uniform = () => normalCdf(shared + OWN * random.normal());
  return {
    happens: (chance) => uniform() < chance,
    which(chances) {
      let left = uniform();
      const found = chances.findIndex((chance) => {
        left -= chance;
        return left < 0;
      });
      return found === -1 ? chances.length - 1 : found;
    },
  };
}

/** The mean over contexts of what depends on the chance that such a context gives an event of that chance. */
export function overContexts(chance: number, figure: (inContext: number) => number): number {
  const [steps, far] = [400, 8];
  const cut = normalQuantile(chance);
  let [sum, mass] = [0, 0];
  for (let i = 0; i <= steps; i++) {
    const u = -far + (2 * far * i) / steps;
    const weight = Math.exp((-u * u) / 2);
    sum += weight * figure(normalCdf((cut - SHARED * u) / OWN));
    mass += weight;
  }
  return sum / mass;
}

/** Items of so many contexts, made one context at a time. */
export function inContexts<T>(
  contexts: number,
  each: number,
  make: (cluster: number) => () => T,
): readonly T[] {
  return Array.from({ length: contexts }, (_, cluster) => {
    const item = make(cluster);
    return Array.from({ length: each }, () => item());
  }).flat();
}
