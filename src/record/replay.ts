/** A ledger's entries taken one after the other: the root before each, who may do what after each, and at which of them
 *  something was restricted or let go, which a restored backup must not forget (`latch.ts`). */

import type { Authority } from '../authority/authority.ts';
import { haltedFault } from '../authority/fault.ts';
import { CapstanError } from '../base/errors.ts';
import type { Place } from '../ledger/act.ts';
import type { Entry, Kind } from '../ledger/entry.ts';
import { MerkleAccumulator } from '../ledger/merkle.ts';
import type { Disk } from '../storage/disk.ts';
import { Folder } from '../storage/folder.ts';
import { Journal } from '../storage/journal.ts';
import { History } from './history.ts';

/** An entry that is remembered outside of the project, and the root that has it as its last. */
export interface Latched {
  readonly seq: number;
  readonly kind: Kind;
  readonly root: string;
}

export class Replay {
  #tree = new MerkleAccumulator();
  #history = new History();
  #last: Uint8Array = new Uint8Array();
  readonly #latched = new Map<number, Latched>();

  get size(): number {
    return this.#tree.size;
  }

  get authority(): Authority {
    return this.#history.authority;
  }

  /** Name of the log, as its first entry has it. */
  get origin(): string {
    return this.#history.origin;
  }

  /** Where the next entry stands. */
  get place(): Place {
    return { origin: this.origin, root: this.#tree.root() };
  }

  /** By the number of each. */
  get latched(): ReadonlyMap<number, Latched> {
    return this.#latched;
  }

  /** Bytes of the entry before. */
  get last(): Uint8Array {
    return this.#last;
  }

  /** Takes a stored entry. Throws «corrupt» where it may not follow. */
  take(bytes: Uint8Array): void {
    const { seq, kind } = this.#history.take(bytes, this.#tree);
    this.#tree.append(bytes);
    this.#last = bytes;
    if (LATCHED.has(kind)) this.#latched.set(seq, { seq, kind, root: this.#tree.root() });
  }

  /** Throws «refused» where the entry may not be appended: where it may not follow, and also for work that is halted. */
  expectFit(entry: Entry): void {
    const fault = this.#history.fault(entry, this.#tree) ?? haltedFault(this.authority, entry);
    if (fault !== undefined) throw new CapstanError('refused', `${entry.kind}: ${fault}`);
  }

  /** The same, to go on from on its own. */
  copy(): Replay {
    const copy = new Replay();
    copy.#tree = MerkleAccumulator.restore(this.size, this.#tree.save());
    [copy.#history, copy.#last] = [this.#history.copy(), this.#last];
    for (const [seq, latched] of this.#latched) copy.#latched.set(seq, latched);
    return copy;
  }
}

/** The journal of the ledger in that folder as it stands, also while another process writes; empty if there is none. */
export function replayed(path: string, disk?: Disk): Replay {
  const replay = new Replay();
  const folder = `${path}/journal`;
  if (new Folder(folder, disk).list().length === 0) return replay;
  for (const record of Journal.look(folder, disk).journal.read()) replay.take(record);
  return replay;
}

const LATCHED: ReadonlySet<Kind> = new Set<Kind>([
  ...(['work-paused', 'work-stopped', 'work-resumed', 'model-rolled-back', 'model-revoked'] as const),
  ...(['principal-enrolled', 'principal-withdrawn', 'key-rotated', 'policy-adopted'] as const),
]);
