import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { oracle } from '../../test/overseers.ts';
import { type Answer, known, unknown } from '../core/answer.ts';
import type { Assistant, Check, Claim } from '../core/assistant.ts';
import { scope } from '../core/budget.ts';
import { verify } from './verify.ts';

const checker = { name: 'C', groundTruth: false };

describe('a verified assistant', () => {
  test.each<[Answer<string>, boolean, Answer<string>]>([
    [known('a', 0.3), true, known('a', 0.3)],
    [known('a', 0.3), false, unknown('unsure')],
    [unknown('budget'), true, unknown('budget')],
    [unknown('budget'), false, unknown('budget')],
  ])('that says %j, with the verdict %j, makes it %j', async (answer, verdict, expected) => {
    const x: Assistant<number, string> = {
      origin: { name: 'X', groundTruth: false },
      answer: async (questions) => questions.map(() => answer),
    };
    const check: Check<number, string> = async (claims) => claims.map(() => verdict);
    expect(await verify(x, check, checker).answer([7], scope())).toEqual([expected]);
  });

  test('has its known answers checked, all at once and in the scope of the questions, and no unknown ones', async () => {
    const asked = fc.array(fc.nat(30), { maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.nat(30), asked, async (seed, bound, questions) => {
        const call = scope();
        const calls: (readonly Claim<number, number>[])[] = [];
        const check: Check<number, number> = async (claims, inner) => {
          expect(inner).toBe(call);
          calls.push(claims);
          return claims.map(({ question, answer }) => question + answer < bound);
        };
        const answers = await oracle(seed).answer(questions, call);
        const got = await verify(oracle(seed), check, checker).answer(questions, call);
        const claims = [];
        const expected = [];
        for (const [i, answer] of answers.entries()) {
          const question = questions[i]!;
          if (answer.kind === 'known') claims.push({ question, answer: answer.value });
          const falls = answer.kind === 'known' && question + answer.value >= bound;
          expected.push(falls ? unknown('unsure') : answer);
        }
        expect(calls).toEqual(claims.length > 0 ? [claims] : []);
        expect(got).toEqual(expected);
      }),
    );
  });

  test('knows the ground truth if the assistant does, or whoever checks', () => {
    for (const [a, b] of [
      [false, false],
      [false, true],
      [true, false],
    ] as const) {
      const x = { ...oracle(1), origin: { name: 'X', groundTruth: a } };
      const verified = verify(x, async (claims) => claims.map(() => true), { name: 'C', groundTruth: b });
      expect(verified.origin).toEqual({ name: 'Verify(X, C)', groundTruth: a || b });
    }
  });

  test('takes no fewer verdicts than claims', async () => {
    const known1 = {
      ...oracle(1),
      answer: async (questions: readonly number[]) => questions.map(() => known(1)),
    };
    await expect(verify(known1, async () => [], checker).answer([1], scope())).rejects.toThrow(
      'C: one verdict per claim',
    );
  });
});
