/** K8, cost per correct answer, and how long one waits for it.
 *      cost = (price·tokens + price·CPU seconds + price·human minutes) / right answers
 *  Quantiles of latency have Woodruff's interval (1952): the values below which
 *  there lies a share that could be the one asked for, counting contexts for what they are. */

import { byCluster, type Clustered, meanOfItems } from '../statistics/clustered.ts';
import type { Bounded, Estimate } from '../statistics/estimate.ts';
import { jackknifeOfSums } from '../statistics/jackknife.ts';
import { effectiveSize } from '../statistics/proportion.ts';
import { positiveRatio } from '../statistics/ratio.ts';
import { studentQuantile } from '../statistics/student.ts';

/** What a root question took; `cluster` is its context. */
export interface Answered extends Clustered {
  readonly right: boolean;
  readonly tokens: number;
  readonly cpuSeconds: number;
  /** Declared minutes per action where people are simulated. */
  readonly humanMinutes: number;
  /** From question to answer. */
  readonly latencyMs?: number;
}

/** In one currency. */
export interface UnitCosts {
  readonly token: number;
  readonly cpuSecond: number;
  readonly humanMinute: number;
}

export interface Cost {
  /** Per right answer, in that currency; undefined where none is right. */
  readonly perCorrect: Estimate | undefined;
  /** Per answer, right or not. */
  readonly perAnswer: Estimate;
  /** Milliseconds until half, and until 95 %, of the answers are there; undefined where no latency is known. */
  readonly latency: { readonly median: Bounded; readonly p95: Bounded } | undefined;
}

/** Undefined of no answers. */
export function costOf(answers: readonly Answered[], costs: UnitCosts): Cost | undefined {
  const spent = ({ tokens, cpuSeconds, humanMinutes }: Answered) =>
    costs.token * tokens + costs.cpuSecond * cpuSeconds + costs.humanMinute * humanMinutes;
  if (answers.length === 0) return undefined;
  const sums = byCluster(answers).map((group) => [
    group.reduce((sum, answer) => sum + spent(answer), 0),
    group.length,
    group.filter(({ right }) => right).length,
  ]);
  // Few answers cost much more than most do: on the scale of logarithms that is symmetric enough.
  const ratioTo = (place: 1 | 2) =>
    jackknifeOfSums(sums, (total) => (total[place]! > 0 ? total[0]! / total[place]! : undefined), {
      scale: 'log',
      n: answers.length,
    });
  const [perAnswer, perCorrect] = [ratioTo(1)!, ratioTo(2)];
  const timed = answers.flatMap(({ cluster, latencyMs }) =>
    latencyMs === undefined ? [] : [{ cluster, value: latencyMs }],
  );
  const [median, p95] = [quantile(timed, 0.5), quantile(timed, 0.95)];
  return { perCorrect, perAnswer, latency: median && p95 && { median, p95 } };
}

/** The least value that a share of the items does not exceed; undefined of no items. An end that the data do not reach is
 *  the least or greatest value seen, so that few items give too short an interval at extreme shares. */
export function quantile(
  items: readonly (Clustered & { readonly value: number })[],
  share: number,
): Bounded | undefined {
  const n = items.length;
  if (n === 0) return undefined;
  const sorted = items.map(({ value }) => value).sort((a, b) => a - b);
  const at = (rank: number) => sorted[Math.min(n, Math.max(1, rank)) - 1]!;
  const value = at(Math.ceil(share * n));
  const below = byCluster(items).map((group) => ({
    right: group.filter((item) => item.value <= value).length,
    n: group.length,
  }));
  if (below.length < 2) return { value, low: at(1), high: at(n), n };
  const spread = studentQuantile(below.length - 1) * Math.sqrt((share * (1 - share)) / effectiveSize(below));
  return {
    value,
    low: at(Math.floor((share - spread) * n)),
    high: at(Math.floor((share + spread) * n) + 1),
    n,
  };
}

/** The same question to the distilled assistant and to its teacher. */
export interface ComparedCost extends Clustered {
  readonly student: { readonly right: boolean; readonly tokens: number };
  readonly teacher: { readonly right: boolean; readonly tokens: number };
}

export interface TokenRatio {
  /** tokens(X_{n+1}) / tokens(A_n), of a question; undefined where the teacher used none. */
  readonly ratio: Estimate | undefined;
  /** acc X_{n+1} − acc A_n, −1 … 1: the ratio means something where 0 is not clearly outside. */
  readonly accuracyDifference: Estimate;
}

/** Undefined of no questions. */
export function tokenRatio(items: readonly ComparedCost[]): TokenRatio | undefined {
  const accuracyDifference = meanOfItems(
    items,
    ({ student, teacher }) => (student.right ? 1 : 0) - (teacher.right ? 1 : 0),
  );
  if (!accuracyDifference) return undefined;
  const ratio = positiveRatio(
    byCluster(items).map((group) => ({
      above: group.reduce((sum, { student }) => sum + student.tokens, 0),
      aboveOf: group.length,
      below: group.reduce((sum, { teacher }) => sum + teacher.tokens, 0),
      belowOf: group.length,
    })),
  );
  return { ratio, accuracyDifference };
}

/** A stretch of a run, such as an iteration. */
export interface Waiting extends Clustered {
  /** Seconds in which computers stood idle because people had to answer first. */
  readonly idleSeconds: number;
  readonly wallSeconds: number;
}

/** Idle seconds / wall seconds, 0 … 1; undefined where no time passed. */
export function humanWaitShare(stretches: readonly Waiting[]): Estimate | undefined {
  return jackknifeOfSums(
    byCluster(stretches).map((group) => [
      group.reduce((sum, { idleSeconds }) => sum + idleSeconds, 0),
      group.reduce((sum, { wallSeconds }) => sum + wallSeconds, 0),
    ]),
    ([idle, wall]) => (wall! > 0 ? idle! / wall! : undefined),
    { scale: 'logit', n: stretches.length },
  );
}
