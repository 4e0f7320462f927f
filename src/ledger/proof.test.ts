import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { leafHash, merkleRoot, nodeHash } from './merkle.ts';
import {
  beginningShown,
  type HashReader,
  proveConsistency,
  proveInclusion,
  rootAt,
  type Tree,
  verifyConsistency,
  verifyInclusion,
} from './proof.ts';

const SIZES = 70;
const LEAVES = Array.from({ length: SIZES }, (_, index) => Buffer.from(`leaf ${index}`));
const corrupt = expect.objectContaining({ code: 'corrupt' });
const invalid = expect.objectContaining({ code: 'invalid' });
const hex = (hashes: readonly Uint8Array[]) =>
  hashes.map((hash) => Buffer.from(hash).toString('hex')).join(' ');

/** Stored hashes of these leaves, that refuses to be asked for what is no complete subtree, or twice for one thing. */
function stored(leaves: readonly Uint8Array[]): HashReader & { asked: number } {
  const levels = [leaves.map(leafHash)];
  while (levels.at(-1)!.length > 1) {
    const below = levels.at(-1)!;
    levels.push(
      Array.from({ length: Math.floor(below.length / 2) }, (_, i) =>
        nodeHash(below[2 * i]!, below[2 * i + 1]!),
      ),
    );
  }
  return {
    asked: 0,
    read(subtrees) {
      this.asked++;
      const names = subtrees.map(({ level, index }) => `${level} ${index}`);
      if (new Set(names).size < names.length) throw new Error('asked twice for one subtree');
      return subtrees.map(({ level, index }) => {
        const hash = levels[level]?.[index];
        if (!hash) throw new Error(`no complete subtree ${index} of level ${level}`);
        return hash;
      });
    },
  };
}

const READER = stored(LEAVES);
const treeOf = (size: number): Tree => ({ size, root: mth(LEAVES.slice(0, size)) });
const TREES = Array.from({ length: SIZES + 1 }, (_, size) => treeOf(size));
const HASHES = LEAVES.map(leafHash);

describe('rootAt', () => {
  test('is the root of the first leaves, for every size', () => {
    for (let size = 0; size <= SIZES; size++)
      expect(Buffer.from(rootAt(size, READER)).toString('hex')).toBe(merkleRoot(LEAVES.slice(0, size)));
  });
});

describe('an inclusion proof', () => {
  test('is PATH of RFC 6962 §2.1.1, word for word, and verifies, for every leaf of every size up to 70', () => {
    for (let size = 1; size <= SIZES; size++)
      for (let index = 0; index < size; index++) {
        const proof = proveInclusion(index, size, READER);
        expect(hex(proof)).toBe(hex(pathOf(index, LEAVES.slice(0, size))));
        verifyInclusion(proof, index, HASHES[index]!, TREES[size]!);
      }
  });

  test('asks the reader once, or not at all', () => {
    for (let size = 1; size <= SIZES; size++) {
      const reader = stored(LEAVES);
      proveInclusion(size - 1, size, reader);
      expect(reader.asked).toBe(size === 1 ? 0 : 1);
    }
  });

  test('of another leaf, index or root is refused, for every size up to 16', () => {
    for (let size = 1; size <= 16; size++)
      for (let index = 0; index < size; index++) {
        const proof = proveInclusion(index, size, READER);
        const verify = (i: number, leaf: number, tree: Tree) => () =>
          verifyInclusion(proof, i, HASHES[leaf]!, tree);
        for (let other = 0; other <= size; other++)
          if (other !== index) {
            expect(verify(index, other, TREES[size]!)).toThrow(corrupt);
            expect(verify(other, index, TREES[size]!)).toThrow(corrupt);
          }
        expect(verify(index, index, { size, root: TREES[size - 1]!.root })).toThrow(corrupt);
      }
  });
});

describe('a consistency proof', () => {
  test('is PROOF of RFC 6962 §2.1.2, word for word, and verifies, for every two sizes up to 70', () => {
    for (let newer = 1; newer <= SIZES; newer++)
      for (let older = 1; older <= newer; older++) {
        const proof = proveConsistency(older, newer, READER);
        expect(hex(proof)).toBe(hex(subproofOf(older, LEAVES.slice(0, newer), true)));
        verifyConsistency(proof, TREES[older]!, TREES[newer]!);
      }
  });

  test('of the empty tree is empty: it begins every tree, and nothing else does', () => {
    for (let newer = 0; newer <= SIZES; newer++) {
      expect(proveConsistency(0, newer, READER)).toEqual([]);
      verifyConsistency([], TREES[0]!, TREES[newer]!);
      expect(() => verifyConsistency([], { size: 0, root: TREES[1]!.root }, TREES[newer]!)).toThrow(corrupt);
    }
    expect(() => verifyConsistency([], TREES[0]!, { size: 0, root: TREES[1]!.root })).toThrow(corrupt);
    expect(() => verifyConsistency([HASHES[0]!], TREES[0]!, TREES[5]!)).toThrow(corrupt);
  });

  test('of two other trees is refused, and of trees that shrank', () => {
    for (let newer = 2; newer <= 24; newer++)
      for (let older = 1; older < newer; older++) {
        const proof = proveConsistency(older, newer, READER);
        const rewritten = { size: older, root: mth([Buffer.from('x'), ...LEAVES.slice(1, older)]) };
        const forked = { size: newer, root: mth([...LEAVES.slice(0, newer - 1), Buffer.from('x')]) };
        expect(() => verifyConsistency(proof, rewritten, TREES[newer]!)).toThrow(corrupt);
        expect(() => verifyConsistency(proof, TREES[older]!, forked)).toThrow(corrupt);
        expect(() => verifyConsistency(proof, TREES[newer]!, TREES[older]!)).toThrow(corrupt);
      }
  });

  test('of two trees of one size is that their roots are one', () => {
    for (let size = 1; size <= SIZES; size++)
      expect(() => verifyConsistency([], TREES[size]!, { size, root: TREES[size - 1]!.root })).toThrow(
        corrupt,
      );
  });
});

/** One thing changed somewhere: a bit, a hash more, one fewer, two in the other order, bytes moved between two. */
const mutation = fc.record({
  kind: fc.constantFrom('bit', 'more', 'fewer', 'order', 'cut', 'move'),
  where: fc.nat(),
  bit: fc.nat(255),
});

function mutated(
  hashes: readonly Uint8Array[],
  { kind, where, bit }: { kind: string; where: number; bit: number },
): readonly Uint8Array[] {
  const copy = hashes.map((hash) => Buffer.from(hash));
  const at = hashes.length === 0 ? 0 : where % hashes.length;
  if (kind === 'more' || hashes.length === 0) return copy.toSpliced(at, 0, Buffer.alloc(32, bit));
  if (kind === 'fewer') return copy.toSpliced(at, 1);
  if (kind === 'cut') return copy.with(at, copy[at]!.subarray(0, bit % 32));
  if (hashes.length > 1 && kind === 'order') {
    const other = (at + 1) % hashes.length;
    return copy.with(at, copy[other]!).with(other, copy[at]!);
  }
  // Together the two have the bytes they had: only their lengths are wrong.
  if (hashes.length > 1 && kind === 'move') {
    const other = (at + 1) % hashes.length;
    return copy
      .with(at, Buffer.concat([copy[at]!, copy[other]!.subarray(0, 1)]))
      .with(other, copy[other]!.subarray(1));
  }
  copy[at]![bit >> 3]! ^= 1 << (bit & 7);
  return copy;
}

describe('what a consistency proof shows a tree to begin with', () => {
  test('is its tree of that size, whatever was expected; one of 2^n leaves is not named', () => {
    for (let newer = 0; newer <= SIZES; newer++)
      for (let older = 0; older <= newer; older++) {
        const shown = beginningShown(proveConsistency(older, newer, READER), older, TREES[newer]!);
        const isNamed = older > 0 && older < newer && !Number.isInteger(Math.log2(older));
        expect(shown, `${older} in ${newer}`).toEqual(isNamed ? TREES[older] : undefined);
      }
  });

  test('is nothing if the proof leads to another tree, or is none', () => {
    const other = stored(LEAVES.map((leaf, i) => (i < SIZES - 1 ? leaf : Buffer.from('another'))));
    for (let older = 1; older < SIZES - 1; older++) {
      const proof = proveConsistency(older, SIZES, other);
      for (const wrong of [
        proof,
        proof.slice(1),
        [...proof, proof[0]!],
        [],
        [Buffer.alloc(31), ...proof.slice(1)],
      ])
        expect(beginningShown(wrong, older, TREES[SIZES]!), `${older}`).toBeUndefined();
    }
  });
});

describe('thousands of mutated proofs are refused, none accepted', () => {
  const pair = fc
    .integer({ min: 1, max: SIZES })
    .chain((size) => fc.record({ size: fc.constant(size), smaller: fc.integer({ min: 0, max: size - 1 }) }));

  test('of inclusion', () => {
    fc.assert(
      fc.property(pair, mutation, ({ size, smaller: index }, change) => {
        const proof = mutated(proveInclusion(index, size, READER), change);
        expect(() => verifyInclusion(proof, index, HASHES[index]!, TREES[size]!)).toThrow(corrupt);
      }),
      { numRuns: 4000 },
    );
  });

  test('of consistency', () => {
    fc.assert(
      fc.property(pair, mutation, ({ size, smaller: older }, change) => {
        const proof = mutated(proveConsistency(older, size, READER), change);
        expect(() => verifyConsistency(proof, TREES[older]!, TREES[size]!)).toThrow(corrupt);
      }),
      { numRuns: 4000 },
    );
  });

  test('a hash that is not 32 bytes long is refused wherever it stands, even if the node has the same bytes', () => {
    const [leaf, sibling] = [HASHES[0]!, HASHES[1]!];
    const longer = Buffer.concat([leaf, sibling.subarray(0, 1)]);
    expect(() => verifyInclusion([sibling.subarray(1)], 0, longer, TREES[2]!)).toThrow(corrupt);
  });
});

describe('sizes are exact far above 2^32', () => {
  test('a proof in a tree of 2^52 + 2^40 + 3 leaves that are all alike verifies', () => {
    const size = 2 ** 52 + 2 ** 40 + 3;
    const levels = [leafHash(Buffer.of(7))];
    for (let level = 1; level < 53; level++) levels.push(nodeHash(levels[level - 1]!, levels[level - 1]!));
    const reader: HashReader = { read: (subtrees) => subtrees.map(({ level }) => levels[level]!) };
    const tree = { size, root: rootAt(size, reader) };
    for (const index of [0, 2 ** 40 - 1, 2 ** 52, size - 1]) {
      const proof = proveInclusion(index, size, reader);
      verifyInclusion(proof, index, levels[0]!, tree);
      expect(() => verifyInclusion(proof, index, levels[1]!, tree)).toThrow(corrupt);
    }
    for (const older of [1, 2 ** 33, 2 ** 33 + 1, 2 ** 52, size - 1]) {
      const before = { size: older, root: rootAt(older, reader) };
      verifyConsistency(proveConsistency(older, size, reader), before, tree);
    }
  });
});

describe('what makes no sense is refused', () => {
  test.each([-1, 0.5, Number.NaN, 2 ** 53])('a size of %s', (size) => {
    expect(() => rootAt(size, READER)).toThrow(invalid);
    expect(() => proveInclusion(0, size, READER)).toThrow(invalid);
    expect(() => proveConsistency(0, size, READER)).toThrow(invalid);
    expect(() => verifyInclusion([], 0, HASHES[0]!, { size, root: HASHES[0]! })).toThrow(corrupt);
    expect(() => verifyConsistency([], { size: 0, root: HASHES[0]! }, { size, root: HASHES[0]! })).toThrow(
      corrupt,
    );
    expect(() => verifyConsistency([], { size, root: HASHES[0]! }, TREES[1]!)).toThrow(corrupt);
  });

  test.each([-1, 0.5, 5, Number.NaN])('leaf %s of 5', (index) => {
    expect(() => proveInclusion(index, 5, READER)).toThrow(invalid);
    expect(() => verifyInclusion([], index, HASHES[0]!, TREES[5]!)).toThrow(corrupt);
  });

  test('a reader that answers too little, or with something that is no hash', () => {
    expect(() => rootAt(5, { read: () => [HASHES[0]!] })).toThrow(corrupt);
    expect(() => rootAt(4, { read: () => [Buffer.alloc(31)] })).toThrow(corrupt);
  });
});

// RFC 6962, naively: leaves, not hashes, are cut in two.

function split<T>(leaves: readonly T[]): number {
  let k = 1;
  while (k * 2 < leaves.length) k *= 2;
  return k;
}

function mth(leaves: readonly Uint8Array[]): Buffer {
  if (leaves.length === 0) return digest();
  if (leaves.length === 1) return digest(Buffer.of(0), leaves[0]!);
  const k = split(leaves);
  return digest(Buffer.of(1), mth(leaves.slice(0, k)), mth(leaves.slice(k)));
}

function pathOf(m: number, leaves: readonly Uint8Array[]): readonly Buffer[] {
  if (leaves.length === 1) return [];
  const k = split(leaves);
  return m < k
    ? [...pathOf(m, leaves.slice(0, k)), mth(leaves.slice(k))]
    : [...pathOf(m - k, leaves.slice(k)), mth(leaves.slice(0, k))];
}

function subproofOf(m: number, leaves: readonly Uint8Array[], whole: boolean): readonly Buffer[] {
  if (m === leaves.length) return whole ? [] : [mth(leaves)];
  const k = split(leaves);
  return m <= k
    ? [...subproofOf(m, leaves.slice(0, k), whole), mth(leaves.slice(k))]
    : [...subproofOf(m - k, leaves.slice(k), false), mth(leaves.slice(0, k))];
}

function digest(...parts: Uint8Array[]): Buffer {
  return createHash('sha256').update(Buffer.concat(parts)).digest();
}
