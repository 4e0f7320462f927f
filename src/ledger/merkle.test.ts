import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MerkleAccumulator, merkleRoot } from './merkle.ts';

// The vectors of Certificate Transparency's reference implementation (merkle_tree_test): roots of the first n leaves.
const LEAVES = [
  '',
  '00',
  '10',
  '2021',
  '3031',
  '40414243',
  '5051525354555657',
  '606162636465666768696a6b6c6d6e6f',
];
const ROOTS = [
  'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
];

describe('merkleRoot', () => {
  test.each(ROOTS.map((root, size) => ({ size, root })))(
    'gives the published root of $size leaves',
    (vector) => {
      const leaves = LEAVES.slice(0, vector.size).map((hex) => Buffer.from(hex, 'hex'));
      expect(merkleRoot(leaves)).toBe(vector.root);
    },
  );

  test('is the recursion of RFC 6962 §2.1, word for word, for every size below 130', () => {
    const leaves = Array.from({ length: 130 }, (_, index) => Buffer.from(`leaf ${index}`));
    for (let size = 0; size < leaves.length; size++) {
      const first = leaves.slice(0, size);
      expect(merkleRoot(first)).toBe(treeHash(first).toString('hex'));
    }
  });
});

describe('MerkleAccumulator', () => {
  test('restored from what it saved, goes on as if never interrupted', () => {
    const bytes = fc.uint8Array({ maxLength: 8 });
    fc.assert(
      fc.property(fc.array(bytes, { maxLength: 70 }), fc.array(bytes, { maxLength: 70 }), (before, after) => {
        const first = new MerkleAccumulator();
        for (const leaf of before) first.append(leaf);
        const second = MerkleAccumulator.restore(first.size, first.save());
        for (const leaf of after) second.append(leaf);
        expect(second.size).toBe(before.length + after.length);
        expect(second.root()).toBe(merkleRoot([...before, ...after]));
      }),
    );
  });

  test('keeps no more hashes than the size has binary digits', () => {
    const tree = new MerkleAccumulator();
    for (let size = 1; size <= 1000; size++) {
      tree.append(Uint8Array.of(size));
      expect(tree.save().length).toBeLessThanOrEqual(Math.floor(Math.log2(size)) + 1);
    }
  });

  test('goes on beyond 2^32 leaves', () => {
    const subtrees = ROOTS.slice(0, 3);
    const tree = MerkleAccumulator.restore(2 ** 40 + 3, subtrees);
    tree.append(Uint8Array.of(7));
    expect(tree.save()).toEqual([ROOTS[0], expect.any(String)]); // 2^40 + 4
  });

  test.each([
    [3, ['00']],
    [-1, []],
    [0.5, []],
    [1, ['zz']],
    [1, [`${ROOTS[0]}\n`]],
  ])('refuses a saved state that cannot be: size %s, hashes %j', (size, hashes) => {
    expect(() => MerkleAccumulator.restore(size, hashes)).toThrow(
      expect.objectContaining({ code: 'corrupt' }),
    );
  });
});

function treeHash(leaves: readonly Buffer[]): Buffer {
  if (leaves.length === 0) return digest();
  if (leaves.length === 1) return digest(Buffer.of(0), leaves[0]!);
  let split = 1;
  while (split * 2 < leaves.length) split *= 2;
  return digest(Buffer.of(1), treeHash(leaves.slice(0, split)), treeHash(leaves.slice(split)));
}

function digest(...parts: Buffer[]): Buffer {
  return createHash('sha256').update(Buffer.concat(parts)).digest();
}
