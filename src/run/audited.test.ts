import { expect, test } from 'vitest';
import { planted } from '../../test/planted.ts';
import { hch } from '../amplify/hch.ts';
import { memo } from '../amplify/memo.ts';
import { Random } from '../base/random.ts';
import { type PowerQuestion, permutationPowering } from '../tasks/permutation-powering.ts';
import { auditByH } from './audited.ts';

const SIZE = 8;
const task = permutationPowering({ elements: SIZE, powers: 8 });
const truth = memo(hch(task.overseer, task.environment, 3), task.key);

/** An audit of an X that is right with this probability. */
function auditOf(probability: (question: PowerQuestion) => number) {
  const wrong = (answer: number) => (answer + 1) % SIZE;
  const assistant = planted({ truth, key: task.key, wrong, probability, said: () => 0.9, seed: 1 });
  return auditByH({ task, assistant, model: 'a', random: Random.seeded(2), audits: 160 });
}

test('an audit says how much of what is wrong follows from the question: by a rule nearly all, by chance nothing', async () => {
  const [byRule, byChance] = [
    await auditOf(({ element }) => (element === 3 ? 0 : 1)),
    await auditOf(() => 1 - 1 / SIZE),
  ];
  for (const { rate } of [byRule, byChance]) expect(rate.value).toBeCloseTo(1 / SIZE, 1);
  expect(byRule.structured!.value).toBeGreaterThan(0.8);
  expect(byRule.slices.length).toBe(1);
  expect(byChance.structured!.value).toBeLessThan(0.2);
});
