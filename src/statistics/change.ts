/** Evidence that a mean has risen above a bound since some moment that nobody knows. Money is put aside for every moment from
 *  which the rise might be, 1/(k(k+1)) for the k-th, and is bet from then on (`bets`):
 *      E_t = Σ_{k ≤ t} W_{k..t} / (k(k+1)) + 1/(t+1)
 *  An average of fair games is one, so as long as the mean is no more than the bound it ever reaches 1/α with a chance of at most α, however
 *  long one watches, whatever the distribution (Ville 1939). It is the e-detector of Shin, Ramdas & Rinaldo (2024, §2) with a
 *  spending sequence, which bounds the chance of a false alarm and not only how seldom they come. `cusum` needs fewer numbers
 *  but wants to know how they are distributed. */

import { logSum, type Stakes, UNDECIDED } from './bets.ts';

/** Where it stands. Plain data. */
export interface Change {
  /** Moments so far. */
  readonly moments: number;
  /** The log of what each stake owns, of all moments together; −1e308 stands for nothing. */
  readonly logs: readonly number[];
}

/** JSON knows no infinity. */
const NOTHING = -1e308;

export const UNCHANGED: Change = { moments: 0, logs: UNDECIDED.logs.map(() => NOTHING) };

/** After the numbers of one moment, which were drawn before it was known what they would be. */
export function watched(change: Change, values: readonly number[], { exceeds, each }: Stakes): Change {
  const moments = change.moments + 1;
  const fresh = -Math.log(moments * (moments + 1));
  return {
    moments,
    logs: change.logs.map((log, i) => {
      const gained = values.reduce((sum, x) => sum + Math.log1p(each[i]! * (x - exceeds)), 0);
      return logSum([log, UNDECIDED.logs[i]! + fresh]) + gained;
    }),
  };
}

/** Natural logarithm of E_t. */
export function changeOf({ moments, logs }: Change): number {
  return logSum([...logs, -Math.log(moments + 1)]);
}
