/** Looks at all of a ledger: that the head is signed, that every entry and every tile is the one under its root, that the
 *  journal holds the same, that entries are well formed, numbered without a gap, by whoever may make them, and end what
 *  was begun, and that what they are committed to is there, unless it was erased. It changes nothing and mends nothing.
 *  Everything is read once, and no more than a segment of the journal is in memory. */

import { CapstanError } from '../base/errors.ts';
import { ENDS, type Entry, type Kind } from '../ledger/entry.ts';
import { type OpenedHead, openHead } from '../ledger/head.ts';
import type { VerifierKey } from '../ledger/key.ts';
import { expectRoot, proveConsistency, verifyConsistency } from '../ledger/proof.ts';
import type { Scanned } from '../ledger/scan.ts';
import { type TileSource, tileReader } from '../ledger/tile.ts';
import type { Disk } from '../storage/disk.ts';
import { Folder } from '../storage/folder.ts';
import { type Cut, Journal } from '../storage/journal.ts';
import { type ContentState, verifyContents } from './content.ts';
import { History } from './history.ts';
import { HEAD, logOf, publishedHead, sourceOf, verifierIn } from './ledger.ts';
import { Published } from './published.ts';
import { cosignedHead, type Witnessed } from './witnessed.ts';

/** What was found, but for the entries. */
export interface Audited {
  readonly key: VerifierKey;
  readonly head: OpenedHead;
  /** Intents that nothing has ended: work that goes on, or was killed. */
  readonly open: readonly Entry[];
  /** Entries in the journal that no head covers yet. */
  readonly unpublished: number;
  /** What a crash left at the end of the journal. */
  readonly torn: Cut | undefined;
  /** What each witness that was asked for vouches for. */
  readonly witnessed: readonly Witnessed[];
  readonly contents: ContentState;
}

export interface Verified extends Audited {
  readonly entries: readonly Entry[];
}

export interface VerifyOptions {
  /** A head that somebody kept, as it was published; the log must extend it. */
  readonly known?: Uint8Array | undefined;
  /** The log's key, instead of the one in the folder. */
  readonly key?: VerifierKey | undefined;
  /** Each must have cosigned a head that lies there and that the log extends. */
  readonly witnesses?: readonly VerifierKey[] | undefined;
  /** Whether content that is erased on the record may still lie there: it is about to go. */
  readonly erasing?: boolean | undefined;
  readonly disk?: Disk | undefined;
}

/** Verifies all of it and gives all entries under the head; a large ledger is better audited. */
export function verifyLedger(path: string, options: VerifyOptions = {}): Verified {
  const entries: Entry[] = [];
  const audited = auditLedger(path, options, (entry) => entries.push(entry));
  return { ...audited, entries };
}

/** Verifies all of it; `take` is given each entry under the head in order, before all is known to be well. */
export function auditLedger(
  path: string,
  { known, key, witnesses = [], erasing = false, disk }: VerifyOptions = {},
  take?: (entry: Entry) => void,
): Audited {
  const folder = new Folder(path, disk);
  const verifier = key ?? verifierIn(folder);
  const head = publishedHead(folder, verifier);
  if (!head) throw new CapstanError('corrupt', `${path}: expected a signed head, got none`);
  const log = logOf(folder);
  const published = new Published(log, HEAD, head);
  const history = new History(); // who may make each entry: signed, by enough people, nothing at work while it was halted
  const intents = new Intents();
  const committing: Entry[] = []; // and those that erase
  const { tree } = published;
  const { cut } = Journal.look(`${path}/journal`, disk, (record) => {
    if (tree.size < head.size) {
      const entry = history.take(record, tree);
      intents.add(entry);
      if (entry.isCommitted || entry.kind === 'content-erased') committing.push(entry.entry());
      take?.(entry.entry());
    }
    published.add(record);
  });
  if (tree.size < head.size)
    throw new CapstanError('corrupt', `${path}/journal: expected ${head.size} entries, got ${tree.size}`);
  expectRoot(`the entries of ${path}/journal`, head.root, published.end());
  if (tree.size > 0 && history.origin !== head.origin)
    throw new CapstanError(
      'corrupt',
      `entry 0: expected the log's own name ${head.origin}, got «${history.origin}»`,
    );
  const source = sourceOf(log);
  if (known) expectExtension('in the head that is known', openHead(known, verifier), head, source);
  const witnessed = witnesses.map((witness) => {
    const cosigned = cosignedHead(folder, verifier, witness);
    expectExtension(`in the head that ${witness.name} cosigned`, cosigned, head, source);
    const time = Math.max(...cosigned.cosignatures.map((cosignature) => cosignature.time));
    return { key: witness, size: cosigned.size, time, after: head.size - cosigned.size };
  });
  const unpublished = tree.size - head.size;
  const contents = verifyContents(folder, committing, { erasing });
  return { key: verifier, head, open: intents.open(), unpublished, torn: cut, witnessed, contents };
}

function expectExtension(where: string, known: OpenedHead, head: OpenedHead, source: TileSource): void {
  if (known.size > head.size)
    throw new CapstanError(
      'corrupt',
      `the log: expected ${known.size} entries and more, as ${where}, got ${head.size}: it was rolled back`,
    );
  verifyConsistency(proveConsistency(known.size, head.size, tileReader(head.size, source)), known, head);
}

/** What was begun and has not ended. */
class Intents {
  readonly #open = new Map<number, Scanned>();

  /** Throws where an entry ends what is no open intent of its kind. */
  add(entry: Scanned): void {
    const { kind, ends, seq } = entry;
    if (BEGIN.has(kind)) this.#open.set(seq, entry);
    if (ends === undefined) return;
    const intent = this.#open.get(ends);
    if (!intent || !ENDS[kind]!.includes(intent.kind))
      throw new CapstanError(
        'corrupt',
        `entry ${seq}: expected ${kind} to end an open intent, got entry ${ends}`,
      );
    this.#open.delete(ends);
  }

  open(): readonly Entry[] {
    return Array.from(this.#open.values(), (scanned) => scanned.entry());
  }
}

const BEGIN: ReadonlySet<Kind> = new Set(Object.values(ENDS).flat());
