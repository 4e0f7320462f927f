/** Ledgers made byte by byte, as whoever has the folder and some key can make them. */

import { createHash } from 'node:crypto';
import { type Entry, encodeEntry } from '../../src/ledger/entry.ts';
import { cosign, signHead } from '../../src/ledger/head.ts';
import { formatVerifierKey, type SignerKey, signerKey, verifierOf } from '../../src/ledger/key.ts';
import { formatNote, parseNote } from '../../src/ledger/note.ts';
import { rootAt } from '../../src/ledger/proof.ts';
import { grow, tilePath, tileReader, tilesOf } from '../../src/ledger/tile.ts';
import { encodeGroup, encodeHeader, FRAME_BYTES, HEADER_BYTES } from '../../src/storage/_segment.ts';

export type Files = Map<string, Buffer>;

export const LOG = signerKey('note', 'example.org/log', Buffer.alloc(32, 1));
/** Of the same name, as somebody makes it who wants to be taken for the log. */
export const OTHER = signerKey('note', 'example.org/log', Buffer.alloc(32, 9));
export const WITNESS = signerKey('cosignature', 'witness.example/1', Buffer.alloc(32, 2));
export const HEAD = 'log/checkpoint';
export const KEY = 'log.vkey';
export const COSIGNED = `witnessed/${WITNESS.id}`;

/** Entry `seq` of one of many histories: in each, runs begin, act, are judged and end at the same places. */
export function entryOf(seq: number, history: string): Buffer {
  const base = { v: 1 as const, seq, time: '2026-11-28T12:00:00.000Z', run: `run-${history}-${seq % 7}` };
  const program = { id: 'program:capstan', kind: 'program' as const };
  const sha256 = createHash('sha256').update(`${history} ${seq}`).digest('hex');
  const kinds: readonly (() => Entry)[] = [
    () => ({ ...base, kind: 'run-started', actor: program }),
    () => ({
      ...{ ...base, kind: 'action-taken', actor: { id: 'person:ada', kind: 'person' }, parents: [seq - 1] },
      subjects: [{ name: 'answer', sha256 }],
    }),
    () => ({
      ...{ ...base, kind: 'gate-decided', actor: program, figures: { 'agreement-ppm': 900_000 + seq } },
      subjects: [{ name: 'checkpoint', sha256 }],
    }),
    () => ({ ...base, kind: 'run-ended', actor: program, ends: seq - 3 }),
  ];
  const started: Entry = { ...base, kind: 'ledger-started', actor: program, words: { origin: LOG.name } };
  return Buffer.from(encodeEntry(seq === 0 ? started : kinds[(seq - 1) % kinds.length]!()));
}

export function entriesOf(from: number, to: number, history: string): readonly Buffer[] {
  return Array.from({ length: Math.max(0, to - from) }, (_, i) => entryOf(from + i, history));
}

/** The segments of a journal, in groups of that many records. */
export function journalOf(entries: readonly Buffer[], group: number, segmentBytes: number): Files {
  const files: Files = new Map();
  let parts = [encodeHeader(0)];
  let [end, seed, first] = [HEADER_BYTES, parts[0]!.readUInt32LE(HEADER_BYTES - 4), 0];
  const close = () => files.set(`journal/${String(files.size).padStart(8, '0')}.seg`, Buffer.concat(parts));
  for (let at = 0; at < entries.length; at += group) {
    const records = entries.slice(at, at + group);
    const bytes = records.reduce((sum, { length }) => sum + FRAME_BYTES + length, 0);
    if (at > first && end + bytes > segmentBytes) {
      close();
      parts = [encodeHeader(at)];
      [end, seed, first] = [HEADER_BYTES, parts[0]!.readUInt32LE(HEADER_BYTES - 4), at];
    }
    parts.push(encodeGroup(records, end, seed));
    end += bytes;
  }
  close();
  return files;
}

/** Tiles and bundles that a log of these entries has published, with all that it had at its earlier `sizes`. */
export function tilesFor(entries: readonly Buffer[], sizes: readonly number[] = []): Files {
  const files: Files = new Map();
  for (const size of [...sizes, entries.length]) {
    for (const { tile, bytes } of grow(0, entries.slice(0, size), () => undefined))
      files.set(`log/${tilePath(tile)}`, bytes);
  }
  return files;
}

/** The head of the first `size`, out of the tiles of a log of `all`. */
export function headOf(files: Files, size: number, key: SignerKey, all = size): Buffer {
  const root = rootAt(
    size,
    tileReader(all, (path) => files.get(`log/${path}`)),
  );
  return Buffer.from(signHead({ origin: key.name, size, root, extensions: [] }, key));
}

/** What the ledger's folder holds for anybody, but for the journal. */
export function publishedOf(
  entries: readonly Buffer[],
  key: SignerKey,
  sizes: readonly number[] = [],
): Files {
  const files = tilesFor(entries, sizes);
  files.set(HEAD, headOf(files, entries.length, key));
  files.set(KEY, Buffer.from(`${formatVerifierKey(verifierOf(key))}\n`));
  return files;
}

/** The head as the witness leaves it. */
export function cosigned(head: Buffer, time: number): Buffer {
  const { text, signatures } = parseNote(head);
  return Buffer.from(formatNote({ text, signatures: [...signatures, cosign(text, WITNESS, time)] }));
}

/** Files that the head needs, by their names. */
export function neededBy(size: number): readonly string[] {
  return [...tilesOf(size)].map((tile) => `log/${tilePath(tile)}`);
}
