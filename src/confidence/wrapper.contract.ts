/** What every assistant of this folder keeps, whatever it wraps. */

import { describe, expect, test } from 'vitest';
import { type Answer, known, unknown } from '../core/answer.ts';
import type { Assistant } from '../core/assistant.ts';
import { scope } from '../core/budget.ts';

/** Answers n with n, as sure as its last digit says; 13 it does not know. */
export function numbers(groundTruth = false): Assistant<number, number> {
  return {
    origin: { name: 'N', groundTruth },
    answer: async (questions) =>
      questions.map((n): Answer<number> => (n === 13 ? unknown('unsure') : known(n, 0.05 + (n % 10) / 10))),
  };
}

export function wrapperContract(
  name: string,
  wrap: (assistant: Assistant<number, number>) => Assistant<number, number>,
): void {
  describe(`${name}: what every assistant here keeps`, () => {
    const questions = [3, 13, 28, 3, 41, 0, 97];

    test('a batch is answered as each of it alone, in order', async () => {
      const wrapped = wrap(numbers());
      const together = await wrapped.answer(questions, scope());
      const alone = [];
      for (const question of questions) alone.push(...(await wrapped.answer([question], scope())));
      expect(together).toEqual(alone);
      expect(together).toHaveLength(questions.length);
      expect(await wrapped.answer([], scope())).toEqual([]);
    });

    test('confidences are probabilities', async () => {
      for (const answer of await wrap(numbers()).answer(questions, scope()))
        if (answer.kind === 'known') {
          expect(answer.confidence).toBeGreaterThanOrEqual(0);
          expect(answer.confidence).toBeLessThanOrEqual(1);
        }
    });

    test('what knows ground truth makes it know it', () => {
      expect(wrap(numbers()).origin.groundTruth).toBe(false);
      expect(wrap(numbers(true)).origin.groundTruth).toBe(true);
    });
  });
}
