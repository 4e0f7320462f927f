/** Computations that several may wait for, each done once at a time. Whoever has had enough leaves; the last to leave stops
 *  it. No computation may wait, by whatever way, for itself: the caller's keys see to that. */

import type { Scope } from '../core/budget.ts';

/** A computation under way. */
interface Flight<T> {
  readonly promise: Promise<T>;
  /** None where the first of them cannot leave. */
  readonly controller: AbortController | undefined;
  passengers: number;
  isDone: boolean;
}

export class Flights<T> {
  readonly #under = new Map<string, Flight<T>>();

  /** What `start` gives, which is called unless the same is under way. */
  async board(key: string, scope: Scope, start: (scope: Scope) => Promise<T>): Promise<T> {
    const { signal } = scope;
    signal?.throwIfAborted();
    const flight = this.#under.get(key) ?? this.#start(key, scope, start);
    flight.passengers++; // who cannot leave is never counted out
    if (!signal) return flight.promise;
    try {
      return await orAborted(flight.promise, signal);
    } finally {
      flight.passengers--;
      if (flight.passengers === 0 && !flight.isDone) {
        // Whoever comes now starts afresh.
        this.#under.delete(key);
        flight.controller?.abort(new Error('nobody waits for it any more'));
      }
    }
  }

  #start(key: string, scope: Scope, start: (scope: Scope) => Promise<T>): Flight<T> {
    const controller = scope.signal && new AbortController();
    const promise = start(controller ? { ...scope, signal: controller.signal } : scope);
    const flight: Flight<T> = { promise, controller, passengers: 0, isDone: false };
    this.#under.set(key, flight);
    const done = () => {
      flight.isDone = true;
      if (this.#under.get(key) === flight) this.#under.delete(key);
    };
    promise.then(done, done); // whoever waits is told of a failure; when nobody is left, nobody needs to be
    return flight;
  }
}

function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const abort = () => reject(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
