import { describe, expect, test } from 'vitest';
import { hch } from '../amplify/hch.ts';
import { memo } from '../amplify/memo.ts';
import { hashText, Random } from '../base/random.ts';
import { known } from '../core/answer.ts';
import type { Assistant } from '../core/assistant.ts';
import { drawHeld } from '../core/exam.ts';
import { type PowerQuestion, permutationPowering } from '../tasks/permutation-powering.ts';
import {
  AUDIT_GATE,
  audited,
  auditGate,
  auditsLeast,
  errorRateOf,
  levelTest,
  unaudited,
  verdictOf,
} from './audit-gate.ts';

const task = permutationPowering({ elements: 8, powers: 16 });
const judge = memo(hch(task.overseer, task.environment, task.levels - task.levelsOfPrimitives), task.key);

/** H but for that share of the questions of some levels, the same whenever asked. */
function wrongAt(share: (level: number) => number): Assistant<PowerQuestion, number> {
  return {
    origin: { name: 'X', groundTruth: false },
    answer: async (questions, scope) => {
      const answers = await judge.answer(questions, scope);
      return questions.map((question, i) => {
        const answer = answers[i]!;
        const isWrong = hashText(task.key(question))[0] < share(task.level(question)) * 2 ** 32;
        return isWrong && answer.kind === 'known' ? known((answer.value + 1) % 8) : answer;
      });
    },
  };
}

const gated = (candidate: Assistant<PowerQuestion, number>, { seed = 1, iteration = 1, audits = 400 } = {}) =>
  auditGate(
    { task, candidate, judge, level: task.levels, iteration },
    { ...AUDIT_GATE, audits },
    Random.seeded(seed),
  );

describe('a gate of audits', () => {
  test('lets through what agrees with H at every level, and keeps the evidence', async () => {
    const { verdict, disagreed } = await gated(wrongAt(() => 0));
    expect(verdict.verdict).toBe('passed');
    expect(verdict.perLevel.map(({ level }) => level)).toEqual([1, 2, 3, 4]);
    expect(verdict.perLevel.map(({ audits, agreed }) => agreed - audits)).toEqual([0, 0, 0, 0]);
    // They are made a few at a time, so a few more than it takes.
    const counted = verdict.perLevel.reduce((sum, { audits }) => sum + audits, 0);
    expect(disagreed.length).toBeGreaterThanOrEqual(counted);
    expect(disagreed.length).toBeLessThan(counted + 16 * task.levels);
    expect(disagreed).not.toContain(true);
  });

  test.each([1, 2, 3, 4])(
    'refuses what H would not say at level %i, however good the others',
    async (bad) => {
      const { verdict } = await gated(wrongAt((level) => (level === bad ? 0.4 : 0)));
      expect(verdict.verdict).toBe('refused');
      expect(verdict.perLevel[bad - 1]!.verdict).toBe('refused');
      // As soon as that is shown, no more people are asked.
      expect(verdict.perLevel[bad - 1]!.audits).toBeLessThan(100);
    },
  );

  test('passes nothing on fewer audits than it takes if all of them agree', async () => {
    for (const iteration of [1, 4]) {
      const least = auditsLeast(iteration, AUDIT_GATE);
      const [few, enough] = [
        await gated(
          wrongAt(() => 0),
          { iteration, audits: least - 1 },
        ),
        await gated(
          wrongAt(() => 0),
          { iteration, audits: least },
        ),
      ];
      expect([few.verdict.verdict, enough.verdict.verdict]).toEqual(['out-of-audits', 'passed']);
    }
    expect(auditsLeast(4, AUDIT_GATE)).toBeGreaterThan(auditsLeast(1, AUDIT_GATE));
  });

  test('has error rates that add up to no more than α however many iterations there are', () => {
    const rates = Array.from({ length: 1000 }, (_, i) => errorRateOf(i + 1, 0.05));
    const sum = rates.reduce((total, rate) => total + rate, 0);
    expect(sum).toBeLessThan(0.05);
    expect(sum).toBeCloseTo(0.05 * (1 - 1 / 1001), 12);
  });

  test('asks one question of each context of the anchor’s pile, others in the next iteration', async () => {
    const asked: PowerQuestion[] = [];
    const listening: Assistant<PowerQuestion, number> = {
      origin: { name: 'X', groundTruth: false },
      answer: async (questions, scope) => {
        asked.push(...questions);
        return judge.answer(questions, scope);
      },
    };
    await gated(listening, { iteration: 1 });
    const first = asked.splice(0).map(task.key);
    await gated(listening, { seed: 2 });
    const common = asked.filter((question) => first.includes(task.key(question)));
    expect(common.length).toBeLessThan(asked.length / 4);
    const contexts = (questions: readonly PowerQuestion[]) =>
      new Set(questions.map((question) => task.encoding.facts(question).join(' ')));
    const elsewhere = [1, 2, 3].flatMap((seed) =>
      (['calibration', 'check'] as const).flatMap((purpose) =>
        drawHeld(task, purpose, 2, 4000, Random.seeded(seed)).flat(),
      ),
    );
    const others = contexts(elsewhere);
    expect([...contexts(asked)].filter((context) => others.has(context))).toEqual([]);
  });

  test('counts what one context says as one number, whose parts may not be told apart', () => {
    const rule = levelTest(0.05, AUDIT_GATE);
    const level = audited(unaudited(1), 0.75, rule);
    expect(level).toMatchObject({ audits: 1, agreed: 0.75, verdict: 'open' });
  });

  test('keeps what was shown: later audits of a level change nothing', () => {
    const rule = levelTest(0.05, AUDIT_GATE);
    let level = unaudited(1);
    while (level.verdict === 'open') level = audited(level, 1, rule);
    expect(audited(level, 0, rule)).toBe(level);
    expect(verdictOf([level, unaudited(2)], 0.05).verdict).toBe('out-of-audits');
    expect(verdictOf([level], 0.05).verdict).toBe('passed');
  });
});
