/** What changed, numbered, to whoever listens; the last of it is kept, so that a listener who was away goes on where they
 *  were. */

import type { Change } from '../wire/session.ts';

export interface Numbered {
  readonly id: number;
  readonly change: Change;
}

/** How many are kept. */
const KEPT = 1024;

export class Changes {
  readonly #kept: Numbered[] = [];
  readonly #listeners = new Set<(one: Numbered) => void>();
  /** Numbers of one server are not those of another. */
  readonly epoch: string;
  #last = 0;

  constructor(epoch: string) {
    this.epoch = epoch;
  }

  get last(): number {
    return this.#last;
  }

  tell(change: Change): void {
    const one = { id: ++this.#last, change };
    this.#kept.push(one);
    if (this.#kept.length > KEPT) this.#kept.shift();
    for (const listener of this.#listeners) listener(one);
  }

  /** Those after that number; undefined where some of them are not kept any more. */
  since(id: number): readonly Numbered[] | undefined {
    if (id > this.#last || id < this.#last - this.#kept.length) return undefined;
    return this.#kept.filter((one) => one.id > id);
  }

  /** Until the function that it gives is called. */
  listen(listener: (one: Numbered) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
