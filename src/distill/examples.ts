/** What a student was taught, as bytes: one leaf for each lesson, shards of leaves named by their hash, one Merkle root
 *  over all. A leaf holds 16-bit little-endian numbers: N and Q, the words of the facts and of the questions (one for
 *  each slot), for each question the number of words re-read and those words, and the target words (Q), the blank for "unknown".
 *  A shard is its leaves, each after its length in bytes as a 32-bit little-endian number. */

import { hash } from 'node:crypto';
import { CapstanError } from '../base/errors.ts';
import { unknown } from '../core/answer.ts';
import type { Encoding } from '../core/task.ts';
import { MerkleAccumulator } from '../ledger/merkle.ts';
import type { Lesson } from './student.ts';

export function encodeLesson<Q, A>(
  encoding: Encoding<Q, A>,
  { questions, targets }: Lesson<Q, A>,
): Uint8Array {
  const facts = encoding.facts(questions[0]!);
  const numbers = [facts.length / encoding.slots.length, questions.length, ...facts];
  for (const question of questions) numbers.push(...encoding.token(question));
  for (const question of questions) {
    const rounds = encoding.rounds(question);
    numbers.push(rounds);
    for (let round = 0; round < rounds; round++)
      numbers.push(encoding.word(question, round) ?? encoding.blank);
  }
  for (const target of targets)
    numbers.push(target.kind === 'known' ? encoding.wordOf(target.value) : encoding.blank);
  const bytes = new DataView(new ArrayBuffer(2 * numbers.length));
  for (const [i, number] of numbers.entries()) bytes.setUint16(2 * i, number, true);
  return new Uint8Array(bytes.buffer);
}

/** Tells of leaves the words of the targets that they have for this question; none where it is not among the questions. Equal
 *  is what reads equal: the facts, the token, and the words re-read. */
export function targetsFor<Q, A>(
  encoding: Encoding<Q, A>,
  question: Q,
): (leaf: Uint8Array) => readonly number[] {
  const own = wordsOf(encodeLesson(encoding, { questions: [question], targets: [unknown('unsure')] }));
  return (leaf) => targetsIn(wordsOf(leaf), own, encoding);
}

/** The same of questions that read alike and may be about other facts: of each its place in the leaf and the word of its target. */
export function targetsAlike<Q, A>(
  encoding: Encoding<Q, A>,
  question: Q,
): (leaf: Uint8Array) => readonly { readonly place: number; readonly word: number }[] {
  const own = wordsOf(encodeLesson(encoding, { questions: [question], targets: [unknown('unsure')] }));
  return (leaf) => alikeIn(wordsOf(leaf), own, encoding);
}

/** Tells whether leaves are about the context of this question: whether they have the same facts. */
export function sameFacts<Q, A>(encoding: Encoding<Q, A>, question: Q): (leaf: Uint8Array) => boolean {
  const own = encodeLesson(encoding, { questions: [question], targets: [unknown('unsure')] });
  const facts = encoding.slots.length * (wordsOf(own)[0] ?? 0);
  const isSame = (leaf: Uint8Array, from: number, to: number) =>
    Buffer.compare(leaf.subarray(2 * from, 2 * to), own.subarray(2 * from, 2 * to)) === 0;
  return (leaf) => isSame(leaf, 0, 1) && isSame(leaf, 2, 2 + facts);
}

/** The words of the targets in a leaf that asks these questions, in their order; undefined where it asks others. */
export function targetsIfAsked<Q, A>(
  encoding: Encoding<Q, A>,
  questions: readonly Q[],
  leaf: Uint8Array,
): readonly number[] | undefined {
  const own = encodeLesson(encoding, { questions, targets: questions.map(() => unknown('unsure')) });
  const asked = own.length - 2 * questions.length;
  const isAsked =
    leaf.length === own.length && Buffer.compare(leaf.subarray(0, asked), own.subarray(0, asked)) === 0;
  return isAsked ? wordsOf(leaf).slice(asked / 2) : undefined;
}

function targetsIn<Q, A>(
  words: readonly number[],
  own: readonly number[],
  encoding: Encoding<Q, A>,
): readonly number[] {
  const facts = encoding.slots.length * (own[0] ?? 0);
  const hasFacts = words[0] === own[0] && isSame(words, 2, own, 2, facts);
  return hasFacts ? alikeIn(words, own, encoding).map(({ word }) => word) : [];
}

/** The questions of a leaf with the token and the words re-read of the one that `own` asks. */
function alikeIn<Q, A>(words: readonly number[], own: readonly number[], { slots, blank }: Encoding<Q, A>) {
  const width = slots.length;
  const [tokens, ownToken] = [2 + width * (words[0] ?? 0), 2 + width * (own[0] ?? 0)];
  const count = words[1] ?? 0;
  const found: number[] = [];
  let reread = tokens + width * count;
  for (let q = 0; q < count; q++) {
    const length = 1 + (words[reread] ?? 0);
    if (
      isSame(words, tokens + width * q, own, ownToken, width) &&
      isSame(words, reread, own, ownToken + width, length)
    )
      found.push(q);
    reread += length;
  }
  return found.map((place) => ({ place, word: words[reread + place] ?? blank }));
}

function isSame(a: readonly number[], i: number, b: readonly number[], j: number, count: number): boolean {
  for (let k = 0; k < count; k++) if (a[i + k] !== b[j + k]) return false;
  return true;
}

function wordsOf(leaf: Uint8Array): readonly number[] {
  const view = new DataView(leaf.buffer, leaf.byteOffset, leaf.byteLength);
  return Array.from({ length: leaf.length >> 1 }, (_, i) => view.getUint16(2 * i, true));
}

/** The leaves of a shard, which may be anybody's bytes. */
export function leavesOf(shard: Uint8Array): readonly Uint8Array[] {
  const view = new DataView(shard.buffer, shard.byteOffset, shard.byteLength);
  const leaves: Uint8Array[] = [];
  for (let at = 0; at < shard.length; ) {
    const start = at + LENGTH_BYTES;
    const end = start <= shard.length ? start + view.getUint32(at, true) : Number.POSITIVE_INFINITY;
    if (end > shard.length)
      throw new CapstanError(
        'corrupt',
        `a shard: expected whole leaves, got one at byte ${at} that ends behind the last of ${shard.length}`,
      );
    leaves.push(shard.subarray(start, end));
    at = end;
  }
  return leaves;
}

/** Before each leaf of a shard. */
const LENGTH_BYTES = 4;

/** What `Examples` is restored from. */
export interface ExamplesState {
  readonly count: number;
  readonly range: readonly string[];
  /** Hashes of the shards written so far. */
  readonly shards: readonly string[];
}

/** The growing record of lessons. */
export class Examples {
  readonly #tree: MerkleAccumulator;
  #shards: readonly string[];
  #pending: Uint8Array[] = [];

  constructor(state: ExamplesState = { count: 0, range: [], shards: [] }) {
    this.#tree = MerkleAccumulator.restore(state.count, state.range);
    this.#shards = state.shards;
  }

  append(leaf: Uint8Array): void {
    this.#tree.append(leaf);
    this.#pending.push(leaf);
  }

  get count(): number {
    return this.#tree.size;
  }

  /** Merkle root over all leaves (RFC 6962), hex. */
  root(): string {
    return this.#tree.root();
  }

  /** Hands what came since the last call to `write`, as a shard under its SHA-256; returns the state that then holds. */
  flush(write: (name: string, shard: Uint8Array) => void): ExamplesState {
    if (this.#pending.length > 0) {
      const shard = Buffer.concat(
        this.#pending.flatMap((leaf) => {
          const length = Buffer.alloc(LENGTH_BYTES);
          length.writeUInt32LE(leaf.length);
          return [length, leaf];
        }),
      );
      const name = hash('sha256', shard);
      write(name, shard);
      this.#shards = [...this.#shards, name];
      this.#pending = [];
    }
    return { count: this.#tree.size, range: this.#tree.save(), shards: this.#shards };
  }
}
