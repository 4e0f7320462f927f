import { hash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Random } from '../base/random.ts';
import { known, unknown } from '../core/answer.ts';
import { type PowerQuestion, permutationPowering } from '../tasks/permutation-powering.ts';
import { Examples, encodeLesson, leavesOf } from './examples.ts';
import type { Lesson } from './student.ts';

const SEEDED = { seed: 1 };
const task = permutationPowering({ elements: 8, powers: 16 });
const { encoding } = task;

/** A lesson about one context, some of its targets unknown. */
const lesson: fc.Arbitrary<Lesson<PowerQuestion, number>> = fc
  .record({
    seed: fc.nat(),
    size: fc.integer({ min: 4, max: 8 }),
    level: fc.integer({ min: 1, max: 4 }),
    answers: fc.array(fc.option(fc.nat(7)), { minLength: 8, maxLength: 8 }),
  })
  .map(({ seed, size, level, answers }) => {
    const questions = task.sample(Random.seeded(seed), { split: 'train', size, level });
    const targets = questions.map((_, i) => {
      const value = answers[i];
      return value == null ? unknown('unsure') : known(value);
    });
    return { questions, targets };
  });
const lessons = fc.array(lesson, { maxLength: 12 });

/** A leaf by the documented format, read without our code: 16-bit little-endian numbers N and Q, then the words. */
function readLeaf(leaf: Uint8Array) {
  const view = new DataView(leaf.buffer, leaf.byteOffset, leaf.byteLength);
  let place = 0;
  const take = (count: number) =>
    Array.from({ length: count }, () => {
      const number = view.getUint16(2 * place, true);
      place++;
      return number;
    });
  const [N, Q] = take(2) as [number, number];
  const read = {
    facts: take(2 * N),
    pairs: Array.from({ length: Q }, () => take(2)),
    reread: Array.from({ length: Q }, () => take(take(1)[0]!)),
    targets: take(Q),
  };
  expect(2 * place).toBe(leaf.byteLength);
  return read;
}

/** A shard by the documented format: leaves, each after its length in bytes. */
function readShard(shard: Uint8Array): Uint8Array[] {
  const view = new DataView(shard.buffer, shard.byteOffset, shard.byteLength);
  const leaves: Uint8Array[] = [];
  let place = 0;
  while (place < shard.byteLength) {
    const length = view.getUint32(place, true);
    leaves.push(Uint8Array.from(shard.subarray(place + 4, place + 4 + length)));
    place += 4 + length;
  }
  expect(place).toBe(shard.byteLength);
  return leaves;
}

/** MTH as RFC 6962 §2.1 defines it, by recursion. */
function rootOf(leaves: readonly Uint8Array[]): Buffer {
  const sha256 = (...parts: Uint8Array[]) => hash('sha256', Buffer.concat(parts), 'buffer');
  if (leaves.length === 0) return sha256();
  if (leaves.length === 1) return sha256(Uint8Array.of(0), leaves[0]!);
  let k = 1;
  while (2 * k < leaves.length) k *= 2;
  return sha256(Uint8Array.of(1), rootOf(leaves.slice(0, k)), rootOf(leaves.slice(k)));
}

const encoded = (given: readonly Lesson<PowerQuestion, number>[]) =>
  given.map((lesson) => encodeLesson(encoding, lesson));

/** Shards by name, as a folder would hold them. */
function shelf() {
  const shards = new Map<string, Uint8Array>();
  return { shards, write: (name: string, shard: Uint8Array) => void shards.set(name, shard) };
}

describe('a leaf', () => {
  test('holds all that the student read and was taught, and nothing else', () =>
    fc.assert(
      fc.property(lesson, (lesson) => {
        const { questions, targets } = lesson;
        expect(readLeaf(encodeLesson(encoding, lesson))).toEqual({
          facts: questions[0]!.permutation.domain.flatMap((x) => [
            3 + x,
            3 + questions[0]!.permutation.image[x]!,
          ]),
          pairs: questions.map(({ element }) => [0, 3 + element]),
          reread: questions.map(({ power }) =>
            [...power.toString(2)].reverse().map((digit) => 1 + Number(digit)),
          ),
          targets: targets.map((target) => (target.kind === 'known' ? 3 + target.value : 0)),
        });
      }),
      SEEDED,
    ));

  test('is the same for the same lesson, and another where a target differs', () =>
    fc.assert(
      fc.property(lesson, fc.nat(), (lesson, at) => {
        const leaf = encodeLesson(encoding, lesson);
        expect(encodeLesson(encoding, structuredClone(lesson))).toEqual(leaf);
        const targets = lesson.targets.map((target, i) =>
          i !== at % lesson.targets.length ? target : target.kind === 'known' ? unknown('unsure') : known(0),
        );
        expect(encodeLesson(encoding, { ...lesson, targets })).not.toEqual(leaf);
      }),
      SEEDED,
    ));
});

describe('examples', () => {
  test('have the root that RFC 6962 gives to their leaves', () =>
    fc.assert(
      fc.property(lessons, (given) => {
        const leaves = encoded(given);
        const examples = new Examples();
        for (const leaf of leaves) examples.append(leaf);
        expect(examples.count).toBe(leaves.length);
        expect(examples.root()).toBe(rootOf(leaves).toString('hex'));
      }),
      SEEDED,
    ));

  test('are found again in the shards, in order, each shard under the hash of its bytes', () =>
    fc.assert(
      fc.property(fc.array(lessons, { maxLength: 4 }), (batches) => {
        const { shards, write } = shelf();
        const examples = new Examples();
        let state = examples.flush(write);
        for (const batch of batches) {
          for (const leaf of encoded(batch)) examples.append(leaf);
          state = examples.flush(write);
        }
        for (const [name, shard] of shards) expect(hash('sha256', shard)).toBe(name);
        const read = state.shards.flatMap((name) => readShard(shards.get(name)!));
        expect(read).toEqual(encoded(batches.flat()));
        expect(rootOf(read).toString('hex')).toBe(examples.root());
        expect(state.count).toBe(read.length);
      }),
      SEEDED,
    ));

  test('restored and continued are those never interrupted', () =>
    fc.assert(
      fc.property(lessons, lessons, (before, after) => {
        const whole = shelf();
        const uninterrupted = new Examples();
        for (const leaf of encoded(before)) uninterrupted.append(leaf);
        const middle = uninterrupted.flush(whole.write);
        for (const leaf of encoded(after)) uninterrupted.append(leaf);

        const rest = shelf();
        const restored = new Examples(JSON.parse(JSON.stringify(middle)));
        for (const leaf of encoded(after)) restored.append(leaf);
        expect(restored.root()).toBe(uninterrupted.root());
        expect(restored.count).toBe(uninterrupted.count);
        expect(restored.flush(rest.write)).toEqual(uninterrupted.flush(whole.write));
        for (const [name, shard] of rest.shards) expect(whole.shards.get(name)).toEqual(shard);
      }),
      SEEDED,
    ));

  test('write no shard when nothing came, and none twice', () => {
    const { shards, write } = shelf();
    const examples = new Examples();
    expect(examples.flush(write)).toEqual({ count: 0, range: [], shards: [] });
    examples.append(Uint8Array.of(1, 2));
    const state = examples.flush(write);
    expect(examples.flush(write)).toEqual(state);
    expect([...shards.keys()]).toEqual(state.shards);
  });

  test('are read back leaf by leaf, and no part of a leaf is taken for one', () =>
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 40 }), { minLength: 1 }), fc.nat(), (leaves, at) => {
        const { shards, write } = shelf();
        const examples = new Examples();
        for (const leaf of leaves) examples.append(leaf);
        const [name] = examples.flush(write).shards;
        const shard = Uint8Array.from(shards.get(name!)!);
        expect(leavesOf(shard).map((leaf) => [...leaf])).toEqual(leaves.map((leaf) => [...leaf]));
        const cut = shard.subarray(0, at % shard.length);
        const ends = leaves.map((_, i) =>
          leaves.slice(0, i).reduce((sum, { length }) => sum + 4 + length, 0),
        );
        if (ends.includes(cut.length)) expect(leavesOf(cut).length).toBeLessThan(leaves.length);
        else expect(() => leavesOf(cut)).toThrow('expected whole leaves');
      }),
      SEEDED,
    ));

  test('that could not be written are still to be written', () => {
    const examples = new Examples();
    examples.append(Uint8Array.of(1));
    expect(() =>
      examples.flush(() => {
        throw new Error('disk full');
      }),
    ).toThrow('disk full');
    const { shards, write } = shelf();
    const [name] = examples.flush(write).shards;
    expect(readShard(shards.get(name!)!)).toEqual([Uint8Array.of(1)]);
  });

  test('restored from a damaged state are refused', () => {
    expect(() => new Examples({ count: 3, range: ['00'], shards: [] })).toThrow(
      expect.objectContaining({ code: 'corrupt' }),
    );
  });
});
