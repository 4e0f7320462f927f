import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Answer, known, unknown } from '../core/answer.ts';
import type { Assistant } from '../core/assistant.ts';
import { scope } from '../core/budget.ts';
import { vote } from './vote.ts';
import { weightedVote } from './weighted.ts';

const saying = (answer: Answer<string>, groundTruth = false): Assistant<number, string> => ({
  origin: { name: 'X', groundTruth },
  answer: async (questions) => questions.map(() => answer),
});
const answer: fc.Arbitrary<Answer<string>> = fc.oneof(
  fc
    .tuple(fc.constantFrom('a', 'b', 'c'), fc.integer({ min: 1, max: 8 }))
    .map(([value, n]) => known(value, n / 8)),
  fc.constant(unknown('unsure')),
);

describe('a weighted vote', () => {
  test('is won by the answer whose voters are most confident together, with its share of all confidence', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(answer, { minLength: 1, maxLength: 6 }), async (all) => {
        const [got] = await weightedVote(all.map((one) => saying(one))).answer([1], scope());
        const weights = new Map<string, number>();
        for (const one of all)
          if (one.kind === 'known') weights.set(one.value, (weights.get(one.value) ?? 0) + one.confidence);
        const total = [...weights.values()].reduce((sum, weight) => sum + weight, 0);
        if (weights.size === 0) expect(got).toEqual(unknown('unsure'));
        else if (got!.kind === 'known') {
          expect(weights.get(got!.value)).toBe(Math.max(...weights.values()));
          expect(got!.confidence).toBeCloseTo(weights.get(got!.value)! / total, 12);
        } else expect(got).toMatchObject({ kind: 'known' });
      }),
    );
  });

  test('of voters alike is the plain vote, where that has a winner', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 7 }),
        async (values) => {
          const voters = values.map((value) => saying(known(value, 0.5)));
          const [plain] = await vote(voters).answer([1], scope());
          const [weighted] = await weightedVote(voters).answer([1], scope());
          if (plain!.kind === 'known') expect(weighted).toMatchObject({ value: plain!.value });
        },
      ),
    );
  });

  test('follows one strong voter against two weak ones', async () => {
    const voters = [known('a', 0.2), known('a', 0.3), known('b', 0.6)].map((one) => saying(one));
    const [got] = await weightedVote(voters).answer([1], scope());
    expect(got).toMatchObject({ value: 'b' });
  });

  test('goes to the first of two answers that weigh the same', async () => {
    const voters = [known('a', 0.5), known('b', 0.5)].map((one) => saying(one));
    expect(await weightedVote(voters).answer([1], scope())).toEqual([known('a', 0.5)]);
  });

  test('of nobody is refused, and knows the ground truth if a voter does', () => {
    expect(() => weightedVote([])).toThrow('assistants: expected at least one to vote, got none');
    expect(weightedVote([saying(known('a')), saying(known('a'), true)]).origin.groundTruth).toBe(true);
  });
});
