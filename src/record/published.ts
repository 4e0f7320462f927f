/** Compares what is published with what the entries of the journal make, as they come: every hash of their tree is made
 *  once and every file read once. Those that the head needs are there, and none says anything else, neither an old partial
 *  tile nor one that a crash left without its head. */

import { CapstanError } from '../base/errors.ts';
import { type Digest, MerkleAccumulator } from '../ledger/merkle.ts';
import { HASH_BYTES, type Tree } from '../ledger/proof.ts';
import {
  encodeBundle,
  parseTilePath,
  TILE_HEIGHT,
  TILE_WIDTH,
  type Tile,
  tilePath,
  tilesOf,
} from '../ledger/tile.ts';
import type { Folder } from '../storage/folder.ts';

export class Published {
  readonly #log: Folder;
  readonly #head: Tree;
  /** Files that are there, by the place of their tile, until they are compared. */
  readonly #files = new Map<string, Tile[]>();
  readonly #tree = new MerkleAccumulator();
  /** The tile of each level that grows, and the entries of the bundle that does. */
  readonly #edge: Edge[] = [];
  #bundle: Buffer[] = [];
  #rootOfHead: string | undefined;

  /** `other`: a file beside the tiles. */
  constructor(log: Folder, other: string, head: Tree) {
    this.#log = log;
    this.#head = head;
    const names = new Set(log.files());
    names.delete(other);
    for (const tile of tilesOf(head.size))
      if (!names.has(tilePath(tile)))
        throw new CapstanError('corrupt', `${log.path}/${tilePath(tile)}: expected a file, got none`);
    for (const name of names) {
      const tile = parseTilePath(name);
      const there = this.#files.get(placeOf(tile));
      if (there) there.push(tile);
      else this.#files.set(placeOf(tile), [tile]);
    }
    if (head.size === 0) this.#rootOfHead = this.#tree.root();
  }

  /** Of the entries so far. */
  get tree(): Pick<MerkleAccumulator, 'size' | 'root'> {
    return this.#tree;
  }

  /** The next entry; kept until 256 are there. */
  add(entry: Buffer): void {
    this.#bundle.push(entry);
    this.#tree.append(entry, this.#keep);
    if (this.#bundle.length === TILE_WIDTH) this.#compareBundle();
    if (this.#tree.size === this.#head.size) this.#rootOfHead = this.#tree.root();
  }

  /** The root of the entries that the head counts. Throws if a file differs from what the entries make. */
  end(): Uint8Array {
    if (this.#bundle.length > 0) this.#compareBundle();
    for (const [level, edge] of this.#edge.entries()) if (edge.width > 0) this.#compareEdge(level, edge);
    const [tile] = [...this.#files.values()].flat();
    if (tile) throw this.#differs(tile);
    return Buffer.from(this.#rootOfHead!, 'hex');
  }

  /** Hashes of subtrees of 256^l entries are those in tiles. */
  readonly #keep = (height: number, root: Digest): void => {
    if (height % TILE_HEIGHT !== 0) return;
    const level = height / TILE_HEIGHT;
    this.#edge[level] ??= { bytes: Buffer.alloc(TILE_WIDTH * HASH_BYTES), index: 0, width: 0 };
    const edge = this.#edge[level];
    edge.bytes.write(root, edge.width * HASH_BYTES, HASH_BYTES, 'latin1');
    edge.width++;
    if (edge.width < TILE_WIDTH) return;
    this.#compareEdge(level, edge);
    edge.index++;
    edge.width = 0;
  };

  #compareBundle(): void {
    const width = this.#bundle.length;
    const tile: Tile = { level: 'entries', index: Math.ceil(this.#tree.size / TILE_WIDTH) - 1, width };
    this.#compare(tile, encodeBundle(this.#bundle));
    this.#bundle = [];
  }

  #compareEdge(level: number, { bytes, index, width }: Edge): void {
    this.#compare({ level, index, width }, bytes.subarray(0, width * HASH_BYTES));
  }

  /** Every file of the place of that tile, which will not grow any more. */
  #compare(tile: Tile, whole: Buffer): void {
    const place = placeOf(tile);
    for (const there of this.#files.get(place) ?? []) {
      const bytes = this.#log.read(tilePath(there));
      if (!beginning(whole, there).equals(bytes)) throw this.#differs(there);
    }
    this.#files.delete(place);
  }

  #differs(tile: Tile): CapstanError {
    return new CapstanError(
      'corrupt',
      `${this.#log.path}/${tilePath(tile)}: expected what the entries of the journal make, got other bytes`,
    );
  }
}

/** A tile as it grows. */
interface Edge {
  readonly bytes: Buffer;
  index: number;
  width: number;
}

/** Of a tile of whatever width. */
function placeOf({ level, index }: Tile): string {
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
