import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { adder, arbitrary, Meter, oracle } from '../../test/overseers.ts';
import { nobody } from '../assistants/nobody.ts';
import { known, unknown } from '../core/answer.ts';
import type { Assistant, Overseer } from '../core/assistant.ts';
import { scope } from '../core/budget.ts';
import { amplify } from './amplify.ts';
import { hch } from './hch.ts';
import { memo } from './memo.ts';

/** No question is simple. */
const noFacts = () => undefined;

/** HCH with every level memoised. */
function memoised<Q, A>(h: Overseer<Q, A>, depth: number, key: (question: Q) => string): Assistant<Q, A> {
  return memo(amplify(h, depth === 0 ? nobody : memoised(h, depth - 1, key)), key);
}

describe('a memo', () => {
  test('changes no answer', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat(),
        fc.array(fc.nat(9), { maxLength: 12 }),
        fc.nat(2),
        async (seed, questions, depth) => {
          const h = arbitrary(seed, 10);
          const off = await hch(h, noFacts, depth).answer(questions, scope());
          const on = memoised(h, depth, String);
          expect(await on.answer(questions, scope())).toEqual(off);
          expect(await on.answer(questions, scope())).toEqual(off);
        },
      ),
    );
  });

  test('asks each question once, within a call and across calls', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.array(fc.array(fc.nat(9))), async (seed, calls) => {
        const meter = new Meter();
        const remembering = memo(meter.assistant(oracle(seed), 1), String);
        for (const questions of calls) await remembering.answer(questions, scope());
        expect(meter.questions).toBe(new Set(calls.flat()).size);
      }),
    );
  });

  test('makes the cost of a sum of equal numbers linear in its depth', async () => {
    const numbers = Array.from({ length: 1024 }, () => 1);
    const call = scope();
    expect(await memoised(adder, 10, String).answer([numbers], call)).toEqual([known(1024)]);
    expect(call.budget.spent).toMatchObject({ decisions: 21, questions: 20 });
  });

  test('forgets that a budget ran out, since another caller may have more', async () => {
    const numbers = [1, 2, 3, 4];
    const remembering = memoised(adder, 2, String);
    expect(await remembering.answer([numbers], scope({ decisions: 2 }))).toEqual([unknown('budget')]);
    expect(await remembering.answer([numbers], scope())).toEqual([known(10)]);
  });

  test('keeps nothing that was answered on too small a budget, even if H made a value of it', async () => {
    const limit = fc.oneof(fc.nat(20), fc.constant(Infinity));
    const limits = fc.record({ decisions: limit, questions: limit, depth: fc.nat(3) });
    await fc.assert(
      fc.asyncProperty(
        fc.nat(),
        fc.array(fc.nat(9), { maxLength: 6 }),
        limits,
        async (seed, questions, short) => {
          const h = arbitrary(seed, 10);
          const on = memoised(h, 2, String);
          await on.answer(questions, scope(short));
          expect(await on.answer(questions, scope())).toEqual(
            await hch(h, noFacts, 2).answer(questions, scope()),
          );
        },
      ),
    );
  });

  test('keeps what nobody could answer', async () => {
    const meter = new Meter();
    const remembering = memo(meter.assistant(nobody, 1), String);
    await remembering.answer([1], scope());
    expect(await remembering.answer([1], scope())).toEqual([unknown('nobody')]);
    expect(meter.questions).toBe(1);
  });

  test('keeps nothing of a call that failed', async () => {
    let broken = true;
    const x: Assistant<number, number> = {
      origin: { name: 'X', groundTruth: false },
      answer: async (questions) => {
        if (broken) throw new Error('line cut');
        return questions.map((question) => known(question));
      },
    };
    const remembering = memo(x, String);
    await expect(remembering.answer([1, 2], scope())).rejects.toThrow('line cut');
    broken = false;
    expect(await remembering.answer([2, 1], scope())).toEqual([known(2), known(1)]);
  });

  test('calls itself what it remembers, ground truth and all', () => {
    const x = { ...oracle(1), origin: { name: 'X₃', groundTruth: true } };
    expect(memo(x, String).origin).toEqual(x.origin);
  });
});
