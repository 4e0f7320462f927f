import { describe, expect, test } from 'vitest';
import { planted } from '../../test/planted.ts';
import { hch } from '../amplify/hch.ts';
import { memo } from '../amplify/memo.ts';
import { Random } from '../base/random.ts';
import type { Assistant } from '../core/assistant.ts';
import { scope } from '../core/budget.ts';
import { drawHeld, type Purpose } from '../core/exam.ts';
import { type PowerQuestion, permutationPowering } from '../tasks/permutation-powering.ts';
import { type Confidence, confident, escalation, thresholdsOf } from './escalation.ts';
import { fitConfidence, type HeldLevel, judgedContexts } from './fitting.ts';
import { type Contexts, NOTHING_KEPT, riskThreshold } from './threshold.ts';

const SIZE = 8;
const RISK = 0.06;
const task = permutationPowering({ elements: SIZE, powers: 8 });
const truth = memo(hch(task.overseer, task.environment, 3), task.key);
/** Nearly always right at level 1, less at 2, and mostly wrong at 3; it says so, but too surely. */
const x = memo(
  planted<PowerQuestion, number>({
    truth,
    key: task.key,
    wrong: (answer) => (answer + 1) % SIZE,
    probability: (question, random) => [0.99, 0.95, 0.4][task.level(question) - 1]! ** (2 * random.uniform()),
    said: Math.sqrt,
    seed: 1,
  }),
  task.key,
);
const parts = { overseer: task.overseer, environment: task.environment, assistant: x, level: task.level };
const contextsOf = (purpose: Purpose, level: number, count: number) =>
  drawHeld(task, purpose, level, count * SIZE, Random.seeded(3));
const held = [1, 2, 3].map((level): HeldLevel<PowerQuestion> => {
  const drawn = contextsOf('calibration', level, 120);
  return { level, share: 1 / 3, fit: drawn.slice(0, 40), thresholds: drawn.slice(40) };
});
const OPTIONS = { risk: RISK, depth: 1, method: 'isotonic', reference: truth } as const;
const confidence = await fitConfidence(parts, held, OPTIONS);

const shareOf = (
  levels: readonly Contexts[],
  is: (confidence: number, right: boolean, level: number) => boolean,
) => {
  const all = levels.flatMap((contexts, i) =>
    contexts.flat().map((one) => Number(is(one.confidence, one.right, i + 1))),
  );
  return all.reduce((sum, one) => sum + one, 0) / all.length;
};
const checked = async (assistant: Assistant<PowerQuestion, number>) => {
  const levels: Contexts[] = [];
  for (const level of [1, 2, 3])
    levels.push(await judgedContexts(assistant, truth, contextsOf('check', level, 60)));
  return levels;
};

describe('confidence fitted for an assistant', () => {
  test('is plain data, and says that no ground truth was asked', () => {
    expect(JSON.parse(JSON.stringify(confidence))).toEqual(confidence);
    expect([confidence.direct.groundTruth, confidence.combination.groundTruth]).toEqual([false, false]);
    expect(confidence.thresholds.map(({ level }) => level)).toEqual([1, 2, 3]);
    expect(thresholdsOf(confidence)(9)).toBe(NOTHING_KEPT);
  });

  test('keeps the share kept and wrong at the risk on contexts that nothing was fitted on, and escalates less than X alone with one threshold', async () => {
    const needed = thresholdsOf(confidence);
    const whole = await checked(confident(parts, confidence));
    const lost = shareOf(whole, (own, right, level) => own >= needed(level) && !right);
    const escalated = shareOf(whole, (own, _, level) => own < needed(level));
    const pooled: Contexts[] = [];
    for (const { fit, thresholds } of held)
      pooled.push(await judgedContexts(x, truth, [...fit, ...thresholds]));
    const common = riskThreshold(pooled.flat(), RISK);
    const alone = shareOf(await checked(x), (own) => own < common);
    expect(lost).toBeLessThan(RISK + 0.01);
    expect(escalated).toBeLessThan(0.8 * alone);
  });

  test('as confident as it is right', async () => {
    const whole = await checked(confident(parts, confidence));
    const [said, right] = [
      whole.flat(2).reduce((sum, one) => sum + one.confidence, 0),
      whole.flat(2).filter((one) => one.right).length,
    ];
    expect(Math.abs(said - right) / whole.flat(2).length).toBeLessThan(0.03);
  });

  test('needs as many contexts as the risk says', async () => {
    const few = held.map((one) => ({ ...one, thresholds: one.thresholds.slice(0, 12) }));
    await expect(fitConfidence(parts, few, OPTIONS)).rejects.toThrow('at most the risk of 0.06, got 0.0769');
  });
});

describe('escalation', () => {
  test('a person is asked below the threshold of the level, and what is above stays', async () => {
    const questions = [1, 2, 3].flatMap((level) => contextsOf('check', level, 6).flat());
    const asked: PowerQuestion[] = [];
    const person: Assistant<PowerQuestion, number> = {
      origin: { name: 'P', groundTruth: false },
      answer: async (some, inner) => {
        asked.push(...some);
        return truth.answer(some, inner);
      },
    };
    const whole = await confident(parts, confidence).answer(questions, scope());
    const answers = await escalation(parts, confidence, person).answer(questions, scope());
    const needed = thresholdsOf(confidence);
    const isBelow = whole.map(
      (answer, i) => answer.kind === 'unknown' || answer.confidence < needed(task.level(questions[i]!)),
    );
    expect(asked).toEqual(questions.filter((_, i) => isBelow[i]));
    expect(asked.length).toBeGreaterThan(0);
    answers.forEach((answer, i) => {
      if (!isBelow[i]) expect(answer).toEqual(whole[i]);
    });
  });

  test('a deeper one is fitted from the bottom up', async () => {
    const deeper: Confidence = await fitConfidence(parts, held, { ...OPTIONS, depth: 2 });
    expect(deeper.depth).toBe(2);
    const base = async (one: Confidence) =>
      shareOf(await checked(confident(parts, one)), (_, right) => !right);
    expect(await base(deeper)).toBeLessThan(await base(confidence));
  });
});
