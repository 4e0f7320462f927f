import { describe, expect, test } from 'vitest';
import { Random } from '../base/random.ts';
import { type Answer, known, unknown } from '../core/answer.ts';
import type { Assistant } from '../core/assistant.ts';
import { permutationPoweringExaminer } from '../examiners/permutation-powering.ts';
import { type PowerQuestion, permutationPowering } from '../tasks/permutation-powering.ts';
import { retention, stepBetween } from './retention.ts';

const task = permutationPowering({ elements: 4, powers: 8 });
/** One context at each of two levels, four questions each. */
const exams = [1, 2].map((level) => [
  task.sample(Random.seeded(level), { split: 'test', size: 4, level }).slice(0, 4),
]);
const questions = exams.flat(2);

function truthOf({ permutation, element, power }: PowerQuestion): number {
  let at = element;
  for (let i = 0; i < power; i++) at = permutation.image[at]!;
  return at;
}

/** One letter for each question: right, wrong, wrong otherwise, or unknown. */
function saying(letters: string): Assistant<PowerQuestion, number> {
  const said = new Map(
    questions.map((question, i): [PowerQuestion, Answer<number>] => {
      const right = truthOf(question);
      const others = question.permutation.domain.filter((element) => element !== right);
      const of = { r: right, w: others[0]!, v: others[1]! };
      const letter = letters[i] as 'r' | 'w' | 'v' | 'u';
      return [question, letter === 'u' ? unknown('unsure') : known(of[letter])];
    }),
  );
  return {
    origin: { name: letters, groundTruth: false },
    answer: async (asked) => asked.map((question) => said.get(question)!),
  };
}

const found = (before: string, after: string, amplified: string) =>
  retention(
    { before: saying(before), after: saying(after), amplified: saying(amplified) },
    permutationPoweringExaminer,
    exams,
  );

describe('what a distillation kept', () => {
  test('counts copies among the errors of X before alone, and unknown as one', async () => {
    const { copied } = await found('rwwuwuuv', 'rwru vuru', 'rrrrrrrr');
    // Errors of before: places 1 to 7. The same again at 1, 3 and 5.
    expect(copied).toMatchObject({ value: 3 / 7, n: 7 });
  });

  test('and lost, level by level: against Amplify^H(X) everywhere, against X below the frontier', async () => {
    const { informationLoss, forgetting } = await found('rrrrwwww', 'rrwwrwww', 'rrrrrrrw');
    // Level 1: 1 − 1/2; level 2: 3/4 − 1/4.
    expect(informationLoss).toBeCloseTo(0.5, 12);
    expect(forgetting).toBeCloseTo(0.5, 12);
  });

  test('is nothing where nothing changed and nothing is wrong', async () => {
    const kept = await found('rrrrrrrr', 'rrrrrrrr', 'rrrrrrrr');
    expect(kept).toMatchObject({ copied: { n: 0 }, informationLoss: 0, forgetting: 0 });
  });
});

test('the step between two is their total variation on average: 1 of what has nothing in common', () => {
  const p = [
    [1, 0, 0],
    [0.5, 0.5, 0],
  ];
  const q = [
    [0, 0, 1],
    [0.25, 0.5, 0.25],
  ];
  expect(stepBetween(p, q)).toBeCloseTo((1 + 0.25) / 2, 12);
  expect(stepBetween(p, p)).toBe(0);
  expect(stepBetween([], [])).toBe(0);
});
