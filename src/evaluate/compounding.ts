/** K5, compounding uncertainty: what the mistakes of single nodes say about a root, and whether it is so.
 *      predicted  P̂ = Π over levels (1 − e)^nodes, e drawn from its posterior Beta(wrong + ½, right + ½) (Jeffreys)
 *      realised   slope and intercept of the logit of success on logit(P̂): 1 and 0 if P̂ is right (Cox 1958)
 *      horizon    H_.5 = ln ½ / ln(1 − e), nodes in a row until half of the roots are wrong
 *      ρ          intra-class correlation of the mistakes of siblings, ICC(1,1) (Shrout & Fleiss 1979): what they have in common
 *  The product of point values would hide how unsure the rates are; ρ above 0 makes it pessimistic. */

import type { Random } from '../base/random.ts';
import { betaDraw } from '../statistics/beta.ts';
import { byCluster, type Clustered } from '../statistics/clustered.ts';
import type { Bounded, Estimate } from '../statistics/estimate.ts';
import { jackknifeOfSums } from '../statistics/jackknife.ts';
import { type Count, effectiveSize, proportion } from '../statistics/proportion.ts';
import { logisticLine } from '../statistics/regression.ts';
import type { Levelled } from './levels.ts';

/** Enough to place the ends of an interval within 3 % of its width. */
const DRAWS = 4000;
const [LOW, HIGH] = [0.025, 0.975];

/** Local mistakes at a level, and how many nodes of it stand under the root that is asked about. */
export interface LevelErrors extends Levelled {
  /** Of each context: nodes right, of so many, whose children are right. */
  readonly counts: readonly Count[];
  /** 0 or more; may be a mean. */
  readonly nodes: number;
}

/** P̂, 0 … 1: mean and 95 % of the posterior, which counts nodes of one context for fewer. n is nodes counted. Undefined
 *  where a level with nodes has none counted. */
export function predictedSuccess(
  levels: readonly LevelErrors[],
  random: Random,
  draws: number = DRAWS,
): Bounded | undefined {
  const known = levels.filter(({ nodes }) => nodes > 0);
  const posteriors = known.map(({ counts, nodes }) => {
    const { value, n } = proportion(counts);
    return { value, n, size: n === 0 ? 0 : effectiveSize(counts), nodes };
  });
  if (known.length === 0 || posteriors.some(({ n }) => n === 0)) return undefined;
  const stream = random.split('posterior');
  const drawn = Array.from({ length: draws }, () =>
    posteriors.reduce((product, { value, size, nodes }) => {
      const right = betaDraw(size * value + 0.5, size * (1 - value) + 0.5, stream);
      return product * right ** nodes;
    }, 1),
  ).sort((a, b) => a - b);
  return {
    value: drawn.reduce((sum, one) => sum + one, 0) / draws,
    low: drawn[Math.floor(LOW * draws)]!,
    high: drawn[Math.ceil(HIGH * draws) - 1]!,
    n: posteriors.reduce((sum, one) => sum + one.n, 0),
  };
}

/** A root for which success was predicted; `cluster` is its context. */
export interface PredictedRoot extends Clustered {
  /** P̂, 0 … 1. */
  readonly predicted: number;
  readonly right: boolean;
}

export interface RealisedSuccess {
  /** 1: right; below, too sure of itself; above, not sure enough. */
  readonly slope: Estimate;
  /** 0: right; below, success is rarer than was predicted, at the middle of the scale. */
  readonly intercept: Estimate;
}

/** Undefined where all roots came out the same, where all were predicted the same, or where a threshold tells right from wrong
 *  without a mistake: no line is steep enough then. */
export function realisedSuccess(roots: readonly PredictedRoot[]): RealisedSuccess | undefined {
  const points = roots.map(({ cluster, predicted, right }) => ({
    cluster,
    right,
    x: Math.log(predicted / (1 - predicted)),
  }));
  return logisticLine(points.filter(({ x }) => Number.isFinite(x)));
}

export interface Horizon {
  /** Nodes; null where no mistake was seen, so that no end is in sight. */
  readonly value: number | null;
  readonly low: number;
  readonly high: number | null;
  readonly n: number;
}

/** H_.5 of nodes that err at that rate, from the interval of the rate. */
export function horizon({ value, low, high, n }: Bounded): Horizon {
  const nodes = (error: number) => (error <= 0 ? null : error >= 1 ? 0 : Math.log(0.5) / Math.log1p(-error));
  return { value: nodes(value), low: nodes(high) ?? 0, high: nodes(low), n };
}

/** A child of a node; `cluster` is its context. */
export interface Sibling extends Clustered {
  readonly parent: number | string;
  readonly wrong: boolean;
}

/** ρ, at most 1; its interval is the jackknife's over contexts. Undefined without siblings, or where all are alike. */
export function siblingCorrelation(siblings: readonly Sibling[]): Estimate | undefined {
  return intraclassCorrelation(
    siblings.map(({ cluster, parent, wrong }) => ({ cluster, group: parent, value: wrong ? 1 : 0 })),
  );
}

/** ICC(1,1) of values in groups, one-way analysis of variance; groups may differ in size. */
export function intraclassCorrelation(
  items: readonly (Clustered & { readonly group: number | string; readonly value: number })[],
): Estimate | undefined {
  // Sums of a cluster: groups, items, values, squares, of each group total²/size, size².
  const vectors = byCluster(items).map((cluster) => {
    const groups = byCluster(cluster.map(({ group, value }) => ({ cluster: group, value }))).map((group) => ({
      size: group.length,
      total: group.reduce((sum, { value }) => sum + value, 0),
    }));
    return [
      groups.length,
      cluster.length,
      cluster.reduce((sum, { value }) => sum + value, 0),
      cluster.reduce((sum, { value }) => sum + value ** 2, 0),
      groups.reduce((sum, { size, total }) => sum + total ** 2 / size, 0),
      groups.reduce((sum, { size }) => sum + size ** 2, 0),
    ];
  });
  const found = jackknifeOfSums(
    vectors,
    ([groups, n, sum, squares, between, sizes]) => {
      if (groups! < 2 || n! <= groups!) return undefined;
      const usual = (n! - sizes! / n!) / (groups! - 1); // size of a group
      const meanBetween = (between! - sum! ** 2 / n!) / (groups! - 1);
      const meanWithin = (squares! - between!) / (n! - groups!);
      const all = meanBetween + (usual - 1) * meanWithin;
      return all <= 0 ? undefined : (meanBetween - meanWithin) / all;
    },
    { n: items.length },
  );
  return found?.high == null ? found : { ...found, high: Math.min(1, found.high) };
}
