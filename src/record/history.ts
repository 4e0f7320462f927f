/** Entries judged one after the other: whether each may follow, and who may do what after it. Most are told by their kind;
 *  those that are acts of people, or change what is allowed, are read in full. */

import { type Authority, after, afterGate, NOBODY } from '../authority/authority.ts';
import { faultIn, isOrdinary } from '../authority/fault.ts';
import { CapstanError } from '../base/errors.ts';
import type { Entry } from '../ledger/entry.ts';
import { type Scanned, scanEntry } from '../ledger/scan.ts';

/** The tree of the entries before. Its root is many hashes, and asked for by signed entries alone. */
export interface Before {
  readonly size: number;
  /** In hex. */
  root(): string;
}

export class History {
  #authority: Authority = NOBODY;
  #origin = '';

  get authority(): Authority {
    return this.#authority;
  }

  /** Name of the log, as its first entry has it. */
  get origin(): string {
    return this.#origin;
  }

  /** Takes a stored entry. Throws «corrupt» where it may not follow. */
  take(bytes: Uint8Array, before: Before): Scanned {
    const scanned = scanEntry(bytes, before.size);
    if (scanned.seq === 0 || !isOrdinary(this.#authority, scanned)) this.#judge(scanned.entry(), before);
    else if (scanned.kind === 'gate-decided' && scanned.figure('passed') === 1)
      this.#authority = afterGate(this.#authority, scanned.seq, scanned.subject('checkpoint'));
    return scanned;
  }

  /** «expected …, got …»; undefined where the entry may follow. */
  fault(entry: Entry, before: Before): string | undefined {
    const place = {
      origin: this.#origin,
      get root() {
        return before.root();
      },
    };
    return faultIn(this.#authority, entry, place);
  }

  /** The same, to go on from on its own. */
  copy(): History {
    const copy = new History();
    [copy.#authority, copy.#origin] = [this.#authority, this.#origin];
    return copy;
  }

  #judge(entry: Entry, before: Before): void {
    const { seq, kind, words } = entry;
    const fault = this.fault(entry, before);
    if (fault !== undefined) throw new CapstanError('corrupt', `entry ${seq}, ${kind}: ${fault}`);
    if (seq === 0) this.#origin = words?.origin ?? '';
    this.#authority = after(this.#authority, entry);
  }
}
