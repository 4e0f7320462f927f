/** The Merkle tree hash of RFC 6962 §2.1, the one Certificate Transparency uses, so that its tools can check ours:
 *     MTH({}) = SHA-256()     MTH({d}) = SHA-256(0x00 ‖ d)     MTH(D[n]) = SHA-256(0x01 ‖ MTH(D[0:k]) ‖ MTH(D[k:n]))
 *  with k the largest power of two below n. Appending needs only the compact range: the roots of the complete
 *  subtrees that the binary digits of n stand for, largest first; a resumed run goes on from those few hashes. */

import { hash } from 'node:crypto';
import { CapstanError } from '../base/errors.ts';

/** MTH of the leaves, in hex. */
export function merkleRoot(leaves: readonly Uint8Array[]): string {
  const tree = new MerkleAccumulator();
  for (const leaf of leaves) tree.append(leaf);
  return tree.root();
}

// RFC 6962 §2.1: without the two prefixes, the two hashes below a node, taken as a leaf, would have the node's hash.
const LEAF = Uint8Array.of(0);
const NODE = Uint8Array.of(1);

/** MTH({}): the root of no leaves. */
export const EMPTY_ROOT: Uint8Array = sha256();

/** MTH({leaf}). */
export function leafHash(leaf: Uint8Array): Buffer {
  return sha256(LEAF, leaf);
}

/** The hash of a node from the two below it, of 32 bytes each. */
export function nodeHash(left: Uint8Array, right: Uint8Array): Buffer {
  return sha256(NODE, left, right);
}

/** A growing tree that remembers at most log2(n) + 1 hashes. */
export class MerkleAccumulator {
  #size = 0;
  #range: Buffer[] = [];

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

  append(leaf: Uint8Array): void {
    let right = leafHash(leaf);
    // Each low 1 of the old size is a complete subtree as large as the new one: the two become one, as carries do.
    for (let rest = this.#size; rest % 2 === 1; rest = (rest - 1) / 2)
      right = nodeHash(this.#range.pop()!, right);
    this.#range.push(right);
    this.#size++;
  }

  /** MTH of everything appended so far, in hex. */
  root(): string {
    if (this.#size === 0) return Buffer.from(EMPTY_ROOT).toString('hex');
    return this.#range.reduceRight((right, left) => nodeHash(left, right)).toString('hex');
  }

  /** The compact range in hex, largest subtree first. */
  save(): string[] {
    return this.#range.map((subtree) => subtree.toString('hex'));
  }
}

function sha256(...parts: readonly Uint8Array[]): Buffer {
  return hash('sha256', Buffer.concat(parts), 'buffer');
}

/** One for each 1 among the binary digits of the size. */
function completeSubtrees(size: number): number {
  if (!Number.isSafeInteger(size) || size < 0)
    throw new CapstanError('corrupt', `the size of a tree: expected a whole number from 0, got ${size}`);
  return size.toString(2).replaceAll('0', '').length;
}

function fromHex(text: string): Buffer {
  if (!/^[0-9a-f]{64}$/.test(text))
    throw new CapstanError('corrupt', `a saved tree: expected SHA-256 hashes in hex, got «${text}»`);
  return Buffer.from(text, 'hex');
}
