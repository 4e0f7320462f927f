/** So many at a time; the others wait their turn, in the order in which they came. */

import { expectInteger } from '../base/errors.ts';

export class Slots {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(count: number) {
    expectInteger('calls at a time', count, 1, Number.MAX_SAFE_INTEGER);
    this.#free = count;
  }

  /** `act` once there is room; what was aborted meanwhile is not begun. */
  async run<T>(signal: AbortSignal | undefined, act: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free--;
    else await new Promise<void>((go) => this.#waiting.push(go));
    try {
      signal?.throwIfAborted();
      return await act();
    } finally {
      const next = this.#waiting.shift();
      if (next) next();
      else this.#free++;
    }
  }
}
