import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { amplify } from '../amplify/amplify.ts';
import { withEnvironment } from '../amplify/environment.ts';
import { Random } from '../base/random.ts';
import { type Answer, known } from '../core/answer.ts';
import type { Assistant } from '../core/assistant.ts';
import { scopeFor } from '../core/budget.ts';
import { noisy } from '../overseers/noisy.ts';
import { type PowerQuestion, permutationPowering } from '../tasks/permutation-powering.ts';
import { withSecond } from './defence.ts';

const task = permutationPowering({ elements: 8, powers: 16 });
const slip = { kind: 'systematic', word: task.encoding.wordOf(3) } as const;

function power({ permutation, power, element }: PowerQuestion): number {
  let x = element;
  for (let step = 0; step < power; step++) x = permutation.image[x]!;
  return x;
}

/** X that is right, but for what `wrong` says of it. */
function x(wrong: (question: PowerQuestion) => number | undefined = () => undefined) {
  const alone: Assistant<PowerQuestion, number> = {
    origin: { name: 'X', groundTruth: false },
    answer: async (questions) => questions.map((one) => known(wrong(one) ?? power(one))),
  };
  return withEnvironment(task.environment, alone);
}

const sampled = fc
  .tuple(fc.nat(), fc.integer({ min: 2, max: 4 }))
  .map(([seed, level]) => task.sample(Random.seeded(seed), { split: 'train', size: 8, level }));
const isRight = (questions: readonly PowerQuestion[], answers: readonly Answer<number>[]) =>
  answers.map((answer, i) => answer.kind === 'known' && answer.value === power(questions[i]!));

describe('a second decomposition', () => {
  test('changes nothing of what a right overseer says', async () => {
    await fc.assert(
      fc.asyncProperty(sampled, async (questions) => {
        const answers = await withSecond(task, amplify(task.overseer, x())).answer(questions, scopeFor(8));
        expect(isRight(questions, answers)).not.toContain(false);
      }),
    );
  });

  test('mends a mistake by a rule, but where the element is its own image: then the check asks the same', async () => {
    await fc.assert(
      fc.asyncProperty(sampled, async (questions) => {
        const erring = amplify(noisy(task.overseer, slip, task), x());
        const answers = await withSecond(task, erring).answer(questions, scopeFor(8));
        const right = isRight(questions, answers);
        for (const [i, { element, permutation, power }] of questions.entries())
          if (power > 1) expect(right[i]).toBe(element !== 3 || permutation.image[3] !== 3);
      }),
      { numRuns: 60 },
    );
  });

  test('is by questions about other elements, so it is right where X errs about this one alone', async () => {
    await fc.assert(
      fc.asyncProperty(sampled, async (questions) => {
        const erring = x(({ element, power: of }) => (element === 3 && of > 1 ? 3 : undefined));
        const asked = questions.filter(({ permutation, power: of }) => of > 1 && permutation.image[3] !== 3);
        const answers = await task.second!(erring).answer(asked, scopeFor(8));
        const leans = ({ element, permutation: { image } }: PowerQuestion) =>
          image[image[element]!] === 3 && element !== 3;
        const right = isRight(asked, answers);
        for (const [i, question] of asked.entries()) if (!leans(question)) expect(right[i]).toBe(true);
      }),
    );
  });

  test('is refused of a task that has none, and where truth checks it says so', () => {
    const { second: _, ...without } = task;
    expect(() => withSecond(without, x())).toThrow(/expected a task with a check and a second decomposition/);
    const oracle = { ...x(), origin: { name: 'truth', groundTruth: true } };
    expect(withSecond(task, oracle).origin.groundTruth).toBe(true);
  });
});
