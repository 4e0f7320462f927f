/** Time as the gateway needs it, so that a test may have its own. */

export interface Clock {
  /** Milliseconds since 1970; never goes back. */
  now(): number;
  /** Resolves after that long, or as soon as the signal is given. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
  // `Date.now` follows the clock on the wall, which may be set back.
  now: () => performance.timeOrigin + performance.now(),
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted) return resolve();
      const end = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', end);
        resolve();
      };
      const timer = setTimeout(end, Math.min(ms, TIMER_MAX));
      signal?.addEventListener('abort', end, { once: true });
    }),
};

/** Timers of Node fire at once beyond it. */
const TIMER_MAX = 2 ** 31 - 1;
