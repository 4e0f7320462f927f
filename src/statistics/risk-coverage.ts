/** Answering only where one is sure: what share is answered (coverage) at what share of mistakes among the answered (risk).
 *  Geifman & El-Yaniv 2017; AURC and excess AURC: Geifman, Uziel & El-Yaniv 2019, §2. */

import { byCluster } from './clustered.ts';
import type { Bounded, Estimate } from './estimate.ts';
import { jackknife } from './jackknife.ts';
import { proportion } from './proportion.ts';
import type { Scored } from './roc.ts';

export interface RiskPoint {
  /** What scores at least this is answered. */
  readonly threshold: number;
  /** Share answered, 0 … 1. */
  readonly coverage: number;
  /** Share of mistakes among them, 0 … 1. */
  readonly risk: number;
}

/** One point per score that occurs, the highest first; the last covers everything. */
export function riskCoverage(items: readonly Scored[]): readonly RiskPoint[] {
  const points: RiskPoint[] = [];
  let [answered, mistakes] = [0, 0];
  for (const tied of byScore(items)) {
    answered += tied.length;
    mistakes += tied.filter(({ right }) => !right).length;
    points.push({
      threshold: tied[0]!.score,
      coverage: answered / items.length,
      risk: mistakes / answered,
    });
  }
  return points;
}

/** The mean risk over coverages 1/n … 1, ties in every order alike; undefined of no items. */
export function areaUnderRiskCoverage(items: readonly Scored[]): number | undefined {
  if (items.length === 0) return undefined;
  let [answered, mistakes, area] = [0, 0, 0];
  for (const tied of byScore(items)) {
    const share = tied.filter(({ right }) => !right).length / tied.length;
    for (let k = 0; k < tied.length; k++) {
      answered++;
      mistakes += share;
      area += mistakes / answered;
    }
  }
  return area / items.length;
}

/** The same, less what the best order of these items would leave: 0 … 1, 0 where every mistake scores below what is right. */
export function excessAreaUnderRiskCoverage(items: readonly Scored[]): number | undefined {
  const area = areaUnderRiskCoverage(items);
  const best = areaUnderRiskCoverage(items.map((item) => ({ ...item, score: item.right ? 1 : 0 })));
  return area === undefined ? undefined : area - best!;
}

/** Either of the two areas, with the jackknife's interval: they are smooth, and a bootstrap takes fifty times as long. */
export function riskCoverageArea(
  items: readonly Scored[],
  area: (items: readonly Scored[]) => number | undefined,
): Estimate | undefined {
  return jackknife(byCluster(items), (clusters) => area(clusters.flat()), { scale: 'log', n: items.length });
}

/** The most that can be answered at a risk of at most that. Its interval holds the thresholds whose risk is not clearly another
 *  (95 %, by clusters), widened by how unsure their coverage is, square by square (Zou & Donner 2008). It takes risk to grow
 *  with coverage. Undefined of no items. */
export function coverageAtRisk(items: readonly Scored[], risk: number): Bounded | undefined {
  const n = items.length;
  if (n === 0) return undefined;
  const sizes = byCluster(items).map((group) => group.length);
  const place = new Map([...new Set(items.map(({ cluster }) => cluster))].map((cluster, i) => [cluster, i]));
  const answered = sizes.map(() => 0);
  const mistakes = sizes.map(() => 0);
  const covered = () => proportion(sizes.map((size, i) => ({ right: answered[i]!, n: size })));
  let reached = covered();
  let [low, high] = [0, 0];
  for (const tied of byScore(items)) {
    for (const { cluster, right } of tied) {
      answered[place.get(cluster)!]!++;
      if (!right) mistakes[place.get(cluster)!]!++;
    }
    const found = proportion(answered.map((of, i) => ({ right: mistakes[i]!, n: of })));
    if (found.value <= risk) reached = covered();
    if (found.high <= risk) low = covered().value;
    if (found.low <= risk) high = covered().value;
  }
  const { value } = reached;
  return {
    value,
    low: Math.max(0, value - Math.hypot(value - Math.min(low, value), value - reached.low)),
    high: Math.min(1, value + Math.hypot(Math.max(high, value) - value, reached.high - value)),
    n,
  };
}

/** Items of one score together, the highest first. */
function byScore(items: readonly Scored[]): readonly (readonly Scored[])[] {
  const groups: Scored[][] = [];
  for (const item of [...items].sort((a, b) => b.score - a.score)) {
    const group = groups.at(-1);
    if (group && group[0]!.score === item.score) group.push(item);
    else groups.push([item]);
  }
  return groups;
}
