/** Whether what was decided can be checked afterwards, and how fast a mistake is found (K16).
 *      verified share = decisions whose whole record chain verifies / decisions, which has to be 1
 *      determinism    = replays that give the same answer, byte for byte / replays
 *      tracing        = clicks, and seconds, from a wrong root to its first wrong node: medians
 *  A share of 1 is not yet a rate of 1: what fails once in n more is not ruled out, as the lower end of the interval says. */

import { exactProportion } from '../statistics/beta.ts';
import { type Clustered, shareOf } from '../statistics/clustered.ts';
import type { Estimate } from '../statistics/estimate.ts';
import type { Proportion } from '../statistics/proportion.ts';

/** What a decision's record was checked for. */
export const LINKS = ['hash', 'parent', 'inputs', 'model'] as const;
export type Link = (typeof LINKS)[number];

/** One decision; `cluster` is its tree. */
export interface Recorded extends Clustered {
  /** Whether its own bytes have the hash on record, its parent and its inputs are the ones on record, and so is the version of
   *  who decided. */
  readonly verifies: { readonly [L in Link]: boolean };
}

export interface Auditability {
  /** Of all links together, 0 … 1. */
  readonly verified: Proportion;
  /** Of each alone. */
  readonly links: { readonly [L in Link]: Proportion };
  /** Whether every decision verifies. */
  readonly isWhole: boolean;
}

/** Undefined of no decisions. */
export function auditability(decisions: readonly Recorded[]): Auditability | undefined {
  const verified = shareOf(decisions, ({ verifies }) => LINKS.every((link) => verifies[link]));
  if (!verified) return undefined;
  const of = (link: Link) => shareOf(decisions, ({ verifies }) => verifies[link])!;
  return {
    verified,
    links: { hash: of('hash'), parent: of('parent'), inputs: of('inputs'), model: of('model') },
    isWhole: verified.value === 1,
  };
}

/** One answer and the same from the record again, as bytes or a hash of them; `cluster` is its tree. */
export interface Replayed extends Clustered {
  readonly first: string;
  readonly again: string;
}

/** 0 … 1; undefined of no replays. */
export function replayDeterminism(replays: readonly Replayed[]): Proportion | undefined {
  return shareOf(replays, ({ first, again }) => first === again);
}

/** Somebody looked for the first wrong node of a wrong root. */
export interface Traced {
  /** What it took until it was found; undefined: it was not. */
  readonly found: { readonly clicks: number; readonly seconds: number } | undefined;
}

export interface Tracing {
  /** Share of wrong roots whose first wrong node was found. */
  readonly found: Estimate;
  /** Medians over all wrong roots; undefined where fewer than half were found. */
  readonly clicks: Estimate | undefined;
  readonly seconds: Estimate | undefined;
}

/** Traces must be independent. Undefined of none. */
export function tracing(traces: readonly Traced[]): Tracing | undefined {
  if (traces.length === 0) return undefined;
  const found = traces.flatMap((one) => one.found ?? []);
  const median = (of: (one: { clicks: number; seconds: number }) => number) =>
    medianWithInterval([...found.map(of), ...new Array<number>(traces.length - found.length).fill(Infinity)]);
  return {
    found: exactProportion(found.length, traces.length),
    clicks: median(({ clicks }) => clicks),
    seconds: median(({ seconds }) => seconds),
  };
}

const TAIL = 0.025;

/** The interval from order statistics, by the binomial distribution of how many lie below (Hahn & Meeker 1991, §5.2): at least
 *  95 %. An end is null where it is infinite or too few values tell it. */
function medianWithInterval(values: readonly number[]): Estimate | undefined {
  const sorted = [...values].sort((a, b) => (a === b ? 0 : a - b));
  const n = sorted.length;
  const value = (sorted[Math.floor((n - 1) / 2)]! + sorted[Math.floor(n / 2)]!) / 2;
  if (!Number.isFinite(value)) return undefined;
  // The largest k with P(fewer than k of n lie below the median) ≤ 2.5 %.
  let [k, below, chance] = [0, 0, 0.5 ** n];
  for (; below + chance <= TAIL; k++) {
    below += chance;
    chance *= (n - k) / (k + 1);
  }
  const end = (place: number) => (k > 0 && Number.isFinite(sorted[place]) ? sorted[place]! : null);
  return { value, low: end(k - 1), high: end(n - k), n };
}
