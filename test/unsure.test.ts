/** The measurements behind `npm run prove escalation` and `depth`, on an assistant whose every confidence is planted. */

import { expect, test } from 'vitest';
import { hch } from '../src/amplify/hch.ts';
import { memo } from '../src/amplify/memo.ts';
import { Random } from '../src/base/random.ts';
import { permutationPoweringExaminer as examiner } from '../src/examiners/permutation-powering.ts';
import { type PowerQuestion, permutationPowering } from '../src/tasks/permutation-powering.ts';
import { depthFigures } from './depth.ts';
import { escalationFigures, NAMES } from './escalation.ts';
import { planted } from './planted.ts';

const SIZE = 8;
const task = permutationPowering({ elements: SIZE, powers: 8 });
/** Never wrong at level 1, seldom at level 2, mostly at level 3. */
const assistant = planted<PowerQuestion, number>({
  truth: memo(hch(task.overseer, task.environment, 3), task.key),
  key: task.key,
  wrong: (answer) => (answer + 1) % SIZE,
  probability: (question, random) => [1, 0.95, 0.4][task.level(question) - 1]! ** (2 * random.uniform()),
  seed: 1,
});
const setting = { task, examiner, assistant, levels: 3, random: Random.seeded(1) };

test('escalation: each entrant is tuned to the risk, and what it costs is counted', async () => {
  const { entrants } = await escalationFigures(
    { ...setting, overseer: task.overseer, contexts: 60, tested: 40, depth: 1 },
    [0.06],
  );
  const of = (name: string) => entrants.find((one) => one.name === name)!;
  for (const { outcomes, curve } of entrants) {
    expect(outcomes[0]!.tuned.lost).toBeLessThan(0.06 + 0.03);
    expect(outcomes[0]!.equal.lost).toBeLessThanOrEqual(0.06);
    expect(curve[0]![1]).toBeGreaterThanOrEqual(curve.at(-1)![1]);
  }
  expect(of(NAMES.softmax)).toMatchObject({ answers: 1, decisions: 0 });
  expect(of(NAMES.combined).answers).toBeCloseTo(1 + 2 / 3, 9); // its own, and two more at level 3
  expect(of(NAMES.combined).outcomes[0]!.equal.escalated).toBeLessThan(
    of(NAMES.softmax).outcomes[0]!.equal.escalated,
  );
});

test('depth: what each question costs is what H and X were asked, and the oracle is the cheapest that is right', async () => {
  const prices = { answer: 1, decision: 10 };
  const found = await depthFigures({ ...setting, contexts: 20, tested: 5, depth: 2, prices });
  const costs = (depth: number) => found.fixed[depth]!.items.map(({ cost }) => cost);
  expect(new Set(costs(0))).toEqual(new Set([1]));
  // A look-up and a reply at level 1; two or three look-ups and a reply at level 2; at level 3 two of them X's.
  expect(new Set(costs(1))).toEqual(new Set([20, 30, 40, 32, 42]));
  expect(found.fixed[2]!.accuracy).toBe(1);
  expect(found.oracle.accuracy).toBe(1);
  found.oracle.items.forEach(({ cost }, i) => {
    const right = found.fixed.filter(({ items }) => items[i]!.right).map(({ items }) => items[i]!.cost);
    expect(cost).toBe(Math.min(...right));
  });
  expect(found.adaptive.cost).toBeLessThan(found.best.cost);
  expect(found.halved.cost).toBeLessThan(0.7 * found.best.cost);
});
