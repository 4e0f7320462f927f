/** The Merkle tree hash of RFC 6962 §2.1, the one Certificate Transparency uses, so that its tools can check ours:
 *     MTH({}) = SHA-256()     MTH({d}) = SHA-256(0x00 ‖ d)     MTH(D[n]) = SHA-256(0x01 ‖ MTH(D[0:k]) ‖ MTH(D[k:n]))
 *  with k the largest power of two below n. Appending needs only the compact range: the roots of the complete
 *  subtrees that the binary digits of n stand for, largest first; a resumed run goes on from those few hashes. */

import { hash } from 'node:crypto';
import { CapstanError, invariant } from '../base/errors.ts';

/** MTH of the leaves, in hex. */
export function merkleRoot(leaves: readonly Uint8Array[]): string {
  const tree = new MerkleAccumulator();
  for (const leaf of leaves) tree.append(leaf);
  return tree.root();
}

// RFC 6962 §2.1: without the two prefixes, the two hashes below a node, taken as a leaf, would have the node's hash.
const LEAF = 0;
const NODE = 1;

/** MTH({}): the root of no leaves. */
export const EMPTY_ROOT: Uint8Array = fromDigest(sha256(new Uint8Array()));

/** A hash as text, a character for each of its 32 bytes. */
export type Digest = string;

// What is hashed is put together here, and a digest stays a string where it can: as a Buffer from node:crypto it costs
// twice as much as SHA-256 of a node itself.
const leafBytes = Buffer.alloc(2 ** 16, LEAF);
const leafViews: Uint8Array[] = []; // by length: to make one takes a tenth as long as to hash it
const nodeBytes = Buffer.alloc(1 + 2 * 32, NODE);

/** MTH({leaf}). */
export function leafHash(leaf: Uint8Array): Buffer {
  return fromDigest(leafDigest(leaf));
}

/** The hash of a node from the two below it, of 32 bytes each. */
export function nodeHash(left: Uint8Array, right: Uint8Array): Buffer {
  invariant(left.length === 32 && right.length === 32, 'a node is above two hashes of 32 bytes');
  nodeBytes.set(left, 1);
  nodeBytes.set(right, 33);
  return fromDigest(sha256(nodeBytes));
}

/** Told of a subtree that is complete: of its leaves there are 2^level. */
export type Completed = (level: number, root: Digest) => void;

/** A growing tree that remembers at most log2(n) + 1 hashes. */
export class MerkleAccumulator {
  #size = 0;
  #range: Digest[] = [];

  /** Goes on from what `size` and `save()` gave. */
  static restore(size: number, hashes: readonly string[]): MerkleAccumulator {
    const expected = completeSubtrees(size);
    if (hashes.length !== expected)
      throw new CapstanError(
        'corrupt',
        `a tree of ${size} leaves: expected ${expected} hashes, got ${hashes.length}`,
      );
    const tree = new MerkleAccumulator();
    tree.#size = size;
    tree.#range = hashes.map(fromHex);
    return tree;
  }

  get size(): number {
    return this.#size;
  }

  /** `completed` is told of the leaf, then of each subtree that it completes. */
  append(leaf: Uint8Array, completed?: Completed): void {
    let right = leafDigest(leaf);
    completed?.(0, right);
    // Each low 1 of the old size is a complete subtree as large as the new one: the two become one, as carries do.
    for (let rest = this.#size, level = 1; rest % 2 === 1; rest = (rest - 1) / 2, level++) {
      right = nodeDigest(this.#range.pop()!, right);
      completed?.(level, right);
    }
    this.#range.push(right);
    this.#size++;
  }

  /** MTH of everything appended so far, in hex. */
  root(): string {
    if (this.#size === 0) return Buffer.from(EMPTY_ROOT).toString('hex');
    return fromDigest(this.#range.reduceRight((right, left) => nodeDigest(left, right))).toString('hex');
  }

  /** The compact range in hex, largest subtree first. */
  save(): string[] {
    return this.#range.map((subtree) => fromDigest(subtree).toString('hex'));
  }
}

function leafDigest(leaf: Uint8Array): Digest {
  if (leaf.length >= leafBytes.length) return sha256(Buffer.concat([Buffer.of(LEAF), leaf]));
  leafBytes.set(leaf, 1);
  leafViews[leaf.length] ??= leafBytes.subarray(0, 1 + leaf.length);
  return sha256(leafViews[leaf.length]!);
}

function nodeDigest(left: Digest, right: Digest): Digest {
  nodeBytes.write(left + right, 1, 64, 'latin1');
  return sha256(nodeBytes);
}

function sha256(bytes: Uint8Array): Digest {
  return hash('sha256', bytes, 'binary');
}

function fromDigest(digest: Digest): Buffer {
  return Buffer.from(digest, 'latin1');
}

/** One for each 1 among the binary digits of the size. */
function completeSubtrees(size: number): number {
  if (!Number.isSafeInteger(size) || size < 0)
    throw new CapstanError('corrupt', `the size of a tree: expected a whole number from 0, got ${size}`);
  return size.toString(2).replaceAll('0', '').length;
}

function fromHex(text: string): Digest {
  if (!/^[0-9a-f]{64}$/.test(text))
    throw new CapstanError('corrupt', `a saved tree: expected SHA-256 hashes in hex, got «${text}»`);
  return Buffer.from(text, 'hex').toString('latin1');
}
