import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Random } from '../base/random.ts';
import { type PowerQuestion, permutationPowering } from '../tasks/permutation-powering.ts';
import { encodeBatch } from './batch.ts';
import { batchInputs } from './transformer.ts';

const { encoding, sample } = permutationPowering({ elements: 16, powers: 32 });
const size = 6;
const LEVELS = 5;

/** Questions about `counts.length` contexts, so many about each. */
function groupsOf(seed: number, counts: readonly number[]): readonly (readonly PowerQuestion[])[] {
  return counts.map((count, b) =>
    sample(Random.seeded(seed).split(b), { split: 'train', size, level: 1 + (b % LEVELS) }).slice(0, count),
  );
}

const cases = fc.record({
  groups: fc
    .tuple(fc.nat(2 ** 31), fc.array(fc.integer({ min: 1, max: size }), { minLength: 1, maxLength: 4 }))
    .map(([seed, counts]) => groupsOf(seed, counts)),
  moreContexts: fc.nat(2),
  moreQuestions: fc.nat(3),
  rounds: fc.integer({ min: LEVELS, max: 9 }), // as many as the longest question takes, or more
});

describe('a batch of words', () => {
  test('has the shapes that the network reads, and is blank beyond the questions given', () => {
    fc.assert(
      fc.property(cases, ({ groups, moreContexts, moreQuestions, rounds }) => {
        const shape = {
          contexts: groups.length + moreContexts,
          facts: size,
          questions: Math.max(...groups.map((group) => group.length)) + moreQuestions,
          rounds,
        };
        const tensors = encodeBatch(encoding, shape, groups);
        for (const [name, node] of Object.entries(batchInputs(shape))) {
          expect(tensors[name]!.shape).toEqual(node.shape);
          expect(tensors[name]!.data.length).toBe(node.shape.reduce((a: number, b: number) => a * b, 1));
        }
        const asked = groups.reduce((count, group) => count + group.length, 0);
        const blanks = (name: string) => tensors[name]!.data.filter((word) => word === encoding.blank).length;
        expect(blanks('factLeft')).toBe(moreContexts * size);
        expect(blanks('questionRight')).toBe(shape.contexts * shape.questions - asked);
        const read = groups.flat().map((question) => encoding.rounds(question));
        const words = read.reduce((count, own) => count + own, 0);
        expect(blanks('reread')).toBe(rounds * shape.contexts * shape.questions - words);
        expect(tensors.active!.data.filter((one) => one === 1).length).toBe(words);
      }),
    );
  });

  test('says of every question what the encoding says of it', () => {
    fc.assert(
      fc.property(cases, ({ groups, moreQuestions, rounds }) => {
        const questions = Math.max(...groups.map((group) => group.length)) + moreQuestions;
        const [contexts, facts] = [groups.length, size];
        const { factLeft, factRight, questionLeft, questionRight, reread, active } = encodeBatch(
          encoding,
          { contexts, facts, questions, rounds },
          groups,
        );
        for (const [b, group] of groups.entries()) {
          const pairs = Array.from({ length: size }, (_, i) => i + b * size);
          const read = pairs.flatMap((i) => [factLeft!.data[i], factRight!.data[i]]);
          expect(read).toEqual(encoding.facts(group[0]!));
          for (const [q, question] of group.entries()) {
            const row = b * questions + q;
            expect([questionLeft!.data[row], questionRight!.data[row]]).toEqual(encoding.pair(question));
            for (let round = 0; round < rounds; round++) {
              const place = round * contexts * questions + row;
              const isActive = round < encoding.rounds(question);
              expect(active!.data[place]).toBe(Number(isActive));
              expect(reread!.data[place]).toBe(isActive ? encoding.word(question, round) : encoding.blank);
            }
          }
        }
      }),
    );
  });
});
