/** What a call may cost. One `Budget` is shared by a whole tree of questions; every loop takes from it before it
 *  acts, so a limit is never exceeded, and what was refused comes back as "unknown: budget". */

import { CapstanError } from '../base/errors.ts';

export interface Limits {
  /** Overseer decisions (calls of `act`, one per workspace). */
  readonly decisions: number;
  /** Sub-questions asked. */
  readonly questions: number;
  /** Levels of questions below the root. */
  readonly depth: number;
}

export type Spending = { readonly [K in Exclude<keyof Limits, 'depth'>]: number };

export class Budget {
  readonly limits: Limits;
  readonly #spent = { decisions: 0, questions: 0 };
  #refusals = 0;

  /** Each limit is an integer ≥ 0, or Infinity. */
  constructor(limits: Partial<Limits> = {}) {
    this.limits = { decisions: Infinity, questions: Infinity, depth: Infinity, ...limits };
    for (const [name, limit] of Object.entries(this.limits))
      if (!(limit >= 0) || (limit !== Infinity && !Number.isInteger(limit)))
        throw new CapstanError('invalid', `limit ${name}: expected an integer ≥ 0 or Infinity, got ${limit}`);
  }

  get spent(): Spending {
    return { ...this.#spent };
  }

  /** Takes up to `wanted`; returns how many were granted. */
  take(kind: keyof Spending, wanted: number): number {
    const granted = Math.min(wanted, this.limits[kind] - this.#spent[kind]);
    this.#spent[kind] += granted;
    if (granted < wanted) this.refuse();
    return granted;
  }

  /** How often something was refused. An answer reached while this rose could be another on a larger budget. */
  get refusals(): number {
    return this.#refusals;
  }

  /** Notes that a limit stood in the way. */
  refuse(): void {
    this.#refusals++;
  }
}

/** What goes down with every call: the shared budget, the levels still allowed below, and the wish to stop. */
export interface Scope {
  readonly budget: Budget;
  readonly depth: number;
  readonly signal?: AbortSignal;
}

/** The scope of a root question. */
export function scope(limits: Partial<Limits> = {}, signal?: AbortSignal): Scope {
  const budget = new Budget(limits);
  return { budget, depth: budget.limits.depth, ...(signal && { signal }) };
}

/** Far more than any overseer here needs for one question, so that one that never replies comes to an end too. */
const PER_QUESTION = 64;

/** The scope of that many root questions asked together. */
export function scopeFor(questions: number): Scope {
  return scope({ decisions: PER_QUESTION * questions, questions: PER_QUESTION * questions });
}

/** The scope one level further down. */
export function below(parent: Scope): Scope {
  return { ...parent, depth: parent.depth - 1 };
}
