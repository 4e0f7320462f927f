import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Meter, oracle } from '../../test/overseers.ts';
import { type Answer, known, unknown } from '../core/answer.ts';
import type { Assistant } from '../core/assistant.ts';
import { scope } from '../core/budget.ts';
import { doubt } from './doubt.ts';

/** Says this of every question. */
function saying(answer: Answer<string>, name = 'X', groundTruth = false): Assistant<number, string> {
  return { origin: { name, groundTruth }, answer: async (questions) => questions.map(() => answer) };
}

describe('a doubt', () => {
  test.each<[Answer<string>, Answer<string>, number, Answer<string>, string]>([
    [known('a', 0.3), known('a', 1), 0.9, known('a', 0.3), 'X says the same'],
    [known('a', 0.3), known('b', 0.95), 0.9, unknown('unsure'), 'X is confident of another'],
    [known('a', 0.3), known('b', 0.9), 0.9, unknown('unsure'), 'X is just confident enough of another'],
    [known('a', 0.3), known('b', 0.89), 0.9, known('a', 0.3), 'X is not confident of another'],
    [known('a', 1), known('b', 0), 0, unknown('unsure'), 'whatever X says otherwise is enough'],
    [known('a'), known('b'), 1, unknown('unsure'), 'X is sure of another'],
    [known('a'), unknown('unsure'), 0, known('a'), 'X does not know'],
    [unknown('budget'), known('a'), 0.9, unknown('budget'), 'there is nothing to doubt'],
    [unknown('nobody'), unknown('unsure'), 0, unknown('nobody'), 'nobody knows'],
  ])('between %j and %j from %d on makes %j: %s', async (amplified, direct, threshold, expected) => {
    const doubting = doubt(saying(amplified), saying(direct), threshold);
    expect(await doubting.answer([7], scope())).toEqual([expected]);
  });

  test('gives each question its own answer, doubted or not, and asks X only what there is an answer to', async () => {
    const asked = fc.array(fc.nat(30), { maxLength: 20 });
    const threshold = fc.double({ min: 0, max: 1, noNaN: true });
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.nat(), asked, threshold, async (seed, other, questions, threshold) => {
        const meter = new Meter();
        const [amplified, direct] = [oracle(seed), oracle(other)];
        const doubting = doubt(amplified, meter.assistant(direct, 1), threshold);
        const together = await doubting.answer(questions, scope());
        const answers = await amplified.answer(questions, scope());
        expect(meter.questions).toBe(answers.filter(({ kind }) => kind === 'known').length);
        const alone = [];
        for (const question of questions)
          alone.push(...(await doubt(amplified, direct, threshold).answer([question], scope())));
        expect(together).toEqual(alone);
        // Either the amplified answer or none.
        together.forEach((answer, i) => {
          if (answer.kind === 'known') expect(answer).toEqual(answers[i]);
        });
      }),
    );
  });

  test('joins the origins: it knows the ground truth if either does', () => {
    for (const [a, b] of [
      [false, false],
      [false, true],
      [true, false],
    ] as const)
      expect(doubt(saying(known(''), 'A', a), saying(known(''), 'X', b), 0.5).origin).toEqual({
        name: 'Doubt(A, X)',
        groundTruth: a || b,
      });
  });

  test.each([-0.1, 1.1, Number.NaN])('refuses the threshold %d', (threshold) => {
    expect(() => doubt(saying(known('')), saying(known('')), threshold)).toThrow(
      expect.objectContaining({
        code: 'invalid',
        message: `threshold: expected a number from 0 to 1, got ${threshold}`,
      }),
    );
  });
});
