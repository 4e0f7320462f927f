/** Compares what is published with what the entries of the journal make, as they come: every file is made again and read
 *  once. Those that the head needs are there, and none says anything else, neither an old partial tile nor one that a crash
 *  left without its head. */

import { CapstanError } from '../base/errors.ts';
import { HASH_BYTES, rootAt, type Tree } from '../ledger/proof.ts';
import { grow, parseTilePath, TILE_WIDTH, type Tile, tilePath, tileReader, tilesOf } from '../ledger/tile.ts';
import type { Folder } from '../storage/folder.ts';

export class Published {
  readonly #log: Folder;
  readonly #head: Tree;
  /** Files that are there, by the place of their tile, until they are compared. */
  readonly #files = new Map<string, Tile[]>();
  readonly #edge = new Edge();
  #batch: Buffer[] = [];
  #size = 0;
  #root: Uint8Array | undefined;

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
    if (head.size === 0) this.#root = rootAt(0, NOTHING_STORED);
  }

  /** The next entry; kept until 256 are there. */
  add(entry: Buffer): void {
    this.#batch.push(entry);
    const size = this.#size + this.#batch.length;
    if (this.#batch.length === TILE_WIDTH || size === this.#head.size) this.#grow();
  }

  /** The root of the entries that the head counts. Throws if a file differs from what the entries make. */
  end(): Uint8Array {
    this.#grow();
    for (const [tile, bytes] of this.#edge.partial()) this.#compare(tile, bytes);
    const [tile] = [...this.#files.values()].flat();
    if (tile) throw this.#differs(tile);
    return this.#root!;
  }

  #grow(): void {
    const source = this.#edge.read;
    const before = this.#size;
    this.#size += this.#batch.length;
    for (const { tile, bytes } of grow(before, this.#batch, source)) {
      this.#edge.keep(tile, bytes);
      if (tile.width === TILE_WIDTH) this.#compare(tile, bytes);
    }
    this.#batch = [];
    if (this.#size === this.#head.size && !this.#root)
      this.#root = rootAt(this.#size, tileReader(this.#size, source));
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

/** The last tile of each level as it grows, and the last full one, which the root may need. */
class Edge {
  readonly #tiles = new Map<string, Buffer>();
  readonly #last = new Map<Tile['level'], { readonly tile: Tile; readonly bytes: Buffer }>();

  keep(tile: Tile, bytes: Buffer): void {
    const before = this.#last.get(tile.level);
    if (before) this.#tiles.delete(tilePath(before.tile));
    this.#tiles.set(tilePath(tile), bytes);
    this.#last.set(tile.level, { tile, bytes });
  }

  readonly read = (path: string): Buffer | undefined => this.#tiles.get(path);

  *partial(): Generator<readonly [Tile, Buffer]> {
    for (const { tile, bytes } of this.#last.values()) if (tile.width < TILE_WIDTH) yield [tile, bytes];
  }
}

const NOTHING_STORED = { read: () => [] };

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
