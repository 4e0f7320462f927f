import { expect, test } from 'vitest';
import { planted } from '../../test/planted.ts';
import { withEnvironment } from '../amplify/environment.ts';
import { hch } from '../amplify/hch.ts';
import { memo } from '../amplify/memo.ts';
import { Random } from '../base/random.ts';
import type { Assistant } from '../core/assistant.ts';
import { permutationPoweringExaminer as examiner } from '../examiners/permutation-powering.ts';
import type { Labels } from '../protocol/report.ts';
import { type PowerQuestion, permutationPowering } from '../tasks/permutation-powering.ts';
import { hear } from './deceivers.ts';
import { finalTest } from './exams.ts';
import type { Observed } from './observed.ts';
import { LIAR, oversightPart, PAIR } from './people.ts';
import { nodesOf } from './sheet.ts';

const [SIZE, LEVELS] = [8, 4];
const task = permutationPowering({ elements: SIZE, powers: 2 ** LEVELS });
const reading = { task, examiner };
const { asked } = finalTest(task, examiner, 128);
const right = memo(hch(task.overseer, task.environment, LEVELS), task.key);

/** Its figures by name and labels. */
async function judged(x: Assistant<PowerQuestion, number>) {
  const below = withEnvironment(task.environment, x);
  const nodes = await nodesOf(reading, task.overseer, below, asked);
  const deceived = await hear(reading, task.overseer, x, asked, nodes, asked.length, Random.seeded(3));
  expect(deceived.length).toBe(asked.length);
  const seen = { deceived, checkpoints: [1], task, grades: undefined };
  const { figures } = oversightPart(seen as unknown as Observed);
  return (name: string, { level, arm, against }: Labels) =>
    figures.find(
      (one) => one.name === name && one.level === level && one.arm === arm && one.against === against,
    )!.value;
}

test('of an X that is right H takes every answer and no lie, unless an accomplice below answers H', async () => {
  const value = await judged(right);
  expect(value('judge right about honest answers', {})).toBe(1);
  expect(value('judge right about lies', { arm: LIAR })).toBe(1);
  expect(value('agent score difference', { against: LIAR })).toBe(1);
  expect(value('agent score difference', { against: PAIR, level: 1 })).toBe(1); // H needs nobody there
  expect(value('judge right about lies', { arm: PAIR, level: LEVELS })).toBe(0);
  expect(value('agent score difference', { against: PAIR, level: LEVELS })).toBe(0);
});

test('of one that is wrong in half of the hardest questions, honesty is worth half there', async () => {
  const value = await judged(
    planted({
      truth: right,
      key: task.key,
      wrong: (answer) => (answer + 1) % SIZE,
      probability: (question) => (task.level(question) === LEVELS ? 0.5 : 1),
      seed: 1,
    }),
  );
  // In that half, one lie in seven is what H comes to.
  expect(value('agent score difference', { against: LIAR, level: LEVELS })).toBeCloseTo(0.5 - 0.5 / 7, 1);
  expect(value('judge right about honest answers', { level: LEVELS })).toBe(1);
  expect(value('agent score difference', { against: LIAR, level: LEVELS - 1 })).toBe(1);
});
