/** How fast X takes up changed norms, and what it keeps (K12). H_v becomes H_{v+1}, which answers otherwise on a flip set and
 *  alike on a keep set; from then on X is looked at again and again, on the same questions.
 *      uptake      agreement with H_{v+1} on the flip set          retention   the same on the keep set
 *      stale rate  P(X says what H_v said | flip set)              consistency harmonic mean of uptake and retention
 *      half-life   from the change until uptake is half of what it settles at
 *  Uptake is smoothed to never fall before it is asked when it was half: a lucky look early would make it too short. */

import { CapstanError } from '../base/errors.ts';
import type { Random } from '../base/random.ts';
import { bootstrap } from '../statistics/bootstrap.ts';
import { byCluster, type Clustered, shareOf } from '../statistics/clustered.ts';
import type { Estimate } from '../statistics/estimate.ts';
import { isotonic } from '../statistics/isotonic.ts';
import { jackknifeOfSums, sumOf } from '../statistics/jackknife.ts';
import type { Proportion } from '../statistics/proportion.ts';

/** One question at one look; `cluster` is its context. */
export interface NormAnswer extends Clustered {
  /** When: iterations, or labels that H gave, since the change; 0 is just before anything was learned of it. */
  readonly at: number;
  /** Whether H_v and H_{v+1} differ here. */
  readonly isFlipped: boolean;
  /** X says what H_{v+1} says; what H_v said. */
  readonly agreesNew: boolean;
  readonly agreesOld: boolean;
}

export interface NormLook {
  readonly at: number;
  /** All 0 … 1. */
  readonly uptake: Proportion;
  readonly stale: Proportion;
  /** Undefined without a keep set. */
  readonly retention: Proportion | undefined;
  readonly consistency: Estimate | undefined;
}

/** In order of time; looks without a flipped question are left out. */
export function normLooks(answers: readonly NormAnswer[]): readonly NormLook[] {
  return timesOf(answers).flatMap((at): readonly NormLook[] => {
    const look = answers.filter((one) => one.at === at);
    const [flipped, kept] = [true, false].map((isFlipped) =>
      look.filter((one) => one.isFlipped === isFlipped),
    ) as [NormAnswer[], NormAnswer[]];
    const uptake = shareOf(flipped, (one) => one.agreesNew);
    const stale = shareOf(flipped, (one) => one.agreesOld);
    if (!uptake || !stale) return [];
    const retention = shareOf(kept, (one) => one.agreesNew);
    const consistency = jackknifeOfSums(
      byCluster(look).map((group) => [
        ...countsOf(group.filter((one) => one.isFlipped)),
        ...countsOf(group.filter((one) => !one.isFlipped)),
      ]),
      harmonic,
      { scale: 'logit', n: look.length },
    );
    return [{ at, uptake, stale, retention, consistency }];
  });
}

export interface HalfLifeOptions {
  /** Looks at the end over which uptake counts as settled; their mean is the steady uptake. At least 1. */
  readonly steadyLooks: number;
  /** Of the bootstrap; 2,000 unless said otherwise. */
  readonly draws?: number;
}

/** In the unit of `at`, n contexts; interval by the bootstrap over contexts. 0 where the first look has half already.
 *  Undefined of fewer than two looks, or where the last looks have taken up no more than the first. */
export function halfLife(
  answers: readonly NormAnswer[],
  { steadyLooks, ...options }: HalfLifeOptions,
  random: Random,
): Estimate | undefined {
  const flipped = answers.filter((one) => one.isFlipped);
  const times = timesOf(flipped);
  if (times.length < 2) return undefined;
  if (!(steadyLooks >= 1 && steadyLooks < times.length))
    throw new CapstanError(
      'invalid',
      `steady looks: expected from 1 to ${times.length - 1}, got ${steadyLooks}`,
    );
  // Of each context, for each look: questions, and answers that agree with the new norm.
  const contexts = byCluster(flipped).map((group) =>
    times.flatMap((at) => countsOf(group.filter((one) => one.at === at))),
  );
  const of = (drawn: readonly (readonly number[])[]) => halfOf(times, sumOf(drawn), steadyLooks);
  return bootstrap(contexts, of, random.split('half-life'), options);
}

function halfOf(times: readonly number[], sums: readonly number[], steadyLooks: number): number | undefined {
  const looks = times.map((at, i) => ({ at, n: sums[2 * i]!, right: sums[2 * i + 1]! }));
  if (looks.some(({ n }) => n === 0)) return undefined;
  const steady = looks.slice(-steadyLooks).reduce((sum, { n, right }) => sum + right / n, 0) / steadyLooks;
  if (steady <= looks[0]!.right / looks[0]!.n) return undefined;
  const uptake = isotonic(looks.map(({ n, right }) => ({ value: right / n, weight: n })));
  const after = uptake.findIndex((share) => share >= steady / 2);
  if (after <= 0) return after === 0 ? times[0] : undefined;
  const [from, to] = [uptake[after - 1]!, uptake[after]!];
  return times[after - 1]! + ((steady / 2 - from) / (to - from)) * (times[after]! - times[after - 1]!);
}

function timesOf(answers: readonly NormAnswer[]): readonly number[] {
  return [...new Set(answers.map(({ at }) => at))].sort((a, b) => a - b);
}

function countsOf(answers: readonly NormAnswer[]): readonly [n: number, right: number] {
  return [answers.length, answers.filter((one) => one.agreesNew).length];
}

function harmonic([flipped, taken, kept, retained]: readonly number[]): number | undefined {
  if (!flipped || !kept) return undefined;
  const [uptake, retention] = [taken! / flipped, retained! / kept];
  return uptake + retention === 0 ? 0 : (2 * uptake * retention) / (uptake + retention);
}
