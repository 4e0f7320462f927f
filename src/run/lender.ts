/** Lends runtimes: every arm gets its own, so that nothing of one reaches the next and its memory is given back. */

import { Meter } from '../onnx/meter.ts';
import { Runtime } from '../onnx/runtime.ts';
import type { BackendOptions } from '../onnx/session.ts';

export class Lender {
  readonly meter = new Meter();
  readonly #count: number;
  readonly #options: BackendOptions;
  readonly #opened: (fallback: string | undefined) => void;
  #lent = false;

  /** `opened` hears of the first loan, and why the native library is not in use if it should be. */
  constructor(count: number, options: BackendOptions, opened: (fallback: string | undefined) => void) {
    this.#count = count;
    this.#options = options;
    this.#opened = opened;
  }

  async with<T>(use: (runtimes: readonly Runtime[]) => Promise<T>): Promise<T> {
    const opening = Array.from({ length: this.#count }, () => Runtime.open(this.#options, this.meter));
    const runtimes = await Promise.all(opening);
    try {
      if (!this.#lent) this.#opened(runtimes[0]!.fallback);
      this.#lent = true;
      return await use(runtimes);
    } finally {
      await Promise.all(runtimes.map((runtime) => runtime.close()));
    }
  }
}
