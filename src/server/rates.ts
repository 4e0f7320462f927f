/** How often something may happen, by name: a bucket of tokens for each that fills at a rate. */

import type { Rate } from './place.ts';

/** Names that are remembered at a time; whoever is forgotten begins anew. */
const NAMES_MAX = 10_000;
const MS = 1000;

export class Rates {
  readonly #rate: Rate;
  readonly #now: () => number;
  /** Who was asked about last comes last. */
  readonly #buckets = new Map<string, { readonly tokens: number; readonly at: number }>();

  constructor(rate: Rate, now: () => number) {
    this.#rate = rate;
    this.#now = now;
  }

  /** Takes one: 0, or the seconds to wait where there is none. */
  take(name: string): number {
    const { perSecond, burst } = this.#rate;
    const at = this.#now();
    const before = this.#buckets.get(name) ?? { tokens: burst, at };
    const seconds = Math.max(0, at - before.at) / MS;
    const tokens = Math.min(burst, before.tokens + seconds * perSecond);
    const wait = tokens >= 1 ? 0 : Math.ceil((1 - tokens) / perSecond);
    this.#buckets.delete(name);
    this.#buckets.set(name, { tokens: wait === 0 ? tokens - 1 : tokens, at });
    if (this.#buckets.size > NAMES_MAX) this.#buckets.delete(this.#buckets.keys().next().value!);
    return wait;
  }
}
