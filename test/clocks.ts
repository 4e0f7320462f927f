/** Clocks for tests of the gateway: one that runs faster than the world, and one that runs only when nothing else does. */

import { type Clock, systemClock } from '../src/gateway/clock.ts';

/** Real time, so many times as fast. */
export function fastClock(times: number): Clock {
  const began = performance.now();
  return {
    now: () => (performance.now() - began) * times,
    sleep: (ms, signal) => systemClock.sleep(ms / times, signal),
  };
}

/** Time stands still while anything can go on, and then jumps to the next moment that somebody sleeps until. */
export class StillClock implements Clock {
  #now = 0;
  readonly #sleepers = new Set<{ readonly until: number; readonly wake: () => void }>();

  now(): number {
    return this.#now;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal?.aborted) return resolve();
      const sleeper = { until: this.#now + ms, wake: () => end() };
      const end = (): void => {
        this.#sleepers.delete(sleeper);
        signal?.removeEventListener('abort', end);
        resolve();
      };
      this.#sleepers.add(sleeper);
      signal?.addEventListener('abort', end, { once: true });
    });
  }

  /** Until the promise is settled, which must not need anything but this clock. */
  async run<T>(promise: Promise<T>): Promise<T> {
    let isOver = false;
    const over = () => {
      isOver = true;
    };
    promise.then(over, over);
    for (;;) {
      // Promises that follow from each other are settled before the next immediate.
      await new Promise((resolve) => setImmediate(resolve));
      if (isOver) return promise;
      const next = [...this.#sleepers].sort((a, b) => a.until - b.until)[0];
      if (!next) throw new Error('everybody waits, and nobody for a moment in time');
      this.#now = Math.max(this.#now, next.until);
      next.wake();
    }
  }
}
