import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CapstanError } from '../base/errors.ts';
import { leafHash, merkleRoot } from './merkle.ts';
import { proveConsistency, proveInclusion, rootAt, verifyConsistency, verifyInclusion } from './proof.ts';
import {
  decodeBundle,
  encodeBundle,
  grow,
  parseTilePath,
  readBundle,
  type Tile,
  tilePath,
  tileReader,
  tilesOf,
} from './tile.ts';

const corrupt = expect.objectContaining({ code: 'corrupt' });
const invalid = expect.objectContaining({ code: 'invalid' });
const entriesOf = (count: number, from = 0) =>
  Array.from({ length: count }, (_, i) => Buffer.from(`entry ${from + i}`));
const paths = (tiles: Iterable<Tile>) => Array.from(tiles, tilePath);

/** A folder in memory where a file that is there is never written again. */
class Folder {
  readonly files = new Map<string, Uint8Array>();
  readonly source = (path: string) => this.files.get(path);

  append(size: number, entries: readonly Uint8Array[]): readonly string[] {
    return Array.from(grow(size, entries, this.source), ({ tile, bytes }) => {
      const path = tilePath(tile);
      expect(this.files.has(path)).toBe(false);
      this.files.set(path, bytes);
      return path;
    });
  }
}

const tile: fc.Arbitrary<Tile> = fc.record({
  level: fc.oneof(fc.constant('entries' as const), fc.integer({ min: 0, max: 63 })),
  index: fc.oneof(fc.nat(2000), fc.maxSafeNat()),
  width: fc.integer({ min: 1, max: 256 }),
});

describe('a path', () => {
  test('read again is the tile it was made of', () => {
    fc.assert(
      fc.property(tile, (made) => {
        expect(parseTilePath(tilePath(made))).toEqual(made);
      }),
    );
  });

  test.each([
    ['tile/0/x001/x234/067', { level: 0, index: 1234067, width: 256 }], // the example of tlog-tiles
    ['tile/4/x001/x234/067.p/1', { level: 4, index: 1234067, width: 1 }], // Go's, without its height
    ['tile/0/000', { level: 0, index: 0, width: 256 }],
    ['tile/1/x001/000', { level: 1, index: 1000, width: 256 }],
    ['tile/63/999.p/255', { level: 63, index: 999, width: 255 }],
    ['tile/entries/x123/x456/789.p/9', { level: 'entries', index: 123456789, width: 9 }],
  ] as const)('%s is the published one', (path, made) => {
    expect(tilePath(made)).toBe(path);
    expect(parseTilePath(path)).toEqual(made);
  });

  test.each([
    'tile/0/0',
    'tile/0/x000/001',
    'tile/0/x001',
    'tile/0/001/001',
    'tile/00/001',
    'tile/64/001',
    'tile/-1/001',
    'tile/0/001.p/0',
    'tile/0/001.p/256',
    'tile/0/001.p/01',
    'tile/0/001.p/',
    'tile/0/001.p',
    'tile/data/001',
    'tile/0/001/',
    '/tile/0/001',
    'tile/0/../001',
    'tile/0/x999/x999/x999/x999/x999/999',
    'tile/0/001\n',
    '',
  ])('«%s» names no tile', (path) => {
    expect(() => parseTilePath(path)).toThrow(corrupt);
  });

  test('of garbage is refused, and never by another error', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^tile\/[\dx/.p]{0,20}$/)), (text) => {
        const read = attempt(() => parseTilePath(text));
        if (read) expect(tilePath(read)).toBe(text);
      }),
    );
  });
});

describe('the tiles of a size', () => {
  test('70,000: the example of tlog-tiles', () => {
    const of = (level: Tile['level']) => [...tilesOf(70_000)].filter((each) => each.level === level);
    for (const level of [0, 'entries'] as const) {
      expect(of(level).filter(({ width }) => width === 256)).toHaveLength(273);
      expect(of(level).at(-1)).toEqual({ level, index: 273, width: 112 });
      expect(of(level)).toHaveLength(274);
    }
    expect(of(1)).toEqual([
      { level: 1, index: 0, width: 256 },
      { level: 1, index: 1, width: 17 },
    ]);
    expect(of(2)).toEqual([{ level: 2, index: 0, width: 1 }]);
    expect([...tilesOf(70_000)]).toHaveLength(274 + 274 + 2 + 1);
  });

  test('256: a full tile of level 0 and one of width 1 above it, as tlog-tiles notes', () => {
    expect(paths(tilesOf(256))).toEqual(['tile/entries/000', 'tile/0/000', 'tile/1/000.p/1']);
  });

  test('0: none', () => {
    expect(paths(tilesOf(0))).toEqual([]);
  });

  test('hold ⌊size / 256^l⌋ hashes at level l, all but the last tile full', () => {
    fc.assert(
      fc.property(fc.nat(200_000), (size) => {
        for (let level = 0; level < 3; level++) {
          const widths = [...tilesOf(size)].filter((each) => each.level === level).map(({ width }) => width);
          expect(widths.reduce((sum, width) => sum + width, 0)).toBe(Math.floor(size / 256 ** level));
          expect(widths.slice(0, -1).every((width) => width === 256)).toBe(true);
        }
      }),
    );
  });

  test('that are new after an earlier size are those that were not there then', () => {
    fc.assert(
      fc.property(fc.nat(150_000), fc.nat(150_000), (a, b) => {
        const [from, size] = a < b ? [a, b] : [b, a];
        const before = new Set(paths(tilesOf(from)));
        expect(paths(tilesOf(size, from))).toEqual(paths(tilesOf(size)).filter((path) => !before.has(path)));
      }),
      { numRuns: 30 },
    );
  });

  test.each([
    [-1, 0],
    [0.5, 0],
    [2, 3],
  ])('%s after %s are refused', (size, from) => {
    expect(() => [...tilesOf(size, from)]).toThrow(invalid);
  });
});

describe('a bundle', () => {
  const entry = fc.uint8Array({ minLength: 1, maxLength: 40 });

  test('read again has the entries it was made of, in every width', () => {
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 256 }), (entries) => {
        const read = decodeBundle(encodeBundle(entries), entries.length);
        expect(read.map((each) => Uint8Array.from(each))).toEqual(entries);
      }),
    );
  });

  test('is a big-endian uint16 of the length, then the bytes', () => {
    expect(
      encodeBundle([Buffer.from('ab'), Buffer.alloc(258, 1)])
        .subarray(0, 8)
        .toString('hex'),
    ).toBe('0002616201020101');
  });

  test('takes entries of 1 to 65,535 bytes', () => {
    const longest = Buffer.alloc(65_535, 3);
    expect(decodeBundle(encodeBundle([longest, Buffer.of(1)]), 2)).toEqual([longest, Buffer.of(1)]);
    expect(() => encodeBundle([Buffer.alloc(65_536)])).toThrow(invalid);
    expect(() => encodeBundle([Buffer.alloc(0)])).toThrow(invalid);
    expect(() => decodeBundle(Buffer.of(0, 0), 1)).toThrow(corrupt);
  });

  test('cut, lengthened or of another width is refused', () => {
    fc.assert(
      fc.property(fc.array(entry, { minLength: 1, maxLength: 20 }), fc.nat(), (entries, cut) => {
        const bytes = encodeBundle(entries);
        expect(() => decodeBundle(bytes.subarray(0, cut % bytes.length), entries.length)).toThrow(corrupt);
        expect(() => decodeBundle(Buffer.concat([bytes, Buffer.of(0)]), entries.length)).toThrow(corrupt);
        for (const width of [entries.length - 1, entries.length + 1])
          expect(() => decodeBundle(bytes, width)).toThrow(corrupt);
      }),
    );
  });

  test('of garbage is refused, or is exactly the encoding of what it says', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 30 }), fc.integer({ min: 1, max: 4 }), (bytes, width) => {
        const read = attempt(() => decodeBundle(bytes, width));
        if (read) expect(Uint8Array.from(encodeBundle(read))).toEqual(bytes);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('a log of tiles', () => {
  test('has the same roots and proofs however its entries came, in files that are written once', () => {
    const steps = fc.array(fc.integer({ min: 0, max: 300 }), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(steps, fc.nat(), (counts, chance) => {
        const folder = new Folder();
        let size = 0;
        for (const count of counts) {
          expect(folder.append(size, entriesOf(count, size))).toEqual(paths(tilesOf(size + count, size)));
          size += count;
          const reader = tileReader(size, folder.source);
          expect(hex(rootAt(size, reader))).toBe(merkleRoot(entriesOf(size)));
        }
        if (size === 0) return;
        const reader = tileReader(size, folder.source);
        const tree = { size, root: rootAt(size, reader) };
        const [index, older] = [chance % size, 1 + (chance % size)];
        verifyInclusion(proveInclusion(index, size, reader), index, leafHash(entriesOf(1, index)[0]!), tree);
        // The older root comes out of the newer tiles.
        const before = { size: older, root: rootAt(older, reader) };
        expect(hex(before.root)).toBe(merkleRoot(entriesOf(older)));
        verifyConsistency(proveConsistency(older, size, reader), before, tree);
        const entries = Array.from({ length: Math.ceil(size / 256) }, (_, i) =>
          readBundle(i, size, folder.source),
        );
        expect(entries.flat()).toEqual(entriesOf(size));
      }),
      { numRuns: 20 },
    );
  });

  test('of 70,000 reads through three levels', () => {
    const folder = new Folder();
    const entries = entriesOf(70_000);
    expect(folder.append(0, entries)).toEqual(paths(tilesOf(70_000)));
    const reader = tileReader(70_000, folder.source);
    const root = rootAt(70_000, reader);
    expect(hex(root)).toBe(merkleRoot(entries));
    for (const index of [0, 255, 256, 65_535, 65_536, 69_999])
      verifyInclusion(proveInclusion(index, 70_000, reader), index, leafHash(entries[index]!), {
        size: 70_000,
        root,
      });
  });

  test('needs no partial tile whose full one is there', () => {
    const folder = new Folder();
    folder.append(0, entriesOf(300));
    folder.append(300, entriesOf(300, 300));
    for (const path of folder.files.keys()) if (path.includes('001.p/')) folder.files.delete(path);
    expect(hex(rootAt(300, tileReader(300, folder.source)))).toBe(merkleRoot(entriesOf(300)));
    expect(readBundle(1, 300, folder.source)).toEqual(entriesOf(44, 256));
    const again = Array.from(grow(300, entriesOf(300, 300), folder.source), ({ bytes }) => bytes);
    const first = paths(tilesOf(600, 300)).map((path) => folder.files.get(path));
    expect(again).toEqual(first);
  });

  test('with a tile missing, too short or too long is refused', () => {
    const folder = new Folder();
    folder.append(0, entriesOf(300));
    const root = () => rootAt(300, tileReader(300, folder.source));
    for (const path of ['tile/0/001.p/44', 'tile/1/000.p/1', 'tile/entries/001.p/44']) {
      const bytes = folder.files.get(path)!;
      for (const other of [undefined, bytes.subarray(1), Buffer.concat([bytes, Buffer.of(0)])]) {
        if (other) folder.files.set(path, other);
        else folder.files.delete(path);
        if (path.includes('entries')) expect(() => readBundle(1, 300, folder.source)).toThrow(corrupt);
        else expect(root).toThrow(corrupt);
      }
      folder.files.set(path, bytes);
    }
    expect(hex(root())).toBe(merkleRoot(entriesOf(300)));
  });

  test('is asked for nothing beyond its size', () => {
    const folder = new Folder();
    folder.append(0, entriesOf(300));
    const reader = tileReader(300, folder.source);
    for (const subtree of [
      { level: 0, index: 300 },
      { level: 9, index: 0 },
      { level: 2, index: 75 },
    ])
      expect(() => reader.read([subtree])).toThrow(invalid);
    for (const index of [2, -1, 0.5]) expect(() => readBundle(index, 300, folder.source)).toThrow(invalid);
  });
});

function hex(hash: Uint8Array): string {
  return Buffer.from(hash).toString('hex');
}

function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    expect(error).toBeInstanceOf(CapstanError);
    return undefined;
  }
}
