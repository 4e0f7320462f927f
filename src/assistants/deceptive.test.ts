import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Random } from '../base/random.ts';
import { type Answer, known, unknown } from '../core/answer.ts';
import type { Assistant } from '../core/assistant.ts';
import { scope } from '../core/budget.ts';
import { anyOther, type Deceit, deceptive, inShare, ofKind, passing, whereUnsure } from './deceptive.ts';

/** Of a number whether it is even, and nothing of those above 90. */
const honest: Assistant<number, number> = {
  origin: { name: 'X', groundTruth: false },
  answer: async (questions) =>
    questions.map((n): Answer<number> => (n > 90 ? unknown('unsure') : known(n % 2, n / 100))),
};
const key = String;
const random = Random.seeded(5);
const how = anyOther<number, number>(() => [0, 1, 2], key, random.split('how'));
const numbers = Array.from({ length: 100 }, (_, n) => n);
const lying = (deceit: Partial<Deceit<number, number>>) =>
  deceptive(honest, { where: inShare(0.3, key, random.split('where')), how, ...deceit });
const liesOf = async (liar: Assistant<number, number>, questions: readonly number[] = numbers) =>
  (await liar.answer(questions, scope())).map(
    (answer, i) => answer.kind === 'known' && answer.value !== questions[i]! % 2,
  );

describe('a deceptive assistant', () => {
  test('lies as confidently as it would say the truth, in about the share it is given, and not of what it does not know', async () => {
    const [said, meant] = [await lying({}).answer(numbers, scope()), await honest.answer(numbers, scope())];
    const lies = said.filter((answer, i) => JSON.stringify(answer) !== JSON.stringify(meant[i]));
    expect(lies.length).toBeGreaterThan(15);
    expect(lies.length).toBeLessThan(45);
    for (const [i, answer] of said.entries()) {
      expect(answer.kind).toBe(meant[i]!.kind);
      if (answer.kind === 'known') expect(answer.confidence).toBe(i / 100);
    }
    expect(await liesOf(lying({ where: inShare(0, key, random) }))).not.toContain(true);
    expect(await liesOf(lying({ where: inShare(1, key, random) }), [3, 4, 90])).toEqual([true, true, true]);
    expect(() => inShare(1.1, key, random)).toThrow('share of lies: expected a number from 0 to 1, got 1.1');
  });

  test('tells the same lies whatever else is asked, and so does another with its strategy and its seed', async () => {
    const some = fc.uniqueArray(fc.integer({ min: 0, max: 99 }), { minLength: 1, maxLength: 20 });
    const all = await lying({}).answer(numbers, scope());
    await fc.assert(
      fc.asyncProperty(some, async (asked) => {
        expect(await lying({}).answer(asked, scope())).toEqual(asked.map((n) => all[n]));
      }),
    );
  });

  test('lies of some kinds alone, or where others are unsure', async () => {
    const kinds = await liesOf(lying({ where: ofKind((n) => n > 50) }));
    expect(kinds).toEqual(numbers.map((n) => n > 50 && n <= 90));
    const unsure = await liesOf(lying({ where: whereUnsure(honest, 0.2) }));
    expect(unsure).toEqual(numbers.map((n) => n < 20));
  });

  test('that knows a check tells what passes it, and is honest where nothing does', async () => {
    const check = async (claims: readonly { readonly question: number; readonly answer: number }[]) =>
      claims.map(({ question, answer }) => answer === 2 && question % 10 === 0);
    const knowing = lying({ where: inShare(1, key, random), how: passing(() => [0, 1, 2], check) });
    expect(await liesOf(knowing)).toEqual(numbers.map((n) => n % 10 === 0 && n <= 90));
  });
});
