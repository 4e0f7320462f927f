/** What a call may cost. One `Budget` is shared by a whole tree of questions; every loop takes from it before it
 *  acts, so a limit is never exceeded, and what was refused comes back as "unknown: budget". What only shows
 *  afterwards what it costs reserves the most that it can, and gives back what it did not need:
 *
 *      limit = spent + held + left        held: reserved by calls under way, and lent to children
 *
 *  A budget splits into children. What a child spends counts for all above it; of what the child is given a share
 *  of, it can spend no more, nobody else can spend that, and what it leaves goes back when it is closed. */

import { CapstanError, invariant } from '../base/errors.ts';

export interface Limits {
  /** Overseer decisions (calls of `act`, one per workspace). */
  readonly decisions: number;
  /** Sub-questions asked. */
  readonly questions: number;
  /** Calls of a language model, every attempt, judges and critics included. */
  readonly calls: number;
  /** Tokens read and written by language models. */
  readonly tokens: number;
  /** Money, in millionths of a dollar. */
  readonly micros: number;
  /** Time of people. */
  readonly seconds: number;
  /** Levels of questions below the root. */
  readonly depth: number;
}

export type Kind = Exclude<keyof Limits, 'depth'>;
export type Spending = { readonly [K in Kind]: number };

const KINDS = [
  'decisions',
  'questions',
  'calls',
  'tokens',
  'micros',
  'seconds',
] as const satisfies readonly Kind[];

/** Something that is under way, and the most that it may cost. */
export interface Reservation {
  /** Once it is known what it cost. More than was reserved is taken too, as far as there is any: false if there was
   *  not enough. */
  settle(spent: Partial<Spending>): boolean;
}

export class Budget {
  readonly limits: Limits;
  readonly #parent: Budget | undefined;
  /** For a child, Infinity where it has no share of its own and draws on its parent. */
  readonly #cap: { [K in Kind]: number };
  readonly #spent = none();
  readonly #held = none();
  #refusals = 0;
  #isClosed = false;

  /** Each limit is an integer ≥ 0, or Infinity. With a parent, use `split`. */
  constructor(limits: Partial<Limits> = {}, parent?: Budget) {
    this.#parent = parent;
    if (limits === UNSHARED) {
      this.limits = UNLIMITED;
      this.#cap = without(Infinity);
      return;
    }
    this.limits = { ...UNLIMITED, ...limits };
    for (const [name, limit] of Object.entries(this.limits))
      if (!(limit >= 0) || (limit !== Infinity && !Number.isInteger(limit)))
        throw new CapstanError('invalid', `limit ${name}: expected an integer ≥ 0 or Infinity, got ${limit}`);
    const { depth: _, ...cap } = this.limits;
    this.#cap = cap;
  }

  /** By this one and all its children. */
  get spent(): Spending {
    return { ...this.#spent };
  }

  /** The one at the top, whose limits bind all below it. */
  get root(): Budget {
    return this.#parent ? this.#parent.root : this;
  }

  /** What may still be taken or reserved. */
  left(kind: Kind): number {
    const own = this.#isClosed ? 0 : this.#cap[kind] - this.#spent[kind] - this.#held[kind];
    return this.#draws(kind) ? Math.min(own, this.#parent!.left(kind)) : own;
  }

  /** What would be left if all that is held came back. */
  unspent(kind: Kind): number {
    const own = this.#isClosed ? 0 : this.#cap[kind] - this.#spent[kind];
    return this.#draws(kind) ? Math.min(own, this.#parent!.unspent(kind)) : own;
  }

  /** Takes up to `wanted`; returns how many were granted. */
  take(kind: Kind, wanted: number): number {
    const granted = Math.min(wanted, this.left(kind));
    this.#hold(kind, granted);
    this.#spend(kind, granted);
    if (granted < wanted) this.refuse();
    return granted;
  }

  /** Sets all of it aside, or nothing: undefined if there is not enough. */
  reserve(most: Partial<Spending>): Reservation | undefined {
    if (!this.#lend(most)) return undefined;
    let isOpen = true;
    return {
      settle: (spent) => {
        invariant(isOpen, 'a reservation is settled once');
        isOpen = false;
        let enough = true;
        for (const kind of KINDS) {
          const [held, cost] = [most[kind] ?? 0, counted(kind, spent[kind] ?? 0)];
          this.#spend(kind, Math.min(held, cost));
          this.#release(kind, held - Math.min(held, cost));
          if (cost > held && this.take(kind, cost - held) < cost - held) enough = false;
        }
        return enough;
      },
    };
  }

  /** A child that may spend the share and no more; of kinds that the share does not name, what this one has. Undefined if
   *  there is not enough. Depth is no matter of shares: `below` counts it. */
  split(share: Partial<Spending> = UNSHARED): Budget | undefined {
    const child = new Budget(share, this);
    return this.#lend(share) ? child : undefined;
  }

  /** Gives back what is left of the shares; what is still under way in it follows when it is settled. Nothing can be taken
   *  of a closed budget. */
  close(): void {
    for (const kind of KINDS) {
      if (this.#isClosed || !this.#parent || this.#draws(kind)) continue;
      const rest = this.left(kind);
      this.#cap[kind] -= rest;
      this.#parent.#release(kind, rest);
    }
    this.#isClosed = true;
  }

  /** How often something was refused, here or below. An answer reached while this rose could be another on a larger
   *  budget. */
  get refusals(): number {
    return this.#refusals;
  }

  /** Notes that a limit stood in the way. */
  refuse(): void {
    this.#refusals++;
    this.#parent?.refuse();
  }

  /** Whether it has no share of its own in this. */
  #draws(kind: Kind): boolean {
    return this.#parent !== undefined && this.limits[kind] === Infinity;
  }

  #lend(amounts: Partial<Spending>): boolean {
    if (amounts === UNSHARED) return true;
    const wanted = KINDS.map((kind) => [kind, lendable(kind, amounts[kind])] as const);
    if (wanted.some(([kind, amount]) => amount > this.left(kind))) {
      this.refuse();
      return false;
    }
    for (const [kind, amount] of wanted) this.#hold(kind, amount);
    return true;
  }

  #hold(kind: Kind, amount: number): void {
    this.#held[kind] += amount;
    if (this.#draws(kind)) this.#parent!.#hold(kind, amount);
  }

  /** Of what is held. Above, it is held too: as drawn on, or as part of the share. */
  #spend(kind: Kind, amount: number): void {
    this.#held[kind] -= amount;
    this.#spent[kind] += amount;
    if (this.#parent) this.#parent.#spend(kind, amount);
  }

  #release(kind: Kind, amount: number): void {
    this.#held[kind] -= amount;
    if (this.#draws(kind)) this.#parent!.#release(kind, amount);
    else if (this.#isClosed && this.#parent) {
      this.#cap[kind] -= amount;
      this.#parent.#release(kind, amount);
    }
  }
}

function without(limit: number): { [K in Kind]: number } {
  return {
    decisions: limit,
    questions: limit,
    calls: limit,
    tokens: limit,
    micros: limit,
    seconds: limit,
  };
}

const UNLIMITED: Limits = { ...without(Infinity), depth: Infinity };
/** A child that draws on its parent in everything. */
const UNSHARED: Partial<Spending> = {};

function none(): { [K in Kind]: number } {
  return without(0);
}

/** Undefined and Infinity say that nothing is set aside: a share of Infinity is no share. */
function lendable(kind: Kind, amount = 0): number {
  return amount === Infinity ? 0 : counted(kind, amount);
}

function counted(kind: Kind, amount: number): number {
  if (Number.isInteger(amount) && amount >= 0) return amount;
  throw new CapstanError('invalid', `${kind} spent: expected an integer ≥ 0, got ${amount}`);
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
