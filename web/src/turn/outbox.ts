/** What was committed and has perhaps not reached the server. Kept in the browser from before it is sent until it can no
 *  longer be taken back; sent one after the other, the same bytes again until there is a word from the server. A commit is
 *  known by its lease, on both sides: what is sent again because its reply was lost is the same commit. */

import type { Commit, Committed } from '../../../src/wire/turn.ts';
import type { Store } from './drafts.ts';

export interface Posted {
  readonly turn: string;
  readonly question: string;
  readonly commit: Commit;
  readonly state:
    | { readonly kind: 'unsent'; readonly tries: number }
    | { readonly kind: 'sent'; readonly committed: Committed; readonly at: number }
    | { readonly kind: 'refused'; readonly why: string };
}

/** passing: it may go another time · final: the server has heard it and said no. */
export type Sent =
  | { readonly kind: 'done'; readonly committed: Committed }
  | { readonly kind: 'passing' }
  | { readonly kind: 'final'; readonly why: string };

export interface Post {
  readonly store: Store;
  readonly person: string;
  readonly send: (turn: string, commit: Commit) => Promise<Sent>;
  /** Does it while no other page of this browser does. */
  readonly alone: (work: () => Promise<void>) => Promise<void>;
  readonly now: () => number;
  readonly later: (ms: number, work: () => void) => void;
}

const RETRY_MS = 1000;
const RETRY_MAX_MS = 15_000;

export class Outbox {
  readonly #post: Post;
  readonly #key: string;
  readonly #listeners = new Set<() => void>();
  #posted: readonly Posted[];
  /** Where the browser has no room: gone with the page, and sent before that if it can be. */
  #memory: readonly Posted[] | undefined;
  #isWaiting = false;
  #isWanted = false;
  #sending: Promise<void> | undefined;

  constructor(post: Post) {
    this.#post = post;
    this.#key = `capstan.outbox.${post.person}`;
    this.#posted = this.#read();
  }

  /** The same array until something changes. */
  get posted(): readonly Posted[] {
    return this.#posted;
  }

  readonly listen = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  add(turn: string, question: string, commit: Commit): void {
    this.#posted = this.#read();
    if (this.#posted.some((one) => one.commit.lease === commit.lease && one.state.kind !== 'refused')) return;
    const others = this.#posted.filter((one) => one.commit.lease !== commit.lease);
    this.#write([...others, { turn, question, commit, state: { kind: 'unsent', tries: 0 } }]);
    void this.flush();
  }

  forget(lease: string): void {
    this.#write(this.#read().filter((one) => one.commit.lease !== lease));
  }

  /** Another page of this browser may have changed it. */
  reread(): void {
    this.#posted = this.#read();
    for (const listener of this.#listeners) listener();
  }

  /** Sends what is unsent, once more for all who ask meanwhile. */
  flush(): Promise<void> {
    this.#isWanted = true;
    this.#sending ??= this.#sendWhileWanted();
    return this.#sending;
  }

  async #sendWhileWanted(): Promise<void> {
    while (this.#isWanted) {
      this.#isWanted = false;
      await this.#post.alone(() => this.#sendAll());
    }
    this.#sending = undefined;
  }

  async #sendAll(): Promise<void> {
    for (;;) {
      const first = this.#read().find(({ state }) => state.kind === 'unsent');
      if (first?.state.kind !== 'unsent') return;
      const sent = await this.#post.send(first.turn, first.commit);
      if (sent.kind === 'passing') {
        const tries = first.state.tries + 1;
        this.#become(first, { kind: 'unsent', tries });
        this.#retry(Math.min(RETRY_MS * 2 ** (tries - 1), RETRY_MAX_MS));
        return;
      }
      this.#become(
        first,
        sent.kind === 'done'
          ? { kind: 'sent', committed: sent.committed, at: this.#post.now() }
          : { kind: 'refused', why: sent.why },
      );
    }
  }

  #retry(ms: number): void {
    if (this.#isWaiting) return;
    this.#isWaiting = true;
    this.#post.later(ms, () => {
      this.#isWaiting = false;
      void this.flush();
    });
  }

  #become({ commit }: Posted, state: Posted['state']): void {
    this.#write(this.#read().map((one) => (one.commit.lease === commit.lease ? { ...one, state } : one)));
  }

  #read(): readonly Posted[] {
    if (this.#memory) return this.#memory;
    try {
      const value: unknown = JSON.parse(this.#post.store.getItem(this.#key) ?? '[]');
      return Array.isArray(value) ? (value as readonly Posted[]) : [];
    } catch {
      return [];
    }
  }

  #write(posted: readonly Posted[]): void {
    try {
      this.#post.store.setItem(this.#key, JSON.stringify(posted));
    } catch {
      this.#memory = posted;
    }
    this.reread();
  }
}
