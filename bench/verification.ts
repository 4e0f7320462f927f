/** How long it takes to verify all of a ledger, beside bare SHA-256 of the same entries and of the nodes above them, and
 *  how many proofs are made and verified in a second. */

import { createHash, hash } from 'node:crypto';
import * as fs from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Entry } from '../src/ledger/entry.ts';
import type { Disk } from '../src/storage/disk.ts';
import { type Benchmark, built, type Figure, figure, interleave, median, timed } from './benchmark.ts';

const TURNS = 3;
const PROOFS = 1000;
/** Groups in the journal, and what is grown at once. */
const [GROUP, BATCH] = [256, 65_536];
const SEGMENT_BYTES = 2 ** 20; // a ledger's
const MS = 1000;

export function verificationOf(count: number): Benchmark {
  const name = `ledger/${count / MS}k`;
  return {
    measures: `time to verify a ledger of ${count.toLocaleString('en')} entries on disk, beside SHA-256 of the same bytes and of the tree in memory`,
    async run(say) {
      const runs = fileURLToPath(new URL('../runs/', import.meta.url));
      fs.mkdirSync(runs, { recursive: true });
      const path = fs.mkdtempSync(join(runs, 'bench-ledger-'));
      try {
        const entries = await write(path, count);
        const bytes = entries.reduce((sum, { length }) => sum + length, 0);
        say(`${count} entries of ${Math.round(bytes / count)} bytes on average`);
        const figures = [await verification(name, path, entries, say)];
        return [...figures, ...(await proofs(name, path, entries, say))];
      } finally {
        fs.rmSync(path, { recursive: true });
      }
    },
  };
}

async function verification(
  name: string,
  path: string,
  entries: readonly Buffer[],
  say: (line: string) => void,
): Promise<Figure> {
  const { auditLedger } = await built<typeof import('../src/record/verify.ts')>('record/verify');
  const { scanEntry } = await built<typeof import('../src/ledger/scan.ts')>('ledger/scan');
  const ms = async (act: () => unknown) => (await timed(act)) * MS;
  const times = await interleave(TURNS, {
    own: () => ms(() => auditLedger(path)),
    bare: () => ms(() => bare(entries, buffered)),
    fast: () => ms(() => bare(entries, pooled)),
    scan: () => ms(() => entries.forEach(scanEntry)),
  });
  const [own, peer, fast, scan] = [times.own, times.bare, times.fast, times.scan].map(median) as [
    number,
    number,
    number,
    number,
  ];
  const ratios = (time: number) =>
    `${Math.round(time)} ms: ${(time / peer).toFixed(2)} of it, ${(time / fast).toFixed(2)} of the fast way`;
  say(`bare hashing, digests as Buffers ${Math.round(peer)} ms, as strings ${Math.round(fast)} ms`);
  say(`verified in ${ratios(own)}`);
  say(`without a look at what entries say ${ratios(own - scan)}`);
  return figure(`${name}/verify`, 'ms', own, {
    name: `SHA-256 of node:crypto, Node ${process.versions.node}`,
    value: peer,
  });
}

/** One digest, as anybody would ask for it, and by way of a string, which is the fastest way we know. */
const buffered = (bytes: Buffer): Buffer => hash('sha256', bytes, 'buffer');
const pooled = (bytes: Buffer): Buffer => Buffer.from(hash('sha256', bytes, 'binary'), 'binary');

/** The root of RFC 6962 with nothing but node:crypto, level by level. */
function bare(entries: readonly Buffer[], digest: (bytes: Buffer) => Buffer): string {
  const prefixed = Buffer.alloc(2 ** 16);
  let level: Buffer[] = entries.map((entry) => {
    prefixed.set(entry, 1);
    return digest(prefixed.subarray(0, entry.length + 1));
  });
  const node = Buffer.alloc(65, 1);
  while (level.length > 1) {
    const above: Buffer[] = [];
    for (let i = 0; i + 1 < level.length; i += 2) {
      node.set(level[i]!, 1);
      node.set(level[i + 1]!, 33);
      above.push(digest(node));
    }
    // A last one without a neighbour goes up as it is, which comes to the same tree.
    if (level.length % 2 === 1) above.push(level.at(-1)!);
    level = above;
  }
  return level[0]!.toString('hex');
}

async function proofs(
  name: string,
  path: string,
  entries: readonly Buffer[],
  say: (line: string) => void,
): Promise<readonly Figure[]> {
  const { tileReader } = await built<typeof import('../src/ledger/tile.ts')>('ledger/tile');
  const { leafHash } = await built<typeof import('../src/ledger/merkle.ts')>('ledger/merkle');
  const proof = await built<typeof import('../src/ledger/proof.ts')>('ledger/proof');
  const cache = new Map<string, Buffer | undefined>();
  const size = entries.length;
  const fresh = () =>
    tileReader(size, (tile) => {
      const file = join(path, 'log', tile);
      if (!cache.has(tile)) cache.set(tile, fs.existsSync(file) ? fs.readFileSync(file) : undefined);
      return cache.get(tile);
    });
  const reader = fresh();
  const tree = { size, root: proof.rootAt(size, reader) };
  const places = Array.from({ length: PROOFS }, (_, i) => Math.floor((i * size) / PROOFS));
  const inclusion = places.map((index) => proof.proveInclusion(index, size, reader));
  const consistency = places.map((older) => proof.proveConsistency(older, size, reader));
  const older = places.map((before) => ({ size: before, root: proof.rootAt(before, reader) }));
  const leaves = places.map((index) => leafHash(entries[index]!));
  const rate = async (act: (place: number, i: number) => unknown) =>
    PROOFS / (await timed(() => places.forEach(act)));
  const rates = await interleave(TURNS, {
    'prove-inclusion': () => rate((index) => proof.proveInclusion(index, size, reader)),
    'verify-inclusion': () =>
      rate((index, i) => proof.verifyInclusion(inclusion[i]!, index, leaves[i]!, tree)),
    'prove-consistency': () => rate((before) => proof.proveConsistency(before, size, reader)),
    'verify-consistency': () => rate((_, i) => proof.verifyConsistency(consistency[i]!, older[i]!, tree)),
  });
  const cold = await rate((index) => proof.proveInclusion(index, size, fresh()));
  say(`inclusion proofs from hashes of tiles alone, none above them known yet: ${Math.round(cold)} a second`);
  return Object.entries(rates).map(([what, samples]) =>
    figure(`${name}/${what}`, 'proofs/s', median(samples)),
  );
}

/** The ledger as a project leaves it, but for the syncs; its entries. */
async function write(path: string, count: number): Promise<readonly Buffer[]> {
  const { encodeEntry } = await built<typeof import('../src/ledger/entry.ts')>('ledger/entry');
  const { Journal } = await built<typeof import('../src/storage/journal.ts')>('storage/journal');
  const { Folder } = await built<typeof import('../src/storage/folder.ts')>('storage/folder');
  const { signHead } = await built<typeof import('../src/ledger/head.ts')>('ledger/head');
  const key = await built<typeof import('../src/ledger/key.ts')>('ledger/key');
  const { rootAt } = await built<typeof import('../src/ledger/proof.ts')>('ledger/proof');
  const tiles = await built<typeof import('../src/ledger/tile.ts')>('ledger/tile');
  const { logOf, sourceOf } = await built<typeof import('../src/record/ledger.ts')>('record/ledger');
  const disk: Disk = { ...fs, fsyncSync: () => {}, fdatasyncSync: () => {} };
  const folder = new Folder(path, disk);
  const entries = Array.from({ length: count }, (_, seq) => Buffer.from(encodeEntry(entryOf(seq))));
  const { journal } = Journal.open(`${path}/journal`, disk, { segmentBytes: SEGMENT_BYTES });
  for (let at = 0; at < count; at += GROUP) journal.append(entries.slice(at, at + GROUP));
  journal.close();
  const log = logOf(folder);
  const source = sourceOf(log);
  for (let at = 0; at < count; at += BATCH)
    for (const { tile, bytes } of tiles.grow(at, entries.slice(at, at + BATCH), source))
      log.writeAtomic(tiles.tilePath(tile), bytes);
  const signer = key.signerKey('note', ORIGIN, Buffer.alloc(key.SEED_BYTES, 1));
  const root = rootAt(count, tiles.tileReader(count, source));
  log.writeAtomic('checkpoint', signHead({ origin: signer.name, size: count, root, extensions: [] }, signer));
  folder.writeAtomic('log.vkey', `${key.formatVerifierKey(key.verifierOf(signer))}\n`);
  return entries;
}

const ORIGIN = 'example.org/bench';

/** As in a project: training begins, a person acts, a gate decides, training ends. */
function entryOf(seq: number): Entry {
  const base = { v: 1 as const, seq, time: '2026-11-28T12:00:00.000Z', run: `run-${seq % 100}` };
  const program = { id: 'program:capstan', kind: 'program' as const, version: '0.1.0' };
  const sha256 = createHash('sha256').update(String(seq)).digest('hex');
  const subjects = [{ name: 'checkpoint', sha256 }];
  const parents = [Math.max(0, seq - 1)];
  if (seq === 0) return { ...base, kind: 'ledger-started', actor: program, words: { origin: ORIGIN } };
  const turn = (seq - 1) % 4;
  if (turn === 0) return { ...base, kind: 'training-started', actor: program };
  if (turn === 1) {
    const subjects = [{ name: 'answer', sha256 }];
    return { ...base, kind: 'action-taken', actor: { id: 'person:ada', kind: 'person' }, subjects, parents };
  }
  if (turn === 2) {
    const figures = { 'agreement-ppm': 990_000 + (seq % MS), asked: 1000, passed: 1 };
    return {
      ...base,
      kind: 'gate-decided',
      actor: program,
      figures,
      words: { arm: 'ida', level: '3' },
      subjects,
    };
  }
  return { ...base, kind: 'training-ended', actor: program, subjects, parents, ends: seq - 3 };
}
