/** The static files of a log, as in C2SP tlog-tiles (c2sp.org/tlog-tiles). Tile n of level l holds the hashes, i < 256,
 *     MTH(D[(n · 256 + i) · 256^l : (n · 256 + i + 1) · 256^l])
 *  that exist so far: a full tile has 256 and never changes, a partial one has ⌊size / 256^l⌋ mod 256. Bundle n holds the
 *  entries whose hashes are in tile n of level 0. A source of tiles is a function from path to bytes and is believed
 *  nothing: what was read must be shown to belong to a signed root, by `rootAt` or by a proof. */

import { CapstanError, expectInteger } from '../base/errors.ts';
import { corrupt, quoted } from './_strict.ts';
import { leafHash, nodeHash } from './merkle.ts';
import { HASH_BYTES, type HashReader, type Subtree } from './proof.ts';

/** tlog-tiles: 2^8 hashes in a full tile. */
export const TILE_WIDTH = 256;
export const TILE_HEIGHT = 8;

/** A length in a bundle has two bytes. */
export const ENTRY_BYTES_MAX = 65_535;

export interface Tile {
  /** From 0, the leaves', to 63; «entries» for a bundle. */
  readonly level: number | 'entries';
  readonly index: number;
  /** Hashes or entries in it, from 1 to 256. */
  readonly width: number;
}

/** The bytes at a path, or undefined where there are none. */
export type TileSource = (path: string) => Uint8Array | undefined;

/** `tile/<L>/<N>[.p/<W>]`, N in groups of three digits, all but the last with an x. */
export function tilePath({ level, index, width }: Tile): string {
  const digits = `${index}`.padStart(Math.ceil(`${index}`.length / 3) * 3, '0');
  const groups = digits.replace(/\d{3}(?=\d)/g, 'x$&/');
  return `tile/${level}/${groups}${width === TILE_WIDTH ? '' : `.p/${width}`}`;
}

/** The tile that a path names; no two paths name the same. */
export function parseTilePath(path: string): Tile {
  const [, level, groups, width] =
    /^tile\/(entries|\d{1,2})\/((?:x\d{3}\/){0,5}\d{3})(?:\.p\/(\d{1,3}))?$/.exec(path) ?? [];
  const tile: Tile = {
    level: level === 'entries' ? level : Number(level),
    index: Number(groups?.replace(/[x/]/g, '')),
    width: width === undefined ? TILE_WIDTH : Number(width),
  };
  const known = Number.isSafeInteger(tile.index) && (tile.level === 'entries' || tile.level <= 63);
  if (!known || tile.width < 1 || tile.width > TILE_WIDTH || tilePath(tile) !== path)
    throw corrupt('a path', 'that of a tile', quoted(path));
  return tile;
}

/** The bundles, then the tiles by level, that a log of `size` entries has and one of `from` had not. */
export function* tilesOf(size: number, from = 0): Generator<Tile> {
  expectInteger('size', size, 0, Number.MAX_SAFE_INTEGER);
  expectInteger('the size before', from, 0, size);
  yield* tilesOfLevel('entries', size, from);
  for (let level = 0, now = size, before = from; now > 0; level++) {
    yield* tilesOfLevel(level, now, before);
    now = Math.floor(now / TILE_WIDTH);
    before = Math.floor(before / TILE_WIDTH);
  }
}

/** Entries one after the other, each after its length as a big-endian uint16. */
export function encodeBundle(entries: readonly Uint8Array[]): Buffer {
  const bytes = Buffer.allocUnsafe(entries.reduce((sum, { length }) => sum + LENGTH_BYTES + length, 0));
  let at = 0;
  for (const entry of entries) {
    expectInteger('the bytes of an entry', entry.length, 1, ENTRY_BYTES_MAX);
    bytes.writeUInt16BE(entry.length, at);
    bytes.set(entry, at + LENGTH_BYTES);
    at += LENGTH_BYTES + entry.length;
  }
  return bytes;
}

/** The entries of a bundle of exactly that width. */
export function decodeBundle(bytes: Uint8Array, width: number): readonly Buffer[] {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const entries: Buffer[] = [];
  let at = 0;
  while (at + LENGTH_BYTES <= buffer.length && entries.length < width) {
    const length = buffer.readUInt16BE(at);
    at += LENGTH_BYTES;
    if (length === 0) throw corrupt('a bundle', 'entries of 1 byte and more', 'an empty one');
    if (at + length > buffer.length)
      throw corrupt('a bundle', `an entry of ${length} bytes`, `the ${buffer.length - at} that are left`);
    entries.push(buffer.subarray(at, at + length));
    at += length;
  }
  if (entries.length !== width) throw corrupt('a bundle', `${width} entries`, `${entries.length}`);
  if (at !== buffer.length) throw corrupt('a bundle', 'nothing after it', `${buffer.length - at} bytes`);
  return entries;
}

/** The entries of bundle `index` in a log of `size`. */
export function readBundle(index: number, size: number, source: TileSource): readonly Buffer[] {
  expectInteger('bundle', index, 0, Math.ceil(size / TILE_WIDTH) - 1);
  const width = widthIn(size, index);
  const partial = source(tilePath({ level: 'entries', index, width }));
  if (partial) return decodeBundle(partial, width);
  return decodeBundle(read({ level: 'entries', index, width: TILE_WIDTH }, source), TILE_WIDTH).slice(
    0,
    width,
  );
}

/** The stored hashes of a log of `size`, out of its tiles, each of which is read once while it is among the last 1,024 (16
 *  MiB). It checks how long they are and verifies nothing. */
export function tileReader(size: number, source: TileSource): HashReader {
  const tiles = new Map<number, TileTree>();
  const treeOf = (tile: Tile & { readonly level: number }): TileTree => {
    const place = tile.index * LEVELS_MAX + tile.level;
    const known = tiles.get(place);
    if (known) return known;
    const tree = new TileTree(readTile(tile, source));
    if (tiles.size === TILES_KEPT) tiles.clear();
    tiles.set(place, tree);
    return tree;
  };
  return {
    read: (subtrees) =>
      subtrees.map((subtree) => {
        const { tile, height, place } = placeOf(subtree, size);
        return treeOf(tile).root(height, place);
      }),
  };
}

const TILES_KEPT = 1024;
/** Of 2^53 entries: 7 of tiles. */
const LEVELS_MAX = 8;

/** The hashes of a tile, and those above them as far as somebody has asked. */
class TileTree {
  readonly #hashes: Uint8Array;
  /** By the number that a node has in a heap: 1 the root of all, 2 and 3 below it. */
  readonly #above: Uint8Array[] = [];

  constructor(hashes: Uint8Array) {
    this.#hashes = hashes;
  }

  /** Above 2^height hashes, the `place`th of these. */
  root(height: number, place: number): Uint8Array {
    if (height === 0) return this.#hashes.subarray(place * HASH_BYTES, (place + 1) * HASH_BYTES);
    const number = 2 ** (TILE_HEIGHT - height) + place;
    this.#above[number] ??= nodeHash(this.root(height - 1, 2 * place), this.root(height - 1, 2 * place + 1));
    return this.#above[number];
  }
}

/** What to write when entries come after the first `size`: the bundles and tiles of `tilesOf(size + n, size)`, in that
 *  order. The partial ones at the edge of the log so far are read from the source. */
export function* grow(
  size: number,
  entries: readonly Uint8Array[],
  source: TileSource,
): Generator<{ readonly tile: Tile; readonly bytes: Buffer }> {
  expectInteger('size', size, 0, Number.MAX_SAFE_INTEGER - entries.length);
  const bundled = entries.map((entry) => encodeBundle([entry]));
  yield* filled('entries', size, bundled, source);
  let hashes: readonly Uint8Array[] = entries.map(leafHash);
  for (let level = 0, before = size; hashes.length > 0; level++) {
    const roots: Uint8Array[] = [];
    for (const part of filled(level, before, hashes, source)) {
      yield part;
      if (part.tile.width === TILE_WIDTH) roots.push(new TileTree(part.bytes).root(TILE_HEIGHT, 0));
    }
    hashes = roots;
    before = Math.floor(before / TILE_WIDTH);
  }
}

const LENGTH_BYTES = 2;

/** Of a level with `now` hashes that had `before`: the tiles that are new. */
function* tilesOfLevel(level: Tile['level'], now: number, before: number): Generator<Tile> {
  const full = Math.floor(now / TILE_WIDTH);
  for (let index = Math.floor(before / TILE_WIDTH); index < full; index++)
    yield { level, index, width: TILE_WIDTH };
  const width = now % TILE_WIDTH;
  if (width > 0 && now > before) yield { level, index: full, width };
}

/** The new tiles of a level that had `before` items, with their bytes. */
function* filled(level: Tile['level'], before: number, items: readonly Uint8Array[], source: TileSource) {
  let index = Math.floor(before / TILE_WIDTH);
  let width = before % TILE_WIDTH;
  let parts: Uint8Array[] = [];
  if (items.length > 0 && width > 0)
    parts =
      level === 'entries'
        ? [encodeBundle(readBundle(index, before, source))]
        : [readTile({ level, index, width }, source)];
  for (const item of items) {
    parts.push(item);
    width++;
    if (width < TILE_WIDTH) continue;
    yield { tile: { level, index, width }, bytes: Buffer.concat(parts) };
    index++;
    width = 0;
    parts = [];
  }
  if (parts.length > 0) yield { tile: { level, index, width }, bytes: Buffer.concat(parts) };
}

/** A tile may be gone once it is full (tlog-tiles, «Partial Tiles»); then it is the beginning of the full one. */
function readTile(tile: Tile, source: TileSource): Uint8Array {
  const partial = source(tilePath(tile));
  const whole = { ...tile, width: partial ? tile.width : TILE_WIDTH };
  const bytes = partial ?? read(whole, source);
  if (bytes.length !== whole.width * HASH_BYTES)
    throw corrupt(tilePath(whole), `${whole.width * HASH_BYTES} bytes`, `${bytes.length}`);
  return bytes.subarray(0, tile.width * HASH_BYTES);
}

function read(tile: Tile, source: TileSource): Uint8Array {
  const bytes = source(tilePath(tile));
  if (!bytes) throw corrupt(tilePath(tile), 'a tile', 'none');
  return bytes;
}

/** A subtree of level 8l + h is above 2^h consecutive hashes of one tile of level l. */
function placeOf({ level, index }: Subtree, size: number) {
  const tileLevel = Math.floor(level / TILE_HEIGHT);
  const height = level % TILE_HEIGHT;
  const count = 2 ** height;
  const tileIndex = Math.floor((index * count) / TILE_WIDTH);
  const place = index % (TILE_WIDTH / count);
  const width = widthIn(Math.floor(size / TILE_WIDTH ** tileLevel), tileIndex);
  if ((place + 1) * count > width)
    throw new CapstanError('invalid', `subtree ${index} of level ${level}: expected one in a log of ${size}`);
  return { tile: { level: tileLevel, index: tileIndex, width }, height, place };
}

/** How many of a level's hashes tile `index` holds; below 1, if none. */
function widthIn(hashes: number, index: number): number {
  return Math.min(TILE_WIDTH, hashes - index * TILE_WIDTH);
}
