/** Group commit: records that arrive while the event loop turns once share one fdatasync.
 *  While a group is being made durable the thread waits for it, so whatever comes meanwhile is in the next group. */

import { expectInteger } from '../base/errors.ts';
import { expectRecord, type Journal } from './journal.ts';

export interface CommitterOptions {
  /** Bounds of one group; a single record may be larger than `bytesMax`. */
  readonly recordsMax?: number;
  readonly bytesMax?: number;
}

export class Committer {
  readonly #journal: Pick<Journal, 'append'>;
  readonly #recordsMax: number;
  readonly #bytesMax: number;
  #waiting: Waiting[] = [];

  constructor(journal: Pick<Journal, 'append'>, options: CommitterOptions = {}) {
    const { recordsMax = RECORDS_MAX, bytesMax = BYTES_MAX } = options;
    expectInteger('recordsMax', recordsMax, 1, Number.MAX_SAFE_INTEGER);
    expectInteger('bytesMax', bytesMax, 1, Number.MAX_SAFE_INTEGER);
    this.#journal = journal;
    this.#recordsMax = recordsMax;
    this.#bytesMax = bytesMax;
  }

  /** Its sequence number, once it is durable. Numbers are given in the order of the calls. */
  async append(record: Uint8Array): Promise<number> {
    expectRecord(record); // here, so that it fails alone
    const copy = new Uint8Array(record);
    return new Promise((resolve, reject) => {
      if (this.#waiting.length === 0) setImmediate(() => this.#commit());
      this.#waiting.push({ record: copy, resolve, reject });
    });
  }

  #commit(): void {
    const group = this.#waiting.splice(0, this.#fitting());
    if (this.#waiting.length > 0) setImmediate(() => this.#commit());
    let first: number;
    try {
      first = this.#journal.append(group.map(({ record }) => record));
    } catch (error) {
      for (const { reject } of group) reject(error);
      return;
    }
    for (const [i, { resolve }] of group.entries()) resolve(first + i);
  }

  /** How many of those that wait make the next group. */
  #fitting(): number {
    let [count, bytes] = [0, 0];
    for (const { record } of this.#waiting) {
      bytes += record.length;
      if (count === this.#recordsMax || (count > 0 && bytes > this.#bytesMax)) break;
      count++;
    }
    return count;
  }
}

interface Waiting {
  readonly record: Uint8Array;
  readonly resolve: (sequence: number) => void;
  readonly reject: (error: unknown) => void;
}

/** A group of this size spends more time on its bytes than on its fdatasync. */
const RECORDS_MAX = 4096;
const BYTES_MAX = 2 ** 22;
