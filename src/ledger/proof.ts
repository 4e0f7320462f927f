/** Roots and proofs of RFC 6962 §2.1.1 and §2.1.2, from the stored hashes of complete subtrees alone. A proof is a list
 *  of ranges [low, high) of leaves, each proven by its hash MTH(D[low:high]). With k the largest power of two below n:
 *     PATH(m, D[n])  = PATH(m, D[0:k]) : MTH(D[k:n])          for m < k, else PATH(m − k, D[k:n]) : MTH(D[0:k])
 *     PROOF(m, D[n]) = PROOF(m, D[0:k]) : MTH(D[k:n])         for m ≤ k, else PROOF(m − k, D[k:n]) : MTH(D[0:k])
 *  Who proves and who verifies go through the same ranges; the tests compare both with the RFC's own recursion.
 *  Verification throws: a proof that fails is not a value that someone could forget to look at. */

import { expectInteger } from '../base/errors.ts';
import { corrupt } from './_strict.ts';
import { EMPTY_ROOT, nodeHash } from './merkle.ts';

export const HASH_BYTES = 32;

/** A complete subtree: the leaves from index · 2^level to (index + 1) · 2^level. */
export interface Subtree {
  readonly level: number;
  readonly index: number;
}

/** Where the hashes of complete subtrees are; asked once for each root or proof, answers in order. */
export interface HashReader {
  read(subtrees: readonly Subtree[]): readonly Uint8Array[];
}

/** What a tree of that many leaves comes down to. */
export interface Tree {
  readonly size: number;
  readonly root: Uint8Array;
}

/** MTH(D[0:size]). */
export function rootAt(size: number, reader: HashReader): Uint8Array {
  expectInteger('size', size, 0, Number.MAX_SAFE_INTEGER);
  return size === 0 ? EMPTY_ROOT : hashesOf([{ low: 0, high: size }], reader)[0]!;
}

/** That leaf `index` is in the tree of the first `size` leaves: its siblings up to the root's child. */
export function proveInclusion(index: number, size: number, reader: HashReader): readonly Uint8Array[] {
  expectInteger('size', size, 1, Number.MAX_SAFE_INTEGER);
  expectInteger('index', index, 0, size - 1);
  return hashesOf(path(index, 0, size), reader);
}

/** Throws unless the proof shows that `tree` has this leaf hash at `index`. */
export function verifyInclusion(
  proof: readonly Uint8Array[],
  index: number,
  leaf: Uint8Array,
  tree: Tree,
): void {
  const what = `leaf ${index} in a tree of ${tree.size}`;
  expectSize(what, tree.size);
  if (!Number.isSafeInteger(index) || index < 0 || index >= tree.size)
    throw corrupt(what, `an index from 0 to ${tree.size - 1}`, `${index}`);
  const ranges = path(index, 0, tree.size);
  expectHashes(what, ranges.length, [...proof, leaf, tree.root], 2);
  let root = leaf;
  for (const [i, { low }] of ranges.entries())
    root = low > index ? nodeHash(root, proof[i]!) : nodeHash(proof[i]!, root);
  expectRoot(what, tree.root, root);
}

/** That the tree of `older` leaves is the beginning of that of `newer`. The empty tree begins every tree. */
export function proveConsistency(older: number, newer: number, reader: HashReader): readonly Uint8Array[] {
  expectInteger('newer size', newer, 0, Number.MAX_SAFE_INTEGER);
  expectInteger('older size', older, 0, newer);
  return hashesOf(older === 0 ? [] : subproof(older, 0, newer), reader);
}

/** Throws unless the proof shows that `older` is the beginning of `newer`. */
export function verifyConsistency(proof: readonly Uint8Array[], older: Tree, newer: Tree): void {
  const what = `the tree of ${older.size} in that of ${newer.size}`;
  expectSize(what, older.size);
  expectSize(what, newer.size);
  if (older.size > newer.size) throw corrupt(what, 'a tree that grew', 'a smaller one');
  const ranges = older.size === 0 ? [] : subproof(older.size, 0, newer.size);
  expectHashes(what, ranges.length, [...proof, older.root, newer.root], 2);
  if (older.size === 0) {
    expectRoot(what, EMPTY_ROOT, older.root);
    if (newer.size === 0) expectRoot(what, EMPTY_ROOT, newer.root);
    return;
  }
  const { oldRoot, newRoot } = rootsBy(proof, ranges, older);
  expectRoot(what, older.root, oldRoot);
  expectRoot(what, newer.root, newRoot);
}

/** The tree of `size` leaves that the proof shows `newer` to begin with, whatever was expected. None if it shows none; a
 *  tree that is itself a subtree of the newer one is not named by the proof. */
export function beginningShown(proof: readonly Uint8Array[], size: number, newer: Tree): Tree | undefined {
  if (size <= 0 || size >= newer.size) return undefined;
  const ranges = subproof(size, 0, newer.size);
  const isNamed = ranges[0]?.high === size;
  if (!isNamed || proof.length !== ranges.length || proof.some((hash) => hash.length !== HASH_BYTES))
    return undefined;
  const { oldRoot, newRoot } = rootsBy(proof, ranges, { size, root: proof[0]! });
  return Buffer.compare(newRoot, newer.root) === 0 ? { size, root: oldRoot } : undefined;
}

/** Throws unless both are the same hash; `what` says of what. */
export function expectRoot(what: string, expected: Uint8Array, got: Uint8Array): void {
  if (Buffer.compare(expected, got) !== 0) throw corrupt(what, `the root ${hex(expected)}`, hex(got));
}

/** What a proof of as many hashes as there are ranges comes to. */
function rootsBy(proof: readonly Uint8Array[], ranges: readonly Range[], { size, root }: Tree) {
  // Unless the older tree is itself a subtree of the newer one, the proof begins with the largest that ends both.
  const given = ranges[0]?.high === size;
  let oldRoot = given ? proof[0]! : root;
  let newRoot = oldRoot;
  for (const [i, { low }] of ranges.entries()) {
    if (given && i === 0) continue;
    if (low < size) oldRoot = nodeHash(proof[i]!, oldRoot);
    newRoot = low < size ? nodeHash(proof[i]!, newRoot) : nodeHash(newRoot, proof[i]!);
  }
  return { oldRoot, newRoot };
}

interface Range {
  readonly low: number;
  readonly high: number;
}

/** PATH(index, D[low:high]) of §2.1.1: the siblings, from the leaf's up. */
function path(index: number, low: number, high: number): readonly Range[] {
  if (high - low === 1) return [];
  const middle = low + largestPowerBelow(high - low);
  return index < middle
    ? [...path(index, low, middle), { low: middle, high }]
    : [...path(index, middle, high), { low, high: middle }];
}

/** SUBPROOF(older, D[low:high], low = 0) of §2.1.2. */
function subproof(older: number, low: number, high: number): readonly Range[] {
  // The verifier knows the root of the older tree, so a subtree that is all of it need not be said.
  if (older === high) return low === 0 ? [] : [{ low, high }];
  const middle = low + largestPowerBelow(high - low);
  return older <= middle
    ? [...subproof(older, low, middle), { low: middle, high }]
    : [...subproof(older, middle, high), { low, high: middle }];
}

/** MTH(D[low:high]) of each range, with one call of the reader. */
function hashesOf(ranges: readonly Range[], reader: HashReader): readonly Uint8Array[] {
  if (ranges.length === 0) return [];
  const subtrees = ranges.map(completeSubtrees);
  const wanted = subtrees.flat();
  const hashes = reader.read(wanted);
  expectHashes('stored hashes', wanted.length, hashes, 0);
  let next = 0;
  return subtrees.map(({ length }) => {
    next += length;
    return hashes.slice(next - length, next).reduceRight((right, left) => nodeHash(left, right));
  });
}

/** The complete subtrees that a range consists of, largest first. It begins where a tree of its size may begin. */
function completeSubtrees({ low, high }: Range): readonly Subtree[] {
  const subtrees: Subtree[] = [];
  for (let start = low; start < high; ) {
    let level = 0;
    let leaves = 1;
    for (; leaves * 2 <= high - start; leaves *= 2) level++;
    subtrees.push({ level, index: start / leaves });
    start += leaves;
  }
  return subtrees;
}

function largestPowerBelow(count: number): number {
  let power = 1;
  while (power * 2 < count) power *= 2;
  return power;
}

function expectSize(what: string, size: number): void {
  if (!Number.isSafeInteger(size) || size < 0) throw corrupt(what, 'a size from 0', `${size}`);
}

/** A hash of another length could move bytes from one side of a node to the other without changing its hash. */
function expectHashes(what: string, count: number, hashes: readonly Uint8Array[], others: number): void {
  if (hashes.length !== count + others) throw corrupt(what, `${count} hashes`, `${hashes.length - others}`);
  const odd = hashes.find((hash) => hash.length !== HASH_BYTES);
  if (odd) throw corrupt(what, `hashes of ${HASH_BYTES} bytes`, `one of ${odd.length}`);
}

function hex(hash: Uint8Array): string {
  return Buffer.from(hash).toString('hex');
}
