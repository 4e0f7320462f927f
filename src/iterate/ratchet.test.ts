import { describe, expect, test } from 'vitest';
import { hch } from '../amplify/hch.ts';
import { memo } from '../amplify/memo.ts';
import { nobody } from '../assistants/nobody.ts';
import { hashText, Random } from '../base/random.ts';
import { known } from '../core/answer.ts';
import type { Assistant } from '../core/assistant.ts';
import { type PowerQuestion, permutationPowering } from '../tasks/permutation-powering.ts';
import { compare, RATCHET } from './ratchet.ts';

const task = permutationPowering({ elements: 8, powers: 16 });
/** Right at every level, by decomposition alone. */
const right = memo(hch(task.overseer, task.environment, task.levels - task.levelsOfPrimitives), task.key);

/** Right but for that share of the questions of some levels, the same whenever asked. */
function wrongAt(share: (level: number) => number, salt = ''): Assistant<PowerQuestion, number> {
  return {
    origin: { name: 'X', groundTruth: false },
    answer: async (questions, scope) => {
      const answers = await right.answer(questions, scope);
      return questions.map((question, i) => {
        const answer = answers[i]!;
        const isWrong = hashText(salt + task.key(question))[0] < share(task.level(question)) * 2 ** 32;
        return isWrong && answer.kind === 'known' ? known((answer.value + 1) % 8) : answer;
      });
    },
  };
}

type Power = Assistant<PowerQuestion, number>;
const compared = (candidate: Power, served: Power, { seed = 1, comparisons = 1, level = task.levels } = {}) =>
  compare({ task, candidate, served, amplified: right, level, comparisons }, RATCHET, Random.seeded(seed));

describe('a checkpoint beside the one before', () => {
  test('passes if it is as good, and the sooner the better it is', async () => {
    const same = await compared(right, right);
    const better = await compared(right, nobody);
    expect([same.passed, better.passed]).toEqual([true, true]);
    expect(better.contexts).toBeLessThan(same.contexts);
    expect(same.contexts).toBeLessThan(100 * task.levels);
    expect(same.worst.difference).toBe(0);
  });

  test.each([1, 2, 3, 4])(
    'does not pass if it is worse at level %i, however much better at others',
    async (bad) => {
      const candidate = wrongAt((level) => (level === bad ? 0.2 : 0));
      const served = wrongAt((level) => (level === bad ? 0 : 0.9));
      const { passed, worst, contexts } = await compared(candidate, served);
      expect(passed).toBe(false);
      expect(worst.level).toBe(bad);
      expect(worst.difference).toBeLessThan(-0.1);
      expect(contexts).toBeGreaterThanOrEqual(RATCHET.contexts);
    },
  );

  test('passes with other mistakes, as long as they are no more', async () => {
    const [candidate, served] = [wrongAt(() => 0.02, 'a'), wrongAt(() => 0.02, 'b')];
    expect((await compared(candidate, served)).passed).toBe(true);
  });

  test('is let through where it is worse by the margin no more often than the error rate says', async () => {
    const candidate = wrongAt((level) => (level === 2 ? RATCHET.margin : 0));
    const runs = 60;
    let passed = 0;
    for (let seed = 0; seed < runs; seed++)
      passed += Number((await compared(candidate, right, { seed, level: 2 })).passed);
    expect(passed / runs).toBeLessThan(0.15); // 5 %, and three standard deviations
  });

  test('has the error rates of all comparisons of a run add up to no more than the whole', async () => {
    for (const comparisons of [1, 5, 21]) {
      const { errorRate, contexts, passed } = await compared(right, right, { comparisons });
      expect(passed).toBe(true);
      expect(errorRate * comparisons).toBeCloseTo(RATCHET.errorRate, 12);
      expect(contexts).toBeLessThan(150 * task.levels);
    }
  });

  test('asks only about contexts that nobody trained on', async () => {
    const splits = new Set<string>();
    const watched = {
      ...task,
      sample: (random: Random, demand: Parameters<typeof task.sample>[1]) => {
        splits.add(demand.split);
        return task.sample(random, demand);
      },
    };
    const rivals = { candidate: right, served: right, amplified: right, level: 3, comparisons: 1 };
    await compare({ task: watched, ...rivals }, RATCHET, Random.seeded(1));
    expect([...splits]).toEqual(['gate']);
  });
});
