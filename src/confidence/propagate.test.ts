import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Random } from '../base/random.ts';
import { known, unknown } from '../core/answer.ts';
import type { Assistant } from '../core/assistant.ts';
import { scope } from '../core/budget.ts';
import { scripted } from '../overseers/scripted.ts';
import { allRight, dependenceOf, type Leaning, propagating } from './propagate.ts';
import { wrapperContract } from './wrapper.contract.ts';

/** A question is a list of leaves, each with the confidence of its answer; H halves it and adds what the halves come to. */
type Leaves = readonly number[];
const H = scripted<Leaves, number>('H', function* (leaves) {
  const half = leaves.length >> 1;
  const [a, b] = yield [leaves.slice(0, half), leaves.slice(half)];
  return a!.kind === 'known' && b!.kind === 'known' ? known(a!.value + b!.value) : unknown('unsure');
});
const leaf: Assistant<Leaves, number> = {
  origin: { name: 'X', groundTruth: false },
  answer: async (questions) => questions.map(([confidence = 0]) => known(1, confidence)),
};
const tree = (depth: number): Assistant<Leaves, number> =>
  depth === 0 ? leaf : propagating(H, tree(depth - 1), { dependence: 0 });

describe('propagating', () => {
  test('a root is right as often as all its independent leaves are: summed over everything that can happen', async () => {
    const leaves = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 8, maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(leaves, async (confidences) => {
        let expected = 0;
        for (let world = 0; world < 2 ** 8; world++) {
          const isRight = confidences.map((_, i) => ((world >> i) & 1) === 1);
          const chance = confidences.reduce((all, c, i) => all * (isRight[i] ? c : 1 - c), 1);
          if (isRight.every(Boolean)) expected += chance;
        }
        const [answer] = await tree(3).answer([confidences], scope());
        expect(answer).toMatchObject({ kind: 'known', value: 8 });
        expect(answer!.kind === 'known' && answer!.confidence).toBeCloseTo(expected, 9);
      }),
      { numRuns: 30 },
    );
  });

  test('H is as reliable as is said, and leans on nothing that it was not told', async () => {
    const options = { dependence: 0, reliability: () => 0.9 };
    const [answer] = await propagating(H, leaf, options).answer([[0.5, 0.8]], scope());
    expect(answer).toMatchObject({ confidence: 0.9 * 0.5 * 0.8 });
    const silent: Assistant<Leaves, number> = {
      ...leaf,
      answer: async (questions) => questions.map(() => unknown('unsure')),
    };
    const stubborn = scripted<Leaves, number>('H', function* (leaves) {
      yield [leaves];
      return known(7);
    });
    const [said] = await propagating(stubborn, silent, { dependence: 0 }).answer([[0.5]], scope());
    expect(said).toEqual(known(7, 1));
  });

  test('dependence lies between the product and the least', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 5 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (confidences, dependence) => {
          const [apart, together] = [allRight(confidences, 0), allRight(confidences, 1)];
          const between = allRight(confidences, dependence);
          expect(between).toBeGreaterThanOrEqual(apart - 1e-12);
          expect(between).toBeLessThanOrEqual(together + 1e-12);
          expect(together).toBe(Math.min(1, ...confidences));
        },
      ),
    );
    expect(() => allRight([0.5], 1.5)).toThrow('expected a number from 0 to 1, got 1.5');
  });

  test('finds a planted dependence of siblings', () => {
    for (const dependence of [0, 0.3, 0.7, 1]) {
      const random = Random.seeded(3);
      const leanings = Array.from({ length: 5000 }, (): Leaning => {
        const confidences = [
          0.5 + random.uniform() / 2,
          0.5 + random.uniform() / 2,
          0.5 + random.uniform() / 2,
        ];
        // With that chance one draw decides for all of them, else each has its own.
        const one = random.uniform() < dependence ? random.uniform() : undefined;
        return { confidences, right: confidences.every((c) => (one ?? random.uniform()) < c) };
      });
      expect(Math.abs(dependenceOf(leanings) - dependence)).toBeLessThan(0.1);
    }
    expect(dependenceOf([])).toBe(0);
  });
});

const halves = scripted<number, number>('H', function* (n) {
  const [a, b] = yield [n >> 1, n - (n >> 1)];
  return a!.kind === 'known' && b!.kind === 'known' ? known(a!.value + b!.value) : unknown('unsure');
});
wrapperContract('propagating', (assistant) => propagating(halves, assistant, { dependence: 0.3 }));
