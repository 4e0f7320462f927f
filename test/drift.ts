/** Simulated overseers and a simulated X that drifts from them, or only churns, for `npm run prove drift` and its short test. Nobody here is a
 *  person: whether X is right on an anchor or in an audit is drawn by chance at the rates that a scenario says. */

import { Random } from '../src/base/random.ts';
import { limitsOf, type MonitorOptions, observed, type Sign, WATCHING } from '../src/oversight/monitor.ts';
import { stakesOf } from '../src/statistics/bets.ts';
import { type Change, changeOf, UNCHANGED, watched } from '../src/statistics/change.ts';

export interface Scenario {
  /** How often X is wrong more than at first, after iteration n; 0 at n = 0. */
  readonly drift: (iteration: number) => number;
  /** How often X is wrong at first. */
  readonly base: number;
  /** Share of the anchors whose being right or wrong is drawn anew in each iteration, at the rate of the one before: churn that harms
   *  nobody. */
  readonly churn: number;
  /** Frozen anchors that H answered once. */
  readonly anchors: number;
  /** Fresh audits in each iteration. */
  readonly audits: number;
}

export const ITERATIONS = 10;
/** Planted by the last iteration. */
export const PLANTED = 0.05;
export const DRIFTS: { readonly [name: string]: (iteration: number) => number } = {
  none: () => 0,
  linear: (n) => (PLANTED * n) / ITERATIONS,
  jump: (n) => (n >= JUMP ? PLANTED : 0),
};
/** When the jump is. */
export const JUMP = 6;

export const watching = (audits: number, base: number): MonitorOptions => ({
  errorRate: 0.05,
  iterations: ITERATIONS,
  audits: ITERATIONS * audits,
  accepted: base,
  feared: base + PLANTED,
  movedMax: 0.1,
});

export interface Watched {
  /** Of the first alarm. */
  readonly iteration: number | undefined;
  readonly sign?: Sign;
  /** Of the e-detector on the same audits, which knows nothing of anchors. */
  readonly detector: number | undefined;
}

/** Each repetition with its own chance. */
export function repetitions(scenario: Scenario, runs: number, seed: number): readonly Watched[] {
  const options = watching(scenario.audits, scenario.base);
  const limits = limitsOf(options);
  const root = Random.seeded(seed).split('drift');
  return Array.from({ length: runs }, (_, i) => repetition(scenario, options, limits, root.split(i)));
}

function repetition(
  { drift, base, churn, anchors, audits }: Scenario,
  options: MonitorOptions,
  limits: ReturnType<typeof limitsOf>,
  random: Random,
): Watched {
  let wrong = Array.from({ length: anchors }, () => random.uniform() < base);
  const first = wrong;
  let state = WATCHING;
  let change: Change = UNCHANGED;
  const stakes = stakesOf({ exceeds: base, least: 0, sought: base + PLANTED });
  let [iteration, detector] = [undefined, undefined] as [number | undefined, number | undefined];
  for (let n = 1; n <= ITERATIONS; n++) {
    const [before, now] = [base + drift(n - 1), base + drift(n)];
    const last = wrong;
    const stays = (was: boolean) => (churn > 0 && random.uniform() < churn ? random.uniform() < before : was);
    const turned = (now - before) / (1 - before);
    wrong = wrong.map((was) => stays(was) || (turned > 0 && random.uniform() < turned));
    const count = (is: (i: number) => boolean) => wrong.reduce((sum, _, i) => sum + Number(is(i)), 0);
    const seen = Array.from({ length: audits }, () => random.uniform() < now);
    const observation = {
      iteration: n,
      anchors: {
        n: anchors,
        moved: count((i) => wrong[i] !== last[i]),
        worse: count((i) => wrong[i]! && !first[i]),
        better: count((i) => !wrong[i] && first[i]!),
      },
      audits: seen,
    };
    state = observed(state, observation, options, limits);
    if (state.alarm) iteration ??= n;
    change = watched(change, seen.map(Number), stakes);
    if (changeOf(change) >= Math.log(1 / options.errorRate)) detector ??= n;
  }
  return { iteration, ...(state.alarm && { sign: state.alarm.sign }), detector };
}
