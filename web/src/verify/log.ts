/** The whole log, verified here from what is published of it (docs/ledger-format.md): the head is signed by the log, every entry
 *  is well formed and has its number, every hash in every tile is the one that the entries make, and so is the root. It
 *  cannot see what is not published: whether whoever acted was allowed to, and contents; `capstan ledger verify` looks at those. */

import { openHead } from '../../../src/ledger/head.ts';
import { parseVerifierKey } from '../../../src/ledger/key.ts';
import { type Digest, MerkleAccumulator } from '../../../src/ledger/merkle.ts';
import { HASH_BYTES } from '../../../src/ledger/proof.ts';
import { scanEntry } from '../../../src/ledger/scan.ts';
import { decodeBundle, TILE_HEIGHT, TILE_WIDTH, type Tile, tilePath } from '../../../src/ledger/tile.ts';

/** The bytes of a published file by its path, «checkpoint», «tile/0/000»; undefined where there is none. */
export type FetchBytes = (path: string) => Promise<Uint8Array | undefined>;

export interface Progress {
  readonly entries: number;
  readonly of: number;
  readonly files: number;
}

export interface VerifiedLog {
  readonly origin: string;
  readonly size: number;
  /** In hex. */
  readonly root: string;
  readonly files: number;
  readonly ms: number;
}

/** So that the network is not waited for between bundles. */
const AHEAD = 8;

/** Throws what is wrong, and where. `key`: the log's verifier key. */
export async function verifyLog(
  fetchBytes: FetchBytes,
  key: string,
  onProgress: (progress: Progress) => void = () => {},
): Promise<VerifiedLog> {
  const began = performance.now();
  const note = await fetchBytes('checkpoint');
  if (!note) throw new Error('checkpoint: expected a signed head, got none');
  const { origin, size, root } = openHead(note, parseVerifierKey(key));
  const published = new Published(fetchBytes, size);
  const bundles = Math.ceil(size / TILE_WIDTH);
  const coming: Promise<readonly Uint8Array[]>[] = [];
  for (let index = 0, next = 0; index < bundles; index++) {
    for (; next < Math.min(index + AHEAD, bundles); next++) {
      const bundle = published.bundle(next);
      // One that fails while an earlier one is waited for is told when its turn comes.
      bundle.catch(() => {});
      coming.push(bundle);
    }
    for (const bytes of await coming.shift()!) await published.add(bytes);
    onProgress({ entries: published.size, of: size, files: published.files });
  }
  const found = await published.end();
  const signed = hexOf(root);
  if (found !== signed)
    throw new Error(`the log: expected entries under the signed root ${signed}, got ${found}`);
  if (size > 0 && published.origin !== origin)
    throw new Error(`entry 0: expected the log's own name «${origin}», got «${published.origin}»`);
  return { origin, size, root: signed, files: published.files + 1, ms: performance.now() - began };
}

/** Hashes of one level as they come, until they fill a tile. */
interface Edge {
  readonly hashes: Uint8Array;
  index: number;
  width: number;
}

class Published {
  files = 0;
  /** Name of the log, as its first entry has it. */
  origin: string | undefined;
  readonly #fetch: FetchBytes;
  readonly #of: number;
  readonly #tree = new MerkleAccumulator();
  readonly #edges: Edge[] = [];
  readonly #full: { readonly tile: Tile; readonly hashes: Uint8Array }[] = [];

  constructor(fetchBytes: FetchBytes, of: number) {
    this.#fetch = fetchBytes;
    this.#of = of;
  }

  get size(): number {
    return this.#tree.size;
  }

  async bundle(index: number): Promise<readonly Uint8Array[]> {
    const width = Math.min(TILE_WIDTH, this.#of - index * TILE_WIDTH);
    const tile: Tile = { level: 'entries', index, width };
    const { bytes, isWhole } = await this.#read(tile);
    try {
      return isWhole ? decodeBundle(bytes, TILE_WIDTH).slice(0, width) : decodeBundle(bytes, width);
    } catch (cause) {
      throw new Error(`${tilePath(tile)}: ${(cause as Error).message}`, { cause });
    }
  }

  async add(entry: Uint8Array): Promise<void> {
    const scanned = scanEntry(entry, this.size);
    if (scanned.seq === 0) this.origin = scanned.entry().words?.origin;
    this.#tree.append(entry, this.#keep);
    while (this.#full.length > 0) await this.#compare(this.#full.shift()!);
  }

  /** The root of all entries, in hex. */
  async end(): Promise<string> {
    for (const [level, { hashes, index, width }] of this.#edges.entries())
      if (width > 0)
        await this.#compare({ tile: { level, index, width }, hashes: hashes.slice(0, width * HASH_BYTES) });
    return this.#tree.root();
  }

  readonly #keep = (height: number, root: Digest): void => {
    if (height % TILE_HEIGHT !== 0) return;
    const level = height / TILE_HEIGHT;
    this.#edges[level] ??= { hashes: new Uint8Array(TILE_WIDTH * HASH_BYTES), index: 0, width: 0 };
    const edge = this.#edges[level];
    for (let i = 0; i < HASH_BYTES; i++) edge.hashes[edge.width * HASH_BYTES + i] = root.charCodeAt(i);
    if (++edge.width < TILE_WIDTH) return;
    this.#full.push({ tile: { level, index: edge.index, width: TILE_WIDTH }, hashes: edge.hashes.slice() });
    edge.index++;
    edge.width = 0;
  };

  async #compare({ tile, hashes }: { readonly tile: Tile; readonly hashes: Uint8Array }): Promise<void> {
    const { bytes, isWhole } = await this.#read(tile);
    const isLong = bytes.length === (isWhole ? TILE_WIDTH : tile.width) * HASH_BYTES;
    if (!isLong || hashes.some((byte, i) => byte !== bytes[i]))
      throw new Error(`${tilePath(tile)}: expected what the entries make, got other bytes`);
  }

  /** A partial tile may be gone once it is full (tlog-tiles, «Partial Tiles»); then it is the beginning of the full one. */
  async #read(tile: Tile): Promise<{ readonly bytes: Uint8Array; readonly isWhole: boolean }> {
    const own = await this.#fetch(tilePath(tile));
    const bytes =
      own ?? (tile.width < TILE_WIDTH ? await this.#fetch(tilePath({ ...tile, width: TILE_WIDTH })) : own);
    if (!bytes) throw new Error(`${tilePath(tile)}: expected a file, got none`);
    this.files++;
    return { bytes, isWhole: own === undefined || tile.width === TILE_WIDTH };
  }
}

function hexOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
