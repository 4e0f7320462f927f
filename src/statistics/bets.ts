/** Evidence that a mean is more than some value, by several stakes at once. Each stake λ is a gambler who bets at fair odds,
 *      W_t(λ) = Π (1 + λ (x_i − m)),   0 ≤ λ < 1 / (m − least)
 *  and the evidence is what they own together, shared out before the first number. If the mean, given all before, is never more than m, it
 *  ever reaches 1/α with a chance of at most α, whenever one stops (Ville 1939; Waudby-Smith & Ramdas 2024, §4.4 on grids of
 *  stakes). Half is bet as is best where a share is what one hopes for (Kelly 1956), the rest over the whole range, so that evidence
 *  of any excess comes in the end. Beside `evidence`, whose stakes follow the numbers, it needs fewer of them where the excess is
 *  small (docs/log.md), and its state is plain data. */

import { CapstanError } from '../base/errors.ts';

export interface BetOptions {
  /** The value that the mean is to exceed, m; above `least`, below 1. */
  readonly exceeds: number;
  /** What the numbers are never below. They are never above 1. */
  readonly least: number;
  /** The mean that is hoped for, above `exceeds`, at most 1: where bets are best. */
  readonly sought: number;
}

/** Where they stand. Plain data: JSON keeps it exactly. */
export interface Bets {
  /** Numbers so far. */
  readonly count: number;
  /** The log of what each stake owns. */
  readonly logs: readonly number[];
}

/** Of what could be lost at once. */
const SHARES = [0.25, 0.5, 0.75, 0.999] as const;
/** Of the whole, for the stake that is best at what is hoped for. */
const FOCUS = 0.5;

/** Before the first number. */
export const UNDECIDED: Bets = {
  count: 0,
  logs: [FOCUS, ...SHARES.map(() => (1 - FOCUS) / SHARES.length)].map(Math.log),
};

/** What of a whole of 1 is staked against the value, by each. */
export interface Stakes {
  readonly exceeds: number;
  readonly each: readonly number[];
}

/** Throws «invalid» where the three do not rise. */
export function stakesOf({ exceeds, least, sought }: BetOptions): Stakes {
  if (!(least < exceeds && exceeds < sought && sought <= 1))
    throw new CapstanError('invalid', `bets: expected ${least} < ${exceeds} < ${sought} ≤ 1`);
  const most = 1 / (exceeds - least);
  // Kelly's stake where numbers are `least` or 1.
  const kelly = (sought - exceeds) / ((exceeds - least) * (1 - exceeds));
  const each = [Math.min(kelly, SHARES.at(-1)! * most), ...SHARES.map((share) => share * most)];
  return { exceeds, each };
}

/** After one more number, which given those before has a mean of its own: one of a new context. */
export function settled({ count, logs }: Bets, value: number, { exceeds, each }: Stakes): Bets {
  return { count: count + 1, logs: logs.map((log, i) => log + Math.log1p(each[i]! * (value - exceeds))) };
}

/** Natural logarithm of what all own together; ln(1/α) of it is enough. */
export function evidenceOf({ logs }: Pick<Bets, 'logs'>): number {
  return logSum(logs);
}

/** ln Σ e^x */
export function logSum(logs: readonly number[]): number {
  const most = Math.max(...logs);
  return most + Math.log(logs.reduce((sum, log) => sum + Math.exp(log - most), 0));
}

/** How many numbers of 1, one after the other, are enough at this error rate: with fewer nothing can be shown. */
export function fewestFor(errorRate: number, options: BetOptions): number {
  const stakes = stakesOf(options);
  let bets = UNDECIDED;
  while (evidenceOf(bets) < Math.log(1 / errorRate)) bets = settled(bets, 1, stakes);
  return bets.count;
}
