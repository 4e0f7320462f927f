/** How many calls a provider gets at once, and how many in a minute. At most `concurrency` are under way; after a sign of
 *  too many, half as many as before, and with every call that goes well a little more (additive increase,
 *  multiplicative decrease: Chiu & Jain 1989). Requests and tokens per minute are token buckets. Who waits is served
 *  in order. */

import type { Clock } from './clock.ts';

export interface LimiterOptions {
  readonly concurrency: number;
  readonly requestsPerMinute: number;
  readonly tokensPerMinute: number;
}

export interface Permit {
  /** `slower` if the call shows that there were too many at once; `tokens` is what it used. */
  end(outcome: { readonly slower: boolean; readonly tokens: number }): void;
}

interface Waiting {
  readonly tokens: number;
  readonly admit: (permit: Permit) => void;
}

export class Limiter {
  readonly #options: LimiterOptions;
  readonly #clock: Clock;
  readonly #requests: Bucket;
  readonly #tokens: Bucket;
  /** In order of arrival. */
  readonly #waiting = new Set<Waiting>();
  #allowed: number;
  #running = 0;
  /** Counts the decreases: one storm is one sign, whatever number of calls are hit by it. */
  #decreases = 0;
  #pausedUntil = Number.NEGATIVE_INFINITY;
  #wake: { readonly at: number; readonly cancel: AbortController } | undefined;

  constructor(options: LimiterOptions, clock: Clock) {
    this.#options = options;
    this.#clock = clock;
    this.#allowed = options.concurrency;
    this.#requests = new Bucket(options.requestsPerMinute, clock.now());
    this.#tokens = new Bucket(options.tokensPerMinute, clock.now());
  }

  /** How many may be under way at once now. */
  get allowed(): number {
    return Math.max(1, Math.floor(this.#allowed));
  }

  /** Waits for a place. `tokens` is the most that the call may use. */
  async enter(tokens: number, signal?: AbortSignal): Promise<Permit> {
    signal?.throwIfAborted();
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        this.#waiting.delete(one);
        this.#admit();
        reject(signal!.reason);
      };
      const one: Waiting = {
        tokens,
        admit: (permit) => {
          signal?.removeEventListener('abort', leave);
          resolve(permit);
        },
      };
      signal?.addEventListener('abort', leave, { once: true });
      this.#waiting.add(one);
      this.#admit();
    });
  }

  /** Nobody goes in before that moment. */
  pause(until: number): void {
    this.#pausedUntil = Math.max(this.#pausedUntil, until);
  }

  #admit(): void {
    for (const one of this.#waiting) {
      if (this.#running >= this.allowed) return; // the end of a call comes back here
      const now = this.#clock.now();
      const ready = Math.max(
        this.#pausedUntil,
        this.#requests.ready(1, now),
        this.#tokens.ready(one.tokens, now),
      );
      if (ready > now) {
        this.#wakeAt(ready, now);
        return;
      }
      this.#waiting.delete(one);
      this.#requests.take(1);
      this.#tokens.take(one.tokens);
      this.#running++;
      one.admit(this.#permit(one.tokens));
    }
    this.#wake?.cancel.abort();
    this.#wake = undefined;
  }

  #permit(tokens: number): Permit {
    const decreases = this.#decreases;
    return {
      end: ({ slower, tokens: used }) => {
        this.#running--;
        this.#tokens.take(used - tokens);
        if (!slower) this.#allowed = Math.min(this.#options.concurrency, this.#allowed + 1 / this.#allowed);
        else if (decreases === this.#decreases) {
          this.#allowed = Math.max(1, this.#allowed / 2);
          this.#decreases++;
        }
        this.#admit();
      },
    };
  }

  #wakeAt(at: number, now: number): void {
    if (this.#wake && this.#wake.at <= at) return;
    this.#wake?.cancel.abort();
    const wake = { at, cancel: new AbortController() };
    this.#wake = wake;
    void this.#clock.sleep(Math.ceil(at - now), wake.cancel.signal).then(() => {
      if (this.#wake !== wake) return;
      this.#wake = undefined;
      this.#admit();
    });
  }
}

/** Fills evenly. It holds a tenth of a minute's amount and fills with the rest, so that no minute has more than the
 *  amount, wherever it begins; something larger than what it holds goes when it is full, and is paid off afterwards. */
class Bucket {
  readonly #holds: number;
  readonly #perMs: number;
  #level: number;
  #at: number;

  constructor(perMinute: number, now: number) {
    this.#holds = Math.max(1, Math.floor(perMinute / 10));
    this.#perMs = Math.max(1, perMinute - this.#holds) / MINUTE_MS;
    this.#level = this.#holds;
    this.#at = now;
  }

  /** When there will be that much. */
  ready(amount: number, now: number): number {
    if (this.#holds === Infinity) return now;
    this.#level = Math.min(this.#holds, this.#level + Math.max(0, now - this.#at) * this.#perMs);
    this.#at = now;
    const short = Math.min(amount, this.#holds) - this.#level;
    return short <= EPSILON ? now : now + short / this.#perMs;
  }

  /** Less than nothing is given back. */
  take(amount: number): void {
    if (this.#holds !== Infinity) this.#level = Math.min(this.#holds, this.#level - amount);
  }
}

const MINUTE_MS = 60_000;
/** Of rounding, so that a wait does not end a hair too early for ever. */
const EPSILON = 1e-6;
