/** How long at least one of several runtimes was inside ONNX Runtime: the union of their spans. */

/** Milliseconds since the epoch, with fractions; comparable between threads. */
export interface Span {
  readonly from: number;
  readonly until: number;
}

export class Meter {
  #until = 0;
  seconds = 0;

  /** Spans come about in the order they end; of one that comes late the part before the newest end is not counted. */
  add({ from, until }: Span): void {
    if (until <= this.#until) return;
    this.seconds += (until - Math.max(from, this.#until)) / 1000;
    this.#until = until;
  }
}
