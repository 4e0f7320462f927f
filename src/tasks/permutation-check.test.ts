import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { amplify } from '../amplify/amplify.ts';
import { withEnvironment } from '../amplify/environment.ts';
import { hch } from '../amplify/hch.ts';
import { verify } from '../amplify/verify.ts';
import { Random } from '../base/random.ts';
import { agree, known, unknown } from '../core/answer.ts';
import type { Assistant } from '../core/assistant.ts';
import { scope } from '../core/budget.ts';
import { noisy } from '../overseers/noisy.ts';
import { permutationCheck } from './permutation-check.ts';
import { type PowerQuestion, permutationPowering } from './permutation-powering.ts';

const task = permutationPowering({ elements: 8, powers: 16 });

/** σ^k, and with `more` steps σ^(k + more). */
function power({ permutation, power, element }: PowerQuestion, more = 0): number {
  let x = element;
  for (let step = 0; step < power + more; step++) x = permutation.image[x]!;
  return x;
}

/** Answers compound questions by this; simple ones by the facts. */
function facing(value: (question: PowerQuestion) => number | undefined): Assistant<PowerQuestion, number> {
  return withEnvironment(task.environment, {
    origin: { name: 'X', groundTruth: false },
    answer: async (questions) =>
      questions.map((question) => {
        const said = value(question);
        return said === undefined ? unknown('unsure') : known(said);
      }),
  });
}

/** Questions about one context of some size and level. */
const sampled = fc
  .record({ seed: fc.nat(), size: fc.integer({ min: 4, max: 8 }), level: fc.integer({ min: 1, max: 4 }) })
  .map(({ seed, size, level }) => task.sample(Random.seeded(seed), { split: 'train', size, level }));
/** Claims of every answer to each, sensible or not. */
const everyClaim = (questions: readonly PowerQuestion[]) =>
  questions.flatMap((question) =>
    [...Array.from({ length: 8 }, (_, x) => x), -1, 8, 0.5, Number.NaN].map((answer) => ({
      question,
      answer,
    })),
  );

describe('the check of powers', () => {
  test('by an assistant that is right accepts the right answer and no other, inside the context or outside', async () => {
    await fc.assert(
      fc.asyncProperty(sampled, async (questions) => {
        const claims = everyClaim(questions);
        const verdicts = await permutationCheck(facing(power))(claims, scope());
        expect(verdicts).toEqual(claims.map(({ question, answer }) => answer === power(question)));
      }),
    );
  });

  test('accepts y exactly if the assistant says σ(y) of the next element, whoever it is', async () => {
    await fc.assert(
      fc.asyncProperty(sampled, fc.nat(), async (questions, seed) => {
        const says = (question: PowerQuestion) => {
          const drawn = Random.seeded(seed).split(task.key(question)).below(10);
          return drawn < 9 ? drawn : undefined;
        };
        const x = facing(says);
        const claims = everyClaim(questions);
        const verdicts = await permutationCheck(x)(claims, scope());
        const expected = [];
        for (const { question, answer } of claims) {
          const { permutation, element } = question;
          const ask = async (question: PowerQuestion) => (await x.answer([question], scope()))[0]!;
          const said = await ask({ ...question, element: permutation.image[element]! });
          const image = await ask({ permutation, power: 1, element: answer });
          expected.push(agree(said, image));
        }
        expect(verdicts).toEqual(expected);
      }),
    );
  });

  test('asks twice at most, all claims together: for facts, then for powers of other elements', async () => {
    const calls: (readonly PowerQuestion[])[] = [];
    const x = facing(power);
    const listening: typeof x = {
      origin: x.origin,
      answer(questions, inner) {
        calls.push(questions);
        return x.answer(questions, inner);
      },
    };
    const questions = task.sample(Random.seeded(1), { split: 'train', size: 8, level: 4 });
    const check = permutationCheck(listening);
    await check(
      questions.map((question) => ({ question, answer: 0 })),
      scope(),
    );
    expect(calls.map((asked) => asked.length)).toEqual([16, 8]);
    expect(new Set(calls[0]!.map((question) => question.power))).toEqual(new Set([1]));
    expect(calls[1]!.map((question) => question.power)).toEqual(questions.map((question) => question.power));
    expect(calls[1]!.map((question) => question.element)).toEqual(
      questions.map(({ permutation, element }) => permutation.image[element]),
    );
    calls.length = 0;
    expect(await check([{ question: questions[0]!, answer: 8 }], scope())).toEqual([false]);
    expect(calls.length).toBe(1);
  });

  test('by an assistant that knows only facts accepts no power of two or more', async () => {
    await fc.assert(
      fc.asyncProperty(sampled, async (questions) => {
        const claims = questions.map((question) => ({ question, answer: power(question) }));
        const verdicts = await permutationCheck(facing(() => undefined))(claims, scope());
        expect(verdicts).toEqual(questions.map((question) => question.power === 1));
      }),
    );
  });

  test('is blind to a mistake that commutes with σ', async () => {
    await fc.assert(
      fc.asyncProperty(sampled, async (sample) => {
        const questions = sample.filter((question) => question.power > 1);
        const claims = questions.map((question) => ({ question, answer: power(question, 1) }));
        const verdicts = await permutationCheck(facing((question) => power(question, 1)))(claims, scope());
        expect(verdicts).toEqual(claims.map(() => true));
      }),
    );
  });

  test('lets no mistake of H pass, by chance or by rule, if the assistant makes none', async () => {
    const x = hch(task.overseer, task.environment, 2);
    const questions = Array.from({ length: 100 }, (_, i) =>
      task.sample(Random.seeded(i), { split: 'train', size: 8, level: 4 }),
    ).flat();
    for (const noise of [
      { kind: 'random', rate: 0.3, seed: 1 },
      { kind: 'deterministic', rate: 0.3, seed: 1 },
      { kind: 'systematic', word: task.encoding.wordOf(3) },
    ] as const) {
      const h = noisy(task.overseer, noise, task);
      const erring = await amplify(h, x).answer(questions, scope());
      const verified = await verify(amplify(h, x), permutationCheck(x), x.origin).answer(questions, scope());
      const isRight = questions.map((question, i) => agree(erring[i]!, known(power(question))));
      expect(isRight).toContain(false);
      expect(verified).toEqual(erring.map((answer, i) => (isRight[i] ? answer : unknown('unsure'))));
    }
  });
});
