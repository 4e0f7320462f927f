/** Looks at all of a ledger: that the head is signed, that every entry and every tile is the one under its root, that the
 *  journal holds the same, that entries are well formed, numbered without a gap, and end what was begun. It changes
 *  nothing and mends nothing. */

import { CapstanError } from '../base/errors.ts';
import { decodeEntry, ENDS, type Entry } from '../ledger/entry.ts';
import { type OpenedHead, openHead } from '../ledger/head.ts';
import type { VerifierKey } from '../ledger/key.ts';
import { HASH_BYTES, proveConsistency, verifyConsistency } from '../ledger/proof.ts';
import { grow, parseTilePath, type Tile, tilePath, tileReader, tilesOf } from '../ledger/tile.ts';
import { Folder } from '../storage/folder.ts';
import { Journal } from '../storage/journal.ts';
import { expectSigned, HEAD, logOf, publishedHead, sourceOf, verifierIn } from './ledger.ts';
import { cosignedHead, type Witnessed } from './witnessed.ts';

export interface Verified {
  readonly key: VerifierKey;
  readonly head: OpenedHead;
  readonly entries: readonly Entry[];
  /** Intents that nothing has ended: work that goes on, or was killed. */
  readonly open: readonly Entry[];
  /** Entries in the journal that no head covers yet. */
  readonly unpublished: number;
  /** What each witness that was asked for vouches for. */
  readonly witnessed: readonly Witnessed[];
}

export interface VerifyOptions {
  /** A head that somebody kept, as it was published; the log must extend it. */
  readonly known?: Uint8Array | undefined;
  /** The log's key, instead of the one in the folder. */
  readonly key?: VerifierKey | undefined;
  /** Each must have cosigned a head that lies there and that the log extends. */
  readonly witnesses?: readonly VerifierKey[] | undefined;
}

export function verifyLedger(path: string, { known, key, witnesses = [] }: VerifyOptions = {}): Verified {
  const folder = new Folder(path);
  const verifier = key ?? verifierIn(folder);
  const head = publishedHead(folder, verifier);
  if (!head) throw new CapstanError('corrupt', `${path}: expected a signed head, got none`);
  const records = [...Journal.look(`${path}/journal`).journal.read()].map((record) => Buffer.from(record));
  if (records.length < head.size)
    throw new CapstanError(
      'corrupt',
      `${path}/journal: expected ${head.size} entries, got ${records.length}`,
    );
  const log = logOf(folder);
  const source = sourceOf(log);
  expectPublished(log, records, head, source);
  if (known) expectExtension('in the head that is known', openHead(known, verifier), head, source);
  const witnessed = witnesses.map((witness) => {
    const cosigned = cosignedHead(folder, verifier, witness);
    expectExtension(`in the head that ${witness.name} cosigned`, cosigned, head, source);
    const time = Math.max(...cosigned.cosignatures.map((cosignature) => cosignature.time));
    return { key: witness, size: cosigned.size, time, after: head.size - cosigned.size };
  });
  const entries = records.slice(0, head.size).map(decodeEntry);
  const unpublished = records.length - head.size;
  return { key: verifier, head, entries, open: openIntents(entries), unpublished, witnessed };
}

/** Every published file is made again from the journal: those that the head needs are there, and none says anything else,
 *  neither an old partial one nor one that a crash left without its head. */
function expectPublished(
  log: Folder,
  records: readonly Buffer[],
  head: OpenedHead,
  source: ReturnType<typeof sourceOf>,
): void {
  const made = new Map<string, Buffer>();
  for (const { tile, bytes } of grow(0, records, () => undefined)) made.set(nameOf(tile), bytes);
  expectSigned(log, head, source);
  const files = log.files().filter((name) => name !== HEAD);
  const missing = [...tilesOf(head.size)].map(tilePath).find((name) => !files.includes(name));
  if (missing !== undefined)
    throw new CapstanError('corrupt', `${log.path}/${missing}: expected a file, got none`);
  for (const name of files) {
    const tile = parseTilePath(name);
    const whole = made.get(nameOf(tile));
    if (!whole || !beginning(whole, tile).equals(log.read(name)))
      throw new CapstanError(
        'corrupt',
        `${log.path}/${name}: expected what the entries of the journal make, got other bytes`,
      );
  }
}

/** Of a tile of whatever width. */
function nameOf({ level, index }: Tile): string {
  return `${level}/${index}`;
}

/** What a narrower tile of the same place holds; nothing, if it would be wider. */
function beginning(whole: Buffer, { level, width }: Tile): Buffer {
  if (level !== 'entries')
    return whole.length < width * HASH_BYTES ? NOTHING : whole.subarray(0, width * HASH_BYTES);
  let end = 0;
  for (let i = 0; i < width; i++) {
    if (end >= whole.length) return NOTHING;
    end += 2 + whole.readUInt16BE(end);
  }
  return whole.subarray(0, end);
}

const NOTHING = Buffer.alloc(0);

function expectExtension(
  where: string,
  known: OpenedHead,
  head: OpenedHead,
  source: ReturnType<typeof sourceOf>,
): void {
  if (known.size > head.size)
    throw new CapstanError(
      'corrupt',
      `the log: expected ${known.size} entries and more, as ${where}, got ${head.size}: it was rolled back`,
    );
  verifyConsistency(proveConsistency(known.size, head.size, tileReader(head.size, source)), known, head);
}

/** Throws where an entry ends what is no open intent of its kind. */
function openIntents(entries: readonly Entry[]): readonly Entry[] {
  const open = new Map<number, Entry>();
  const begins = new Set(Object.values(ENDS).flat());
  for (const entry of entries) {
    const { kind, ends, seq } = entry;
    if (begins.has(kind)) open.set(seq, entry);
    if (ends === undefined) continue;
    const intent = open.get(ends);
    if (!intent || !ENDS[kind]!.includes(intent.kind))
      throw new CapstanError(
        'corrupt',
        `entry ${seq}: expected ${kind} to end an open intent, got entry ${ends}`,
      );
    open.delete(ends);
  }
  return [...open.values()];
}
