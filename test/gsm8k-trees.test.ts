/** The short version of `npm run prove gsm8k`: on questions of our own, and on GSM8K itself where it is. */

import { expect, test } from 'vitest';
import { GSM8K, isThere, named } from './corpora.ts';
import { gsm8kTrees } from './gsm8k-trees.ts';
import { SOCRATIC_TEXT } from './made-up.ts';

test('a step that does not hold ends its tree, and only its own', async () => {
  const { steps, empty, trees } = await gsm8kTrees({ text: SOCRATIC_TEXT, file: 'socratic.jsonl' });
  expect(steps).toHaveLength(7);
  expect(empty).toBe(1);
  expect(trees).toMatchObject({ roots: 4, rejected: [3], verifications: 6 });
  expect(trees.accuracy.value).toBe(0.75);
  const wrong = steps.flatMap(({ question, step, calculations }) =>
    calculations.flatMap(({ expression, value, held }) =>
      held === 'exact' ? [] : [[question, step, expression, value, held]],
    ),
  );
  expect(wrong).toEqual([[3, 1, '5*6', '35', 'off']]);
});

test.skipIf(!isThere(GSM8K))(
  'of the 4,819 steps of GSM8K (CAPSTAN_DATA), every mark holds exactly, and two in words do not',
  async () => {
    const { steps, empty, trees, naive } = await gsm8kTrees(named(GSM8K.questions));
    const all = steps.flatMap(({ calculations }) => calculations);
    const count = (where: string, held: string) =>
      all.filter((one) => one.where === where && one.held === held).length;
    expect([steps.length, empty, trees.roots]).toEqual([4819, 2, 1319]);
    expect([count('mark', 'exact'), all.filter(({ where }) => where === 'mark').length]).toEqual([
      4282, 4282,
    ]);
    expect([count('words', 'exact'), count('words', 'rounded'), count('words', 'off')]).toEqual([223, 1, 2]);
    expect(trees.rejected).toEqual([411, 1025]);
    expect(naive).toEqual({ marks: 4282, parentheses: 26, fractions: 1, unequal: 13 });
  },
);
