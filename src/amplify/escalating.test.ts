import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Meter, oracle } from '../../test/overseers.ts';
import { known, unknown } from '../core/answer.ts';
import type { Assistant } from '../core/assistant.ts';
import { scope } from '../core/budget.ts';
import { escalating } from './escalating.ts';

const above: Assistant<number, number> = {
  origin: { name: 'P', groundTruth: true },
  answer: async (questions) => questions.map((question) => known(1000 + question)),
};

describe('an assistant that escalates', () => {
  test('keeps what it is confident of, and asks above once about everything else', async () => {
    const asked = fc.array(fc.nat(50), { maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.integer({ min: 0, max: 8 }), asked, async (seed, least, questions) => {
        const [alone, meter] = [await oracle(seed).answer(questions, scope()), new Meter()];
        const answers = await escalating(oracle(seed), least / 8, meter.assistant(above, 1)).answer(
          questions,
          scope(),
        );
        let doubtful = 0;
        alone.forEach((answer, i) => {
          const isKept = answer.kind === 'known' && answer.confidence >= least / 8;
          if (!isKept) doubtful++;
          expect(answers[i]).toEqual(isKept ? answer : known(1000 + questions[i]!));
        });
        expect(meter.questions).toBe(doubtful);
      }),
    );
  });

  test('asks no more than the budget has', async () => {
    const call = scope({ questions: 2 });
    const answers = await escalating(oracle(1), 1, above).answer([1, 2, 3, 4, 5], call);
    expect(call.budget.spent.questions).toBe(2);
    expect(answers.filter((answer) => answer.kind === 'known' && answer.value >= 1000)).toHaveLength(2);
    expect(answers.filter((answer) => answer.kind === 'unknown')).toEqual([
      unknown('budget'),
      unknown('budget'),
      unknown('budget'),
    ]);
  });

  test('knows the ground truth if whoever is above does, and takes no confidence that is none', () => {
    expect(escalating(oracle(1), 0.5, above).origin).toEqual({ name: 'Escalating(X, P)', groundTruth: true });
    for (const confidence of [-1, 2, Number.NaN])
      expect(() => escalating(oracle(1), confidence, above)).toThrow(
        'confidence: expected a number from 0 to 1',
      );
  });
});
