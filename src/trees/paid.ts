/** What costs time and money: so many at a time, each with what it cost, and not begun where it could not be kept. A place is
 *  given back when what came of it is kept: what the end of a process makes us ask again is no more than was in flight. */

import type { Scope } from '../core/budget.ts';
import type { Spent } from '../transcript/node.ts';
import type { Memory } from './memory.ts';
import type { Slots } from './slots.ts';

export interface Paid {
  /** For which it was asked, and which paid. */
  readonly run?: string;
  readonly spent: Spent;
  /** ISO 8601 in UTC. */
  readonly began: string;
  readonly ended: string;
}

export interface PayingOptions<Q extends object, A> {
  readonly memory: Memory<Q, A>;
  readonly slots: Slots;
  /** Who pays. */
  readonly run: string;
  /** ISO 8601 in UTC. */
  readonly now: () => string;
}

export function paying<Q extends object, A, T, R>(
  { memory, slots, run, now }: PayingOptions<Q, A>,
  scope: Scope,
  ask: (scope: Scope) => Promise<T>,
  keep: (said: T, paid: Paid) => Promise<R>,
): Promise<R> {
  return slots.run(scope, async () => {
    memory.database.assertSound();
    const began = now();
    const meter = scope.budget.split()!; // without a share of its own it is only a meter
    const said = await ask({ ...scope, budget: meter });
    meter.close();
    const { calls, tokens, micros, seconds } = meter.spent;
    return keep(said, { run, spent: { calls, tokens, micros, seconds }, began, ended: now() });
  });
}
