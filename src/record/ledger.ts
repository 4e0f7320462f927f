/** The ledger of a project: the journal is the truth, what is published follows from it.
 *      journal/              entries as they were acknowledged
 *      log/                  the same as C2SP tlog-tiles: `checkpoint`, `tile/…`, for anybody's tools
 *      content/              what commitments in entries are to, until it is erased
 *      log.vkey, log.key     the log's key to verify with, and to sign with
 *  An entry is acknowledged once it is in the journal, and published before the ledger is let go. A head never shrinks: a
 *  journal with fewer entries than its signed head, or with others, is refused (a restored backup, or worse). */

import { CapstanError } from '../base/errors.ts';
import { signAct } from '../ledger/act.ts';
import { commit } from '../ledger/commitment.ts';
import { decodeEntry, type Entry, encodeEntry } from '../ledger/entry.ts';
import { type OpenedHead, openHead, signHead } from '../ledger/head.ts';
import {
  formatSignerKey,
  formatVerifierKey,
  parseSignerKey,
  parseVerifierKey,
  type SignerKey,
  signerKey,
  type VerifierKey,
  verifierOf,
} from '../ledger/key.ts';
import { rootAt } from '../ledger/proof.ts';
import {
  grow,
  readBundle,
  TILE_WIDTH,
  type Tile,
  type TileSource,
  tilePath,
  tileReader,
  tilesOf,
} from '../ledger/tile.ts';
import type { Disk } from '../storage/disk.ts';
import { Folder } from '../storage/folder.ts';
import { Journal } from '../storage/journal.ts';
import { lockFolderWithin } from '../storage/lock.ts';
import { keepContent } from './content.ts';
import { Replay } from './replay.ts';

/** What is recorded; its number and its time are the ledger's to give. */
export type Draft = Omit<Entry, 'v' | 'seq' | 'time' | 'signed'>;

export interface LedgerOptions {
  /** Name of the log, in its heads; only of a new one. */
  readonly origin: string;
  /** 32 secret, random bytes: the key of a new one. */
  readonly seed: () => Uint8Array;
  /** ISO 8601 in UTC, with milliseconds. */
  readonly now: () => string;
  /** Where a process that opens the ledger often keeps what it has replayed of it. */
  readonly memory?: Memory;
  readonly disk?: Disk;
}

export interface Memory {
  replay?: Replay;
}

/** What a person's act has beside its draft. */
export interface Acting {
  readonly contents?: readonly Content[];
  readonly signers?: readonly SignerKey[];
  /** Called with the entry's number once it is known that it may follow, before it is durable: for what must not wait. */
  readonly first?: (seq: number) => void;
}

/** What a person wrote, to be committed to. */
export interface Content {
  readonly field: string;
  readonly text: string;
  /** 32 random bytes. */
  readonly salt: Uint8Array;
}

/** Opening copies the last segment: 1 MiB is a millisecond or two. */
const SEGMENT_BYTES = 2 ** 20;
/** How long to wait for another process that is writing. */
const PATIENCE_MS = 30_000;
export const HEAD = 'checkpoint';
const VERIFIER = 'log.vkey';
const SIGNER = 'log.key';

/** Opens the ledger, beginning one if there is none, lets `act` append, and publishes what it appended. */
export function withLedger<T>(path: string, options: LedgerOptions, act: (ledger: Ledger) => T): T {
  const lock = lockFolderWithin(path, PATIENCE_MS);
  try {
    const ledger = Ledger.open(path, options);
    try {
      return act(ledger);
    } finally {
      ledger.close();
    }
  } finally {
    lock.release();
  }
}

/** The caller holds the folder's lock. */
export class Ledger {
  readonly #folder: Folder;
  readonly #key: SignerKey;
  readonly #journal: Journal;
  readonly #now: () => string;
  readonly #memory: Memory;
  #replay: Replay;
  #published: number;

  private constructor(
    folder: Folder,
    key: SignerKey,
    journal: Journal,
    published: number,
    { now, memory = {} }: LedgerOptions,
  ) {
    this.#folder = folder;
    this.#key = key;
    this.#journal = journal;
    this.#published = published;
    this.#now = now;
    this.#memory = memory;
    this.#replay = replayOf(journal, memory);
  }

  static open(path: string, options: LedgerOptions): Ledger {
    const { origin, seed, disk } = options;
    const folder = new Folder(path, disk);
    folder.sweep();
    const key = ownKey(folder, () => signerKey('note', origin, seed()));
    // It follows from the other: whoever made that may have died before this.
    if (!folder.exists(VERIFIER)) folder.writeAtomic(VERIFIER, `${formatVerifierKey(verifierOf(key))}\n`);
    const head = publishedHead(folder, verifierOf(key));
    const { journal } = Journal.open(`${folder.path}/journal`, disk, {
      atLeast: head?.size ?? 0,
      segmentBytes: SEGMENT_BYTES,
    });
    try {
      if (head) expectSame(folder, head, journal);
      const ledger = new Ledger(folder, key, journal, head?.size ?? 0, options);
      if (journal.size === 0)
        ledger.append([
          {
            kind: 'ledger-started',
            actor: { id: 'program:capstan', kind: 'program' },
            words: { origin: key.name },
          },
        ]);
      ledger.publish();
      return ledger;
    } catch (error) {
      journal.close();
      throw error;
    }
  }

  get size(): number {
    return this.#journal.size;
  }

  /** One of them, by its number. */
  entry(seq: number): Entry {
    for (const record of this.#journal.read(seq, seq + 1)) return decodeEntry(record, seq);
    throw new CapstanError('not-found', `entry ${seq}: expected one of 0 to ${this.size - 1}`);
  }

  /** All of it so far. */
  get replay(): Replay {
    return this.#replay;
  }

  /** Of the next entry. */
  now(): string {
    return this.#now();
  }

  /** Makes them durable together; the number of the first. Throws «refused» for what may not follow. */
  append(drafts: readonly Draft[]): number {
    return this.#append(drafts.map((draft) => ({ draft })));
  }

  /** One entry with commitments to what a person wrote, which is kept beside the log before; its number. */
  appendAbout(draft: Draft, contents: readonly Content[]): number {
    return this.act(draft, { contents });
  }

  /** One entry of a person, signed by the keys that are given; its number. */
  act(draft: Draft, acting: Acting): number {
    return this.#append([{ draft, acting }]);
  }

  #append(wanted: readonly { readonly draft: Draft; readonly acting?: Acting }[]): number {
    const first = this.#journal.size;
    const time = this.#now();
    const replay = this.#replay.copy();
    const bytes = wanted.map(({ draft, acting = {} }, i) => {
      const { contents = [], signers = [] } = acting;
      const unsigned: Entry = {
        v: 1,
        seq: first + i,
        time,
        ...draft,
        ...committed(this.#folder, draft, first + i, contents),
      };
      const entry = signers.length > 0 ? signAct(replay.place, unsigned, signers) : unsigned;
      const encoded = encodeEntry(entry);
      replay.expectFit(entry);
      replay.take(encoded);
      acting.first?.(entry.seq);
      return encoded;
    });
    this.#journal.append(bytes);
    this.#replay = replay;
    this.#memory.replay = replay;
    return first;
  }

  /** Writes the tiles of what is new, then a head that covers them. */
  publish(): void {
    const { size } = this.#journal;
    if (size === this.#published) return;
    const log = logOf(this.#folder);
    const source = sourceOf(log);
    const fresh = [...this.#journal.read(this.#published)];
    for (const { tile, bytes } of grow(this.#published, fresh, source))
      log.writeAtomic(tilePath(tile), bytes);
    const root = rootAt(size, tileReader(size, source));
    log.writeAtomic(HEAD, signHead({ origin: this.#key.name, size, root, extensions: [] }, this.#key));
    for (const tile of tilesOf(size, this.#published))
      if (tile.width === TILE_WIDTH) forgetPartial(log, tile);
    this.#published = size;
  }

  close(): void {
    try {
      this.publish();
    } finally {
      this.#journal.close();
    }
  }
}

/** What was replayed before, if it is the beginning of this journal, and the rest. */
function replayOf(journal: Journal, memory: Memory): Replay {
  const known = memory.replay;
  const isBeginning =
    known !== undefined &&
    known.size > 0 &&
    known.size <= journal.size &&
    Buffer.compare([...journal.read(known.size - 1, known.size)][0]!, known.last) === 0;
  const replay = isBeginning ? known.copy() : new Replay();
  for (const record of journal.read(replay.size)) replay.take(record);
  memory.replay = replay;
  return replay;
}

function committed(
  folder: Folder,
  { kind }: Draft,
  seq: number,
  contents: readonly Content[],
): Pick<Entry, 'content'> {
  const bytes = new TextEncoder();
  const content = contents.map(({ field, text, salt }) => {
    const own = commit({ kind, seq, field }, bytes.encode(text), salt);
    keepContent(folder, own, text, Buffer.from(salt).toString('hex'));
    return own;
  });
  return content.length > 0 ? { content } : {};
}

/** Once a full tile is there, its beginnings need not be (tlog-tiles, «Partial Tiles»). */
function forgetPartial(log: Folder, tile: Tile): void {
  for (let width = 1; width < TILE_WIDTH; width++) log.remove(tilePath({ ...tile, width }));
}

/** The published files. */
export function logOf(folder: Folder): Folder {
  return folder.sub('log');
}

export function sourceOf(log: Folder): TileSource {
  return (path) => (log.exists(path) ? log.read(path) : undefined);
}

/** The log's key as the folder has it. Who verifies for somebody else brings his own. */
export function verifierIn(folder: Folder): VerifierKey {
  if (folder.exists(VERIFIER)) {
    const text = folder.readText(VERIFIER);
    if (text.endsWith('\n')) return parseVerifierKey(text.slice(0, -1));
    throw new CapstanError(
      'corrupt',
      `${folder.path}/${VERIFIER}: expected a line, got one that does not end`,
    );
  }
  throw new CapstanError('not-found', `${folder.path}: expected a ledger, found no ${VERIFIER}`);
}

/** The log's key, to sign with. */
export function signerIn(folder: Folder): SignerKey {
  if (folder.exists(SIGNER)) return parseSignerKey(folder.readText(SIGNER).trimEnd());
  throw new CapstanError('not-found', `${folder.path}: expected ${SIGNER}, the key that signs the log`);
}

/** The last head, if one was published. */
export function publishedHead(folder: Folder, key: VerifierKey): OpenedHead | undefined {
  const log = logOf(folder);
  return log.exists(HEAD) ? openHead(log.read(HEAD), key) : undefined;
}

/** The key that was made when the ledger began. */
function ownKey(folder: Folder, fresh: () => SignerKey): SignerKey {
  if (folder.exists(SIGNER)) return parseSignerKey(folder.readText(SIGNER).trimEnd());
  if (folder.exists(VERIFIER) || logOf(folder).exists(HEAD))
    throw new CapstanError(
      'corrupt',
      `${folder.path}: expected ${SIGNER}, the key that signs the log; it is gone`,
    );
  const key = fresh();
  folder.writeAtomic(SIGNER, `${formatSignerKey(key)}\n`, { secret: true });
  return key;
}

/** That the tiles give the signed root, and that the journal ends in the same entries; `verify` looks at all of them. */
function expectSame(folder: Folder, head: OpenedHead, journal: Journal): void {
  const source = sourceOf(logOf(folder));
  expectSigned(logOf(folder), head, source);
  const last = Math.ceil(head.size / TILE_WIDTH) - 1;
  const bundle = readBundle(last, head.size, source);
  const entries = [...journal.read(last * TILE_WIDTH, head.size)];
  const differs = bundle.findIndex((entry, i) => !entry.equals(entries[i]!));
  if (differs >= 0)
    throw new CapstanError(
      'corrupt',
      `${folder.path}: expected entry ${last * TILE_WIDTH + differs} of the journal to be the published one, it differs`,
    );
}

/** That the tiles give the root that was signed. */
export function expectSigned({ path }: Folder, { size, root }: OpenedHead, source: TileSource): void {
  const found = Buffer.from(rootAt(size, tileReader(size, source)));
  if (found.equals(root)) return;
  throw new CapstanError(
    'corrupt',
    `${path}: expected tiles with the signed root ${Buffer.from(root).toString('hex')}, got ${found.toString('hex')}`,
  );
}
