import { describe, expect, test } from 'vitest';
import { Random } from '../base/random.ts';
import { known } from '../core/answer.ts';
import type { Assistant } from '../core/assistant.ts';
import { scope } from '../core/budget.ts';
import { drawExam } from '../core/exam.ts';
import { accuracy } from '../evaluate/accuracy.ts';
import { examinerOf } from '../evaluate/examiners.ts';
import { type AnyAnswer, type AnyQuestion, TASKS } from '../tasks/tasks.ts';
import { allTheWayDown, isLeaning } from './judge.ts';

/** X that is wrong wherever a word can be wrong. */
const liar: Assistant<AnyQuestion, AnyAnswer> = {
  origin: { name: 'liar', groundTruth: false },
  answer: async (questions) => questions.map(() => known(-1 as unknown as AnyAnswer)),
};

describe('H all the way down', () => {
  const tasks = TASKS.map((entry) => entry.open(entry.parameters({ size: 8 })));

  test.each(tasks.filter((task) => !isLeaning(task)).map((task) => [task.name, task] as const))(
    'is right at every level of %s, whatever X says',
    async (_, task) => {
      const exams = Array.from({ length: task.levels }, (_, i) =>
        drawExam(task, 'test', i + 1, 12, Random.seeded(1)),
      );
      const figures = await accuracy(allTheWayDown(task, liar), examinerOf(task), exams);
      for (const { value, n } of figures) if (n > 0) expect(value).toBe(1);
    },
  );

  test.each(tasks.filter(isLeaning).map((task) => [task.name, task] as const))(
    'is H above X in %s, where questions lean on guesses about themselves',
    async (_, task) => {
      let asked = 0;
      const x: Assistant<AnyQuestion, AnyAnswer> = {
        ...liar,
        answer: async (questions, own) => {
          asked += questions.length;
          return liar.answer(questions, own);
        },
      };
      const [exam] = [drawExam(task, 'test', 1, 12, Random.seeded(1))];
      await allTheWayDown(task, x).answer(exam.flat(), scope());
      expect(asked).toBeGreaterThan(0);
    },
  );
});
