import { expect, test } from 'vitest';
import { planted } from '../../test/planted.ts';
import { hch } from '../amplify/hch.ts';
import { memo } from '../amplify/memo.ts';
import { Random } from '../base/random.ts';
import type { Assistant } from '../core/assistant.ts';
import { simulatability } from '../evaluate/interpretability.ts';
import { permutationPoweringExaminer as examiner } from '../examiners/permutation-powering.ts';
import { type PowerQuestion, permutationPowering } from '../tasks/permutation-powering.ts';
import { finalTest } from './exams.ts';
import { foretell } from './foretold.ts';

const [SIZE, MOST] = [8, 96];
const task = permutationPowering({ elements: SIZE, powers: 16 });
const { asked } = finalTest(task, examiner, 96);
const right = memo(hch(task.overseer, task.environment, 4), task.key);
const of = (x: Assistant<PowerQuestion, number>, questions = asked) =>
  foretell(task, task.overseer, x, questions, MOST, Random.seeded(2));

test('an X that does as its transcripts do is foretold from them; one that says anything is not', async () => {
  const erratic = planted({
    truth: right,
    key: task.key,
    wrong: (answer, random) => (answer + 1 + random.below(SIZE - 1)) % SIZE,
    probability: () => 1 / SIZE,
    seed: 1,
  });
  const [alike, not] = [await of(right), await of(erratic)];
  expect(alike.guesses.length).toBeGreaterThanOrEqual(MOST);
  expect(simulatability(alike.guesses, alike.explained)!.gain.low!).toBeGreaterThan(0.3);
  expect(simulatability(not.guesses, not.explained)!.with.value).toBeLessThan(0.3);
});

test('is asked of questions that were not shown, and of none where there are too few to show some', async () => {
  const { guesses, explained } = await of(right);
  expect(guesses.filter(({ key }) => explained.has(key))).toEqual([]);
  const simple = asked.filter(({ level }) => level === 1);
  expect(await of(right, simple)).toEqual({ guesses: [], explained: new Set() });
});
