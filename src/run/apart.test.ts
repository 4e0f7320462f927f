import { describe, expect, test } from 'vitest';
import { hch } from '../amplify/hch.ts';
import { memo } from '../amplify/memo.ts';
import { nobody } from '../assistants/nobody.ts';
import { Random } from '../base/random.ts';
import { known } from '../core/answer.ts';
import type { Assistant } from '../core/assistant.ts';
import { type PowerQuestion, permutationPowering } from '../tasks/permutation-powering.ts';
import { apart } from './apart.ts';

const task = permutationPowering({ elements: 8, powers: 16 });
const right = memo(hch(task.overseer, task.environment, task.levels - task.levelsOfPrimitives), task.key);
const wrongAt = (level: number): Assistant<PowerQuestion, number> => ({
  origin: right.origin,
  async answer(questions, scope) {
    const answers = await right.answer(questions, scope);
    return questions.map((question, i) => {
      const answer = answers[i]!;
      return task.level(question) === level && answer.kind === 'known'
        ? known((answer.value + 1) % 8)
        : answer;
    });
  },
});
const of = (before: typeof right, after: typeof right) =>
  apart(task, [before, after], task.levels, 100, Random.seeded(1));

describe('two assistants', () => {
  test('are one where they say the same, and where neither knows', async () => {
    for (const both of [right, nobody])
      for (const { same, examples } of await of(both, both)) {
        expect(same.value).toBe(1);
        expect(same.n).toBeGreaterThanOrEqual(100);
        expect(examples).toEqual([]);
      }
  });

  test('are apart where they are, with examples of what each says', async () => {
    const levels = await of(right, wrongAt(3));
    expect(levels.map(({ same }) => same.value)).toEqual([1, 1, 0, 1]);
    const { examples } = levels[2]!;
    expect(examples.length).toBe(3);
    for (const { question, before, after } of examples) {
      expect(question).not.toBe('');
      expect(Number(after)).toBe((Number(before) + 1) % 8);
    }
    expect((await of(right, nobody))[0]!.examples[0]!.after).toMatch(/^unknown: /);
  });
});
