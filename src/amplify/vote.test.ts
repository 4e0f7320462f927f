import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Meter } from '../../test/overseers.ts';
import { Random } from '../base/random.ts';
import { type Answer, known, unknown } from '../core/answer.ts';
import type { Assistant } from '../core/assistant.ts';
import { scope } from '../core/budget.ts';
import { noisy } from '../overseers/noisy.ts';
import { type PowerQuestion, permutationPowering } from '../tasks/permutation-powering.ts';
import { amplify } from './amplify.ts';
import { vote } from './vote.ts';

/** Answers question i with its i-th answer. */
function saying<A>(answers: readonly Answer<A>[], name = 'X', groundTruth = false): Assistant<number, A> {
  return {
    origin: { name, groundTruth },
    answer: async (questions) => questions.map((question) => answers[question]!),
  };
}

/** Few values, so that there are majorities; −0 and NaN are where Object.is and === part. */
const answer: fc.Arbitrary<Answer<number>> = fc.oneof(
  fc.record({
    kind: fc.constant('known' as const),
    value: fc.constantFrom(0, -0, 1, Number.NaN),
    confidence: fc.double({ min: 0, max: 1, noNaN: true }),
  }),
  fc.constantFrom(unknown('unsure'), unknown('nobody'), unknown('budget')),
);
const QUESTIONS = 6;
const ballots = fc.array(fc.array(answer, { minLength: QUESTIONS, maxLength: QUESTIONS }), {
  minLength: 1,
  maxLength: 7,
});
const questions = fc.array(fc.nat(QUESTIONS - 1), { maxLength: 12 });

describe('a vote', () => {
  test('is won by the value that more than half of all have, whatever their confidence; otherwise nobody is sure', async () => {
    await fc.assert(
      fc.asyncProperty(ballots, questions, async (all, asked) => {
        const answers = await vote(all.map((answers) => saying(answers))).answer(asked, scope());
        const expected = asked.map((question) => {
          for (const value of [0, -0, 1, Number.NaN]) {
            let count = 0;
            for (const { [question]: one } of all)
              if (one?.kind === 'known' && Object.is(one.value, value)) count++;
            if (count > all.length / 2) return known(value, count / all.length);
          }
          return unknown('unsure');
        });
        expect(answers).toEqual(expected);
      }),
      { numRuns: 500 },
    );
  });

  test('asks everybody each question once', async () => {
    await fc.assert(
      fc.asyncProperty(ballots, questions, async (all, asked) => {
        const meter = new Meter();
        await vote(all.map((answers) => meter.assistant(saying(answers), 1))).answer(asked, scope());
        expect(meter.questions).toBe(all.length * asked.length);
      }),
    );
  });

  test('joins the origins: it knows the ground truth if one voter does', () => {
    const two = (...truths: readonly boolean[]) =>
      vote(truths.map((groundTruth, i) => saying([], `X${i}`, groundTruth))).origin;
    expect(two(false, false)).toEqual({ name: 'Vote(X0, X1)', groundTruth: false });
    expect(two(false, true)).toEqual({ name: 'Vote(X0, X1)', groundTruth: true });
  });

  test('of nobody is refused', () => {
    expect(() => vote([])).toThrow(
      expect.objectContaining({ code: 'invalid', message: expect.stringMatching(/expected .*, got none/) }),
    );
  });
});

describe('a vote of three overseers that err independently at the rate e', () => {
  const RATE = 0.1;
  const task = permutationPowering({ elements: 8, powers: 16 });
  const walk: Assistant<PowerQuestion, number> = {
    origin: { name: 'X', groundTruth: false },
    answer: async (questions) =>
      questions.map(({ permutation, power, element }) => {
        let x = element;
        for (let step = 0; step < power; step++) x = permutation.image[x]!;
        return known(x);
      }),
  };
  const asked = Array.from({ length: 600 }, (_, i) =>
    task.sample(Random.seeded(7).split(i), { split: 'train', size: 8, level: 1 + (i % 4) }),
  ).flat();
  /** Whether the rate is in Wilson's interval of so many of those asked, at four standard deviations. */
  const isNear = (count: number, rate: number) =>
    Math.abs(count / asked.length - rate) <= 4 * Math.sqrt((rate * (1 - rate)) / asked.length);

  test.each(['random', 'deterministic'] as const)(
    'misses the right answer with 3e²(1 − e) + e³, and seldom by a wrong one (%s errors)',
    async (kind) => {
      const amplified = [1, 2, 3].map((seed) =>
        amplify(noisy(task.overseer, { kind, rate: RATE, seed }, task), walk),
      );
      const right = await walk.answer(asked, scope());
      const count = (answers: readonly Answer<number>[], kind: 'missed' | 'wrong') =>
        answers.filter((answer, i) => {
          const { value } = right[i] as { value: number };
          return answer.kind === 'known' ? answer.value !== value : kind === 'missed';
        }).length;
      for (const one of amplified)
        expect(isNear(count(await one.answer(asked, scope()), 'wrong'), RATE)).toBe(true);
      const answers = await vote(amplified).answer(asked, scope());
      const [two, three] = [3 * RATE ** 2 * (1 - RATE), RATE ** 3];
      expect(isNear(count(answers, 'missed'), two + three)).toBe(true);
      // Of seven wrong answers two agree with 1/7, of three at least two with 1 − 6/7 · 5/7.
      expect(isNear(count(answers, 'wrong'), two / 7 + (three * 19) / 49)).toBe(true);
    },
  );

  test('removes nothing that follows a rule', async () => {
    const h = noisy(task.overseer, { kind: 'systematic', word: task.encoding.wordOf(3) }, task);
    const answers = await vote([1, 2, 3].map(() => amplify(h, walk))).answer(asked, scope());
    expect(answers).toEqual(await amplify(h, walk).answer(asked, scope()));
    expect(answers).not.toEqual(await walk.answer(asked, scope()));
  });
});
