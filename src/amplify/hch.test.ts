import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { adder, arbitrary } from '../../test/overseers.ts';
import { nobody } from '../assistants/nobody.ts';
import { known, unknown } from '../core/answer.ts';
import { scope } from '../core/budget.ts';
import { amplify } from './amplify.ts';
import { withEnvironment } from './environment.ts';
import { hch } from './hch.ts';

/** No question is simple. */
const noFacts = () => undefined;

describe('HCH', () => {
  test('of depth ⌈log₂ n⌉ sums n numbers by an overseer that can only add two, and of one level less does not', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: 1, maxLength: 70 }),
        async (numbers) => {
          const depth = Math.ceil(Math.log2(numbers.length));
          const sum = numbers.reduce((a, b) => a + b, 0);
          expect(await hch(adder, noFacts, depth).answer([numbers], scope())).toEqual([known(sum)]);
          if (depth > 0)
            expect(await hch(adder, noFacts, depth - 1).answer([numbers], scope())).toEqual([
              unknown('nobody'),
            ]);
        },
      ),
    );
  });

  test('of every n from 1 to 64 needs exactly ⌈log₂ n⌉ levels', async () => {
    const sums = Array.from({ length: 64 }, (_, i) => Array.from({ length: i + 1 }, () => 1));
    for (let depth = 0; depth <= 7; depth++) {
      const answers = await hch(adder, noFacts, depth).answer(sums, scope());
      expect(answers).toEqual(
        sums.map(({ length }) => (length <= 2 ** depth ? known(length) : unknown('nobody'))),
      );
    }
  });

  test('is Amplify^H(⊥) at depth 0 and Amplify^H of itself one level lower above, each with the facts beside it', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.array(fc.nat(9)), fc.nat(2), async (seed, questions, depth) => {
        const h = arbitrary(seed, 10);
        const facts = (question: number) => (question % 3 === seed % 3 ? known(-question) : undefined);
        const below = depth === 0 ? nobody : hch(h, facts, depth - 1);
        const [whole, unfolded] = [hch(h, facts, depth), amplify(h, withEnvironment(facts, below))];
        expect(whole.origin).toEqual(unfolded.origin);
        expect(await whole.answer(questions, scope())).toEqual(await unfolded.answer(questions, scope()));
      }),
      { numRuns: 50 },
    );
  });

  test('needs no depth for simple questions: of pairs that are looked up, one level less', async () => {
    const pairs = (numbers: readonly number[]) =>
      numbers.length === 2 ? known(numbers[0]! + numbers[1]!) : undefined;
    for (let depth = 0; depth <= 4; depth++) {
      // A power of two: halved again and again it comes down to pairs.
      const sum = Array.from({ length: 2 ** (depth + 2) }, (_, i) => i);
      const total = sum.reduce((a, b) => a + b, 0);
      expect(await hch(adder, pairs, depth).answer([sum], scope())).toEqual([known(total)]);
      expect(await hch(adder, noFacts, depth).answer([sum], scope())).toEqual([unknown('nobody')]);
      expect(await hch(adder, noFacts, depth + 2).answer([sum], scope())).toEqual([known(total)]);
    }
  });

  test('that knows an answer knows the same answer at every greater depth, for an H that needs all it asks', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer(), { minLength: 1, maxLength: 16 }),
        fc.nat(5),
        async (numbers, depth) => {
          const [shallow] = await hch(adder, noFacts, depth).answer([numbers], scope());
          const [deep] = await hch(adder, noFacts, depth + 1).answer([numbers], scope());
          if (shallow!.kind === 'known') expect(deep).toEqual(shallow);
        },
      ),
    );
  });

  test('of an overseer that knows the ground truth knows it too, at every depth', () => {
    for (const groundTruth of [false, true])
      for (const depth of [0, 1, 3])
        expect(hch({ ...adder, origin: { name: 'H', groundTruth } }, noFacts, depth).origin.groundTruth).toBe(
          groundTruth,
        );
  });

  test.each([-1, 0.5, Number.NaN, Infinity])('has no depth %d', (depth) => {
    expect(() => hch(adder, noFacts, depth)).toThrow(expect.objectContaining({ code: 'invalid' }));
  });
});
