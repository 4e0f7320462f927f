/** Figures of items that belong to clusters: what belongs to one context, or one person, stands or falls together. */

import { exactProportion } from './beta.ts';
import type { Bounded, Estimate } from './estimate.ts';
import { jackknifeOfSums } from './jackknife.ts';
import { type Count, effectiveSize, type Proportion, wilson } from './proportion.ts';
import { studentQuantile } from './student.ts';

export interface Clustered {
  /** Its context, or what else it was drawn with. */
  readonly cluster: number | string;
}

/** Clusters in order of first appearance. */
export function byCluster<T extends Clustered>(items: readonly T[]): readonly (readonly T[])[] {
  const groups = new Map<number | string, T[]>();
  for (const item of items) {
    const group = groups.get(item.cluster);
    if (group) group.push(item);
    else groups.set(item.cluster, [item]);
  }
  return [...groups.values()];
}

/** The share of items that are so; undefined of no items. Wilson's interval, as `proportion` has it, but with the design
 *  effect of the jackknife and Student's t for as many clusters of equal size as would be as sure (Kish 1965), which holds
 *  where some clusters are much larger than others. */
export function shareOf<T extends Clustered>(
  items: readonly T[],
  isSo: (item: T) => boolean,
): Proportion | undefined {
  if (items.length === 0) return undefined;
  return share(byCluster(items).map((group) => ({ right: group.filter(isSo).length, n: group.length })));
}

/** The same of counts; 0 … 1 of none. */
export function share(counts: readonly Count[]): Proportion {
  const clusters = counts.filter(({ n }) => n > 0);
  const n = clusters.reduce((sum, cluster) => sum + cluster.n, 0);
  const right = clusters.reduce((sum, cluster) => sum + cluster.right, 0);
  if (n === 0) return { value: 0, low: 0, high: 1, n };
  const value = right / n;
  const alike = n ** 2 / clusters.reduce((sum, cluster) => sum + cluster.n ** 2, 0);
  const quantile = studentQuantile(Math.max(1, Math.round(alike) - 1));
  const size = Math.min(effectiveSize(clusters), jackknifedSize(clusters, value, n));
  return { value, ...wilson(value, size, quantile), n };
}

/** So many independent items would vary as much as the share does without one cluster at a time. */
function jackknifedSize(clusters: readonly Count[], value: number, n: number): number {
  if (clusters.length < 2 || value === 0 || value === 1) return n;
  const left = clusters.map((cluster) => (value * n - cluster.right) / (n - cluster.n));
  const mean = left.reduce((sum, one) => sum + one, 0) / left.length;
  const squares = left.reduce((sum, one) => sum + (one - mean) ** 2, 0);
  const variance = ((clusters.length - 1) / clusters.length) * squares;
  return variance === 0 ? n : (value * (1 - value)) / variance;
}

/** The mean over items, its interval a ratio estimate's over clusters (Cochran 1977, §6.3, by the jackknife). Undefined of
 *  no items, without an interval of one cluster. */
export function meanOfItems<T extends Clustered>(
  items: readonly T[],
  measure: (item: T) => number,
): Estimate | undefined {
  return jackknifeOfSums(sums(items, measure), ratio, { n: items.length });
}

/** The same of values from 0 to `most`, with an interval within it: symmetric in the logit. Where all values are at one end,
 *  Clopper and Pearson's for the share of clusters that are not. */
export function meanWithin<T extends Clustered>(
  items: readonly T[],
  measure: (item: T) => number,
  most = 1,
): Bounded | undefined {
  const clusters = sums(items, (item) => measure(item) / most);
  const found = jackknifeOfSums(clusters, ratio, { n: items.length, scale: 'logit' });
  if (!found) return undefined;
  const { value, low, high, n } = found;
  if (low !== null && high !== null) return { value: most * value, low: most * low, high: most * high, n };
  const atEnd = exactProportion(0, clusters.length).high;
  return {
    value: most * value,
    low: value >= 1 ? most * (1 - atEnd) : 0,
    high: value <= 0 ? most * atEnd : most,
    n,
  };
}

function sums<T extends Clustered>(items: readonly T[], measure: (item: T) => number) {
  return byCluster(items).map((group) => [group.reduce((sum, item) => sum + measure(item), 0), group.length]);
}

function ratio([total, n]: readonly number[]): number | undefined {
  return n === 0 || n === undefined ? undefined : total! / n;
}
