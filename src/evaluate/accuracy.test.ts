import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { amplify } from '../amplify/amplify.ts';
import { nobody } from '../assistants/nobody.ts';
import { hashText, Random } from '../base/random.ts';
import { type Answer, known, unknown } from '../core/answer.ts';
import type { Assistant, Overseer } from '../core/assistant.ts';
import { ask } from '../core/workspace.ts';
import { type Examiner, seal } from '../examiners/examiner.ts';
import { permutationPoweringExaminer } from '../examiners/permutation-powering.ts';
import { type PowerQuestion, permutationPowering } from '../tasks/permutation-powering.ts';
import { accuracy, isRight, testExams } from './accuracy.ts';
import { examinerOf } from './examiners.ts';

const task = permutationPowering({ elements: 8, powers: 16 });

/** Answers by a rule of its own, the same whenever asked. */
const by = (answer: (question: PowerQuestion) => Answer<number>): Assistant<PowerQuestion, number> => ({
  origin: { name: 'X', groundTruth: false },
  answer: async (questions) => questions.map(answer),
});
const walked = ({ permutation, power, element }: PowerQuestion): number => {
  let x = element;
  for (let i = 0; i < power; i++) x = permutation.image[x]!;
  return x;
};
const chance = (question: PowerQuestion) => hashText(task.key(question))[0] / 2 ** 32;

describe('test exams', () => {
  const exams = testExams(task, 20, Random.seeded(1));

  test('are one for each level, from level 1, on full-size contexts of the pile of tests', () => {
    expect(exams.length).toBe(task.levels);
    exams.forEach((exam, i) => {
      expect(exam.map((context) => context.length)).toEqual([8, 8, 8]);
      for (const question of exam.flat()) expect(task.level(question)).toBe(i + 1);
    });
    const splits = new Set<string>();
    const spied: typeof task = {
      ...task,
      sample: (random, demand) => {
        splits.add(demand.split);
        return task.sample(random, demand);
      },
    };
    testExams(spied, 20, Random.seeded(1));
    expect(splits).toEqual(new Set(['test']));
  });

  test('are the same for the same stream', () => {
    expect(testExams(task, 20, Random.seeded(1))).toEqual(exams);
  });
});

describe('accuracy', () => {
  const exams = testExams(task, 800, Random.seeded(2));
  const measured = (assistant: Assistant<PowerQuestion, number>) =>
    accuracy(assistant, permutationPoweringExaminer, exams);

  test('of right answers is 1, of nobody’s 0', async () => {
    const right = await measured(by((question) => known(walked(question))));
    expect(right.map(({ value, n }) => [value, n])).toEqual(new Array(4).fill([1, 800]));
    expect((await measured(nobody)).map(({ value }) => value)).toEqual([0, 0, 0, 0]);
  });

  test('counts «unknown» as wrong', async () => {
    const careful = by((question) => (chance(question) < 0.3 ? unknown('unsure') : known(walked(question))));
    for (const { value } of await measured(careful)) expect(value).toBeCloseTo(0.7, 1);
  });

  test('of an H that only ever asks is 0, and comes to an end: it is given up after 64 decisions a question', async () => {
    let decisions = 0;
    const curious: Overseer<PowerQuestion, number> = {
      origin: task.overseer.origin,
      act: async (workspaces) => {
        decisions += workspaces.length;
        return workspaces.map(({ question }) => ask(question));
      },
    };
    const few = testExams(task, 16, Random.seeded(3));
    const figures = await accuracy(amplify(curious, nobody), permutationPoweringExaminer, few);
    expect(figures.map(({ value, n }) => [value, n])).toEqual(new Array(4).fill([0, 16]));
    expect(decisions).toBeGreaterThan(4 * 16);
    expect(decisions).toBeLessThanOrEqual(64 * 4 * 16);
  });

  test('is of each level its own', async () => {
    const levels = await measured(
      by((question) => known(task.level(question) === 3 ? -1 : walked(question))),
    );
    expect(levels.map(({ value }) => value)).toEqual([1, 1, 0, 1]);
  });

  test('has an interval by contexts: questions that stand or fall together say less', async () => {
    const apart = by((question) => known(chance(question) < 0.7 ? walked(question) : -1));
    const together = by((question) =>
      known(chance({ ...question, power: 1, element: 0 }) < 0.7 ? walked(question) : -1),
    );
    const [one] = await measured(apart);
    const [other] = await measured(together);
    expect(other!.high - other!.low).toBeGreaterThan(2 * (one!.high - one!.low));
  });

  test('counts question for question what isRight says of it', () =>
    fc.assert(
      fc.asyncProperty(fc.array(fc.array(fc.array(fc.integer({ min: -1, max: 2 })))), async (exams) => {
        /** A question is the answer to give, −1 for unknown; the truth is always 1. */
        const examiner: Examiner<number, number> = { truth: () => seal(1) };
        const say = (value: number) => (value < 0 ? unknown('unsure') : known(value));
        const assistant: Assistant<number, number> = {
          origin: { name: 'X', groundTruth: false },
          answer: async (questions) => questions.map(say),
        };
        const figures = await accuracy(assistant, examiner, exams);
        figures.forEach(({ value, n }, i) => {
          const asked = exams[i]!.flat();
          expect(n).toBe(asked.length);
          expect(value * n).toBeCloseTo(asked.filter((one) => isRight(examiner, one, say(one))).length);
        });
      }),
      { seed: 1 },
    ));
});

describe('an answer is right', () => {
  const truthIs = <A>(value: A): Examiner<string, A> => ({ truth: () => seal(value) });

  test('when it is known and the very value, however unsure', () => {
    expect(isRight(truthIs(3), '?', known(3))).toBe(true);
    expect(isRight(truthIs(3), '?', known(3, 0))).toBe(true);
    expect(isRight(truthIs(3), '?', known(4))).toBe(false);
  });

  test('never when it is unknown, even if there is nothing to know', () => {
    for (const reason of ['nobody', 'unsure', 'escalated', 'budget'] as const)
      expect(isRight(truthIs(undefined), '?', unknown(reason))).toBe(false);
  });
});

describe('an examiner', () => {
  test('is found by the name of its task', () => {
    const [question] = task.sample(Random.seeded(1), { split: 'test', size: 8, level: 4 });
    const examiner = examinerOf(task.name) as unknown as Examiner<PowerQuestion, number>;
    expect(isRight(examiner, question!, known(walked(question!)))).toBe(true);
  });

  test.each(['', 'chess', 'toString', '__proto__'])('of «%s» is not found, in words', (name) => {
    expect(() => examinerOf(name)).toThrow(
      expect.objectContaining({
        code: 'not-found',
        message: `task «${name}»: expected one with an examiner`,
      }),
    );
  });
});
