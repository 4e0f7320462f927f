/** People as they may be, played by a script: they tire, sit in panels that agree so and so often, take their time, mean harm,
 *  and change their minds. With the random, deterministic and systematic mistakes of `noisy`, these are all the ways in which
 *  estimators are tried on planted truth. Each is an overseer around another one and, like any, a pure function of the
 *  workspace: what people remember, such as how much they did today, is an argument when they are made. «Simulated» stands
 *  in their names. */

import { CapstanError, expectInteger } from '../base/errors.ts';
import { Random } from '../base/random.ts';
import { unknown } from '../core/answer.ts';
import type { Overseer } from '../core/assistant.ts';
import { reply } from '../core/workspace.ts';
import { erring, expectShare, mistaken, type NoisyTask } from './noisy.ts';

export interface Fatigue {
  /** Content keys of the questions of one sitting, in the order in which they are worked through. */
  readonly queue: readonly string[];
  /** Share of the replies that err at its beginning and at its end, 0 … 1; in between along a line. */
  readonly fresh: number;
  readonly tired: number;
  readonly seed: number;
}

/** Errs the more the later a question stands in the queue; in one that does not stand there as at the beginning. */
export function tiring<Q, A>(
  overseer: Overseer<Q, A>,
  { queue, fresh, tired, seed }: Fatigue,
  task: NoisyTask<Q, A>,
): Overseer<Q, A> {
  expectShare('fresh', fresh);
  expectShare('tired', tired);
  const places = new Map([...queue].reverse().map((key, i) => [key, queue.length - 1 - i]));
  const root = Random.seeded(seed).split('fatigue');
  const name = `simulated, tiring from ${percent(fresh)} to ${percent(tired)} errors in ${queue.length}`;
  return erring(overseer, name, task, ({ question }, own, sort) => {
    const key = task.key(question);
    const share = (places.get(key) ?? 0) / Math.max(1, queue.length - 1);
    return mistaken(root.split(key), fresh + share * (tired - fresh), own, sort);
  });
}

export interface Panel {
  readonly members: number;
  /** Share of the replies of each that err, 0 … 1. */
  readonly rate: number;
  /** Cohen's κ between any two, from what independent mistakes leave (`kappaOf`) to 1. */
  readonly kappa: number;
  /** How many answers a question may have, ≥ 2, each right equally often. */
  readonly answers: number;
  readonly seed: number;
}

/** κ of two who err independently at that rate, over so many answers: (p_o − p_e) / (1 − p_e) with p_e = 1/answers and
 *  p_o = (1 − rate)² + rate² / (answers − 1). (Cohen 1960) */
export function kappaOf(rate: number, answers: number): number {
  const chance = 1 / answers;
  return ((1 - rate) ** 2 + rate ** 2 / (answers - 1) - chance) / (1 - chance);
}

/** People who judge the same questions. At some questions all of them say the same, right or wrong, as if one had spoken; that
 *  share is chosen so that κ is as demanded: mistakes in common are what raises it. */
export function panel<Q, A>(
  overseer: Overseer<Q, A>,
  { members, rate, kappa, answers, seed }: Panel,
  task: NoisyTask<Q, A>,
): readonly Overseer<Q, A>[] {
  expectInteger('members', members, 1, 1000);
  expectInteger('answers', answers, 2, Number.MAX_SAFE_INTEGER);
  expectShare('rate', rate);
  const least = kappaOf(rate, answers);
  if (!(kappa >= least && kappa <= 1))
    throw new CapstanError('invalid', `kappa: expected from ${least.toFixed(3)} to 1, got ${kappa}`);
  const common = least === 1 ? 0 : (kappa - least) / (1 - least);
  const root = Random.seeded(seed).split('panel');
  return Array.from({ length: members }, (_, member) => {
    const name = `simulated, member ${member + 1} of ${members} at κ ${kappa}`;
    return erring(overseer, name, task, ({ question }, own, sort) => {
      const asked = root.split(task.key(question));
      const isCommon = asked.split('common').uniform() < common;
      return mistaken(isCommon ? asked.split('all') : asked.split(member), rate, own, sort);
    });
  });
}

export interface Adversary {
  /** Share of the questions at which it lies, 0 … 1. */
  readonly share: number;
  /** Word of the answer that it wants heard. */
  readonly aim: number;
  readonly seed: number;
}

/** Wants one answer heard, and gives it in place of its own, as surely, wherever it could be one; elsewhere it says the truth,
 *  and so it does at most questions if `share` is small: it would be found out. */
export function adversarial<Q, A>(
  overseer: Overseer<Q, A>,
  { share, aim, seed }: Adversary,
  task: NoisyTask<Q, A>,
): Overseer<Q, A> {
  expectShare('share', share);
  const root = Random.seeded(seed).split('adversary');
  const name = `simulated, lying in ${percent(share)} towards word ${aim}`;
  return erring(overseer, name, task, ({ question }, own, [first, last]) => {
    const lies = root.split(task.key(question)).uniform() < share;
    return lies && aim >= first && aim <= last ? aim : own;
  });
}

export interface Revision<Q> {
  /** Of the new policy; goes into the origin, so that nothing remembered of the old one is taken for it. */
  readonly version: string;
  /** Where the new policy differs. */
  isFlipped(question: Q): boolean;
}

/** H_{v+1} from H_v: on the flip set it says the next answer of the sort, after the last the first, elsewhere the same. */
export function revised<Q, A>(
  overseer: Overseer<Q, A>,
  { version, isFlipped }: Revision<Q>,
  task: NoisyTask<Q, A>,
): Overseer<Q, A> {
  const changed = erring(overseer, `simulated, by policy ${version}`, task, ({ question }, own, sort) => {
    const [first, last] = sort;
    if (!isFlipped(question)) return own;
    return own === last ? first : own + 1;
  });
  return { ...changed, origin: { ...changed.origin, version } };
}

export interface Pace {
  /** Seconds of a person's time that one action takes, integers ≥ 0. */
  readonly ask: number;
  readonly reply: number;
  readonly escalate: number;
  /** Seconds until they look at what waits for them, ≥ 0. */
  readonly latency: number;
}

/** Takes its time out of the budget's `seconds`; what is not affordable is "unknown: budget". `wait` lets the latency pass,
 *  once for each batch. What it says is otherwise the same. */
export function paced<Q, A>(
  overseer: Overseer<Q, A>,
  pace: Pace,
  wait: (seconds: number) => Promise<void>,
): Overseer<Q, A> {
  for (const [name, seconds] of Object.entries(pace))
    if (!(seconds >= 0)) throw new CapstanError('invalid', `${name}: expected seconds ≥ 0, got ${seconds}`);
  return {
    origin: { ...overseer.origin, name: `${overseer.origin.name} simulated, taking time` },
    async act(workspaces, scope) {
      if (workspaces.length > 0) await wait(pace.latency);
      const actions = await overseer.act(workspaces, scope);
      return actions.map((action) => {
        const seconds = pace[action.kind];
        return scope.budget.take('seconds', seconds) < seconds ? reply(unknown('budget')) : action;
      });
    },
  };
}

/** Six digits: 100 · 0.07 is 7.000000000000001. */
function percent(share: number): string {
  return `${Number((100 * share).toPrecision(6))} %`;
}
