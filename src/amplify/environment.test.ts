import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Meter, oracle } from '../../test/overseers.ts';
import { type Answer, known, unknown } from '../core/answer.ts';
import type { Assistant } from '../core/assistant.ts';
import { scope } from '../core/budget.ts';
import { withEnvironment } from './environment.ts';

const QUESTIONS = 10;
const questions = fc.array(fc.nat(QUESTIONS - 1), { maxLength: 20 });
/** What the facts say of each question; of most of them nothing. */
const told: fc.Arbitrary<readonly (Answer<number> | undefined)[]> = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: fc.constant(undefined) },
    { weight: 1, arbitrary: fc.integer().map((value) => known(value)) },
    { weight: 1, arbitrary: fc.constant(unknown('unsure')) },
  ),
  { minLength: QUESTIONS, maxLength: QUESTIONS },
);

/** Writes down each call. */
function listening(x: Assistant<number, number>) {
  const calls: (readonly number[])[] = [];
  const assistant: Assistant<number, number> = {
    origin: x.origin,
    answer(asked, inner) {
      calls.push(asked);
      return x.answer(asked, inner);
    },
  };
  return { assistant, calls };
}

describe('an assistant with the facts beside it', () => {
  test('answers every question in its place: by its fact where it is simple, as X alone where it is not', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), told, questions, async (seed, facts, asked) => {
        const x = oracle(seed);
        const answers = await withEnvironment((question) => facts[question], x).answer(asked, scope());
        const expected = [];
        for (const question of asked)
          expected.push(facts[question] ?? (await x.answer([question], scope()))[0]);
        expect(answers).toEqual(expected);
      }),
    );
  });

  test('passes on what is not simple, in order and in one call, and never a simple question', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), told, questions, async (seed, facts, asked) => {
        const { assistant, calls } = listening(oracle(seed));
        await withEnvironment((question) => facts[question], assistant).answer(asked, scope());
        const rest = asked.filter((question) => facts[question] === undefined);
        expect(calls).toEqual(rest.length > 0 ? [rest] : []);
      }),
    );
  });

  test('asks nobody anything for no questions, or for simple ones only', async () => {
    const { assistant, calls } = listening(oracle(1));
    const knowing = withEnvironment(() => unknown('unsure'), assistant);
    expect(await knowing.answer([], scope())).toEqual([]);
    expect(await knowing.answer([3, 1], scope())).toEqual([unknown('unsure'), unknown('unsure')]);
    expect(calls).toEqual([]);
  });

  test('hands X its scope, and spends nothing of it', async () => {
    const meter = new Meter();
    const call = scope({ questions: 5 });
    const asking: Assistant<number, number> = {
      origin: { name: 'X', groundTruth: false },
      answer: async (asked, inner) => {
        expect(inner).toBe(call);
        return asked.map((question) => known(question));
      },
    };
    const facts = (question: number) => (question < 2 ? known(7) : undefined);
    const answers = await withEnvironment(facts, meter.assistant(asking, 1)).answer([0, 4, 1, 5], call);
    expect(answers).toEqual([known(7), known(4), known(7), known(5)]);
    expect(meter.questions).toBe(2);
    expect(call.budget.spent).toMatchObject({ decisions: 0, questions: 0 });
  });

  test('comes from where X comes from: facts are no ground truth', () => {
    for (const groundTruth of [false, true]) {
      const x = { ...oracle(1), origin: { name: 'X₃', groundTruth } };
      expect(withEnvironment(() => known(1), x).origin).toEqual({ name: 'X₃', groundTruth });
    }
  });

  test('twice is the same as with the facts of both, the outer ones first', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), told, told, questions, async (seed, outer, inner, asked) => {
        const x = oracle(seed);
        const nested = withEnvironment(
          (question) => outer[question],
          withEnvironment((question) => inner[question], x),
        );
        const joined = withEnvironment((question) => outer[question] ?? inner[question], x);
        expect(await nested.answer(asked, scope())).toEqual(await joined.answer(asked, scope()));
      }),
    );
  });
});
