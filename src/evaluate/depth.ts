/** K7, success against depth: what each further level of amplification brings on one set of questions at one budget, and what it
 *  costs.
 *      gain(d) = acc(d) − acc(d − 1)          cost ratio(d) = cost(d) / cost(d − 1)
 *  The knee is the last depth that is still surely worth something: up to it every gain is above 0 with its whole interval. */

import { byCluster, type Clustered, shareOf } from '../statistics/clustered.ts';
import type { Estimate } from '../statistics/estimate.ts';
import { jackknifeOfSums } from '../statistics/jackknife.ts';
import type { Proportion } from '../statistics/proportion.ts';
import { positiveRatio } from '../statistics/ratio.ts';

/** One question answered at one depth, 0 being the assistant alone; `cluster` is its context. */
export interface Attempt extends Clustered {
  readonly depth: number;
  /** Such as a level or a length. */
  readonly questionClass: string;
  readonly right: boolean;
  /** Any unit, the same for all: tokens, calls, seconds. */
  readonly cost: number;
}

export interface AtDepth {
  readonly depth: number;
  /** 0 … 1. */
  readonly accuracy: Proportion;
  /** Mean cost of a question. */
  readonly cost: number;
  /** Over the depth before, −1 … 1; undefined at the first. */
  readonly gain: Estimate | undefined;
  /** Over the depth before; undefined at the first, and where that one cost nothing. */
  readonly costRatio: Estimate | undefined;
  readonly classes: readonly { readonly questionClass: string; readonly accuracy: Proportion }[];
}

export interface SuccessByDepth {
  /** Shallowest first. */
  readonly depths: readonly AtDepth[];
  /** d*; the first depth where none is worth it. */
  readonly knee: number;
}

/** Undefined of no attempts. Gains and ratios are over the contexts that both depths share: ask the same questions at each. */
export function successByDepth(attempts: readonly Attempt[]): SuccessByDepth | undefined {
  const depths = [...new Set(attempts.map(({ depth }) => depth))].sort((a, b) => a - b);
  if (depths.length === 0) return undefined;
  const found = depths.map((depth, i) => atDepth(attempts, depth, depths[i - 1]));
  const end = found.findIndex(({ gain }, i) => i > 0 && !(gain?.low != null && gain.low > 0));
  return { depths: found, knee: found[end === -1 ? found.length - 1 : end - 1]!.depth };
}

function atDepth(attempts: readonly Attempt[], depth: number, before: number | undefined): AtDepth {
  const here = attempts.filter((attempt) => attempt.depth === depth);
  const classes = [...new Set(here.map(({ questionClass }) => questionClass))].sort();
  const both = attempts.filter((attempt) => attempt.depth === depth || attempt.depth === before);
  const isRight = ({ right }: Attempt) => right;
  return {
    depth,
    accuracy: shareOf(here, isRight)!,
    cost: here.reduce((sum, { cost }) => sum + cost, 0) / here.length,
    gain: before === undefined ? undefined : gainOf(both, depth),
    costRatio: before === undefined ? undefined : costRatioOf(both, depth),
    classes: classes.map((questionClass) => ({
      questionClass,
      accuracy: shareOf(
        here.filter((attempt) => attempt.questionClass === questionClass),
        isRight,
      )!,
    })),
  };
}

function gainOf(attempts: readonly Attempt[], depth: number): Estimate | undefined {
  const vectors = byCluster(attempts).map((group) => {
    const [deep, shallow] = parts(group, depth);
    return [rights(deep), deep.length, rights(shallow), shallow.length];
  });
  return jackknifeOfSums(
    vectors,
    ([deep, ofDeep, shallow, ofShallow]) =>
      ofDeep! > 0 && ofShallow! > 0 ? deep! / ofDeep! - shallow! / ofShallow! : undefined,
    { n: attempts.filter((attempt) => attempt.depth === depth).length },
  );
}

function costRatioOf(attempts: readonly Attempt[], depth: number): Estimate | undefined {
  return positiveRatio(
    byCluster(attempts).map((group) => {
      const [deep, shallow] = parts(group, depth);
      return { above: costs(deep), aboveOf: deep.length, below: costs(shallow), belowOf: shallow.length };
    }),
  );
}

function parts(group: readonly Attempt[], depth: number): readonly [readonly Attempt[], readonly Attempt[]] {
  return [
    group.filter((attempt) => attempt.depth === depth),
    group.filter((attempt) => attempt.depth !== depth),
  ];
}

function rights(attempts: readonly Attempt[]): number {
  return attempts.filter(({ right }) => right).length;
}

function costs(attempts: readonly Attempt[]): number {
  return attempts.reduce((sum, { cost }) => sum + cost, 0);
}
