/** A ratio of two means over the same clusters, such as the mistakes of one assistant to those of another. */

import type { Estimate } from './estimate.ts';
import { jackknifeOfSums } from './jackknife.ts';
import { type Proportion, proportion } from './proportion.ts';

/** Of one cluster; either part may be empty. */
export interface RatioCount {
  /** Above the line: the sum over so many items. */
  readonly above: number;
  readonly aboveOf: number;
  readonly below: number;
  readonly belowOf: number;
}

/** (Σ above / Σ aboveOf) / (Σ below / Σ belowOf), 0 or more; its interval is symmetric in the logarithm, by the jackknife.
 *  Undefined where either part has no items or what is below is 0. Without an interval where the jackknife has none. */
export function positiveRatio(clusters: readonly RatioCount[], n?: number): Estimate | undefined {
  const vectors = clusters.map(({ above, aboveOf, below, belowOf }) => [above, aboveOf, below, belowOf]);
  return jackknifeOfSums(
    vectors,
    ([above, aboveOf, below, belowOf]) => {
      if (!(aboveOf! > 0 && belowOf! > 0 && below! > 0)) return undefined;
      return above! / aboveOf! / (below! / belowOf!);
    },
    { scale: 'log', n: n ?? clusters.reduce((sum, one) => sum + one.aboveOf, 0) },
  );
}

/** The same of shares, all counts whole numbers. Where the jackknife has no interval, as of no mistakes above the line, it
 *  is what the two intervals leave possible: conservative. */
export function ratioOfShares(clusters: readonly RatioCount[]): Estimate | undefined {
  const found = positiveRatio(clusters);
  if (!found || found.low !== null) return found;
  const above = proportion(clusters.map((one) => ({ right: one.above, n: one.aboveOf })));
  const below = proportion(clusters.map((one) => ({ right: one.below, n: one.belowOf })));
  return { ...found, ...widest(above, below) };
}

function widest(
  above: Proportion,
  below: Proportion,
): { readonly low: number; readonly high: number | null } {
  return { low: above.low / below.high, high: below.low > 0 ? above.high / below.low : null };
}
