/** The short version of `npm run prove ladder`: on made-up models of known strength, and on GSM8K itself where it is. */

import { describe, expect, test } from 'vitest';
import { Random } from '../src/base/random.ts';
import { questionKey } from '../src/text/question.ts';
import { GSM8K, isThere, named } from './corpora.ts';
import { ladder, type Rung } from './ladder.ts';

const MODELS = ['6b_finetuning', '6b_verification', '175b_finetuning', '175b_verification'];
const STRENGTHS = [0.2, 0.4, 0.4, 0.6];
const QUESTIONS = 240;

/** Additions that four models of those strengths answer; half of what is wrong does not calculate right. `key` is what the
 *  corpus says is right. */
function madeUp(key: (text: string, right: number) => number) {
  const random = Random.seeded(7);
  const lines = Array.from({ length: QUESTIONS }, (_, i) => {
    const [a, b] = [10 + random.below(80), 10 + random.below(80)];
    const question = `In hall ${i} stand ${a} chairs and ${b} stools. How many seats is that, without the hall's number?`;
    const right = a + b;
    const answer = `How many seats? ** There are ${a}+${b}=<<${a}+${b}=${right}>>${right}.\n#### ${key(question, right)}`;
    const solutions = MODELS.map((model, j) => {
      const isRight = random.uniform() < STRENGTHS[j]!;
      const wrong = right + 1 + random.below(9);
      const mark =
        isRight || random.below(2) === 0
          ? `${a}+${b}=${isRight ? right : wrong}`
          : `${a}+${wrong - a}=${wrong}`;
      const solution = `It is <<${mark}>>\nA: ${isRight ? right : wrong}`;
      return [model, { is_correct: isRight, solution }] as const;
    });
    return [
      { question, answer },
      { question, ground_truth: answer, ...Object.fromEntries(solutions) },
    ] as const;
  });
  const textOf = (which: 0 | 1) => lines.map((line) => `${JSON.stringify(line[which])}\n`).join('');
  return [
    { text: textOf(0), file: 'questions.jsonl' },
    { text: textOf(1), file: 'solutions.jsonl' },
  ] as const;
}

const truthful = (_: string, right: number) => right;
const find = (rungs: readonly Rung[], name: string) => rungs.find((one) => one.name === name)!;

describe('a ladder of made-up models', () => {
  test('begins with each alone and ends with the person, who is right', async () => {
    const [questions, solutions] = madeUp(truthful);
    const { rungs, alone, tuning, held, person } = await ladder(questions, solutions, 1, 100);
    expect(tuning + held).toBe(QUESTIONS);
    expect(person.value).toBe(1);
    alone.forEach(({ name, accuracy }) => {
      const right = solutions.text.split(`"${name}":{"is_correct":true`).length - 1;
      expect(accuracy.value).toBe(right / QUESTIONS);
    });
    for (const { curve, points, area } of rungs) {
      expect(curve).toHaveLength(held + 1);
      expect(points[0]!.share).toBe(0);
      expect(curve[0]).toBeCloseTo(points[0]!.accuracy.value, 12);
      // As many as were asked, the least confident of all: the curve says what that comes to.
      for (const { share, accuracy } of points)
        expect(curve[Math.round(share * held)]).toBeCloseTo(accuracy.value, 12);
      expect(curve.at(-1)).toBe(1);
      expect(area.low).toBeLessThanOrEqual(area.value);
      expect(area.high).toBeGreaterThanOrEqual(area.value);
    }
  });

  test('gains by verification where mistakes show in the calculation, and by votes', async () => {
    const { rungs, verified, climb } = await ladder(...madeUp(truthful), 1, 200);
    for (const name of ['175b_verification, verified', 'vote of the four, verified'])
      expect(find(rungs, name).gain.low).toBeGreaterThan(0);
    expect(find(rungs, '175b_verification').gain).toEqual({ value: 0, low: 0, high: 0 });
    for (const { accepted, rejected } of verified) {
      expect(rejected.value).toBe(0);
      expect(accepted.value).toBeGreaterThan(0);
    }
    expect(climb.asked.map(({ share }) => share)).toEqual(
      [...climb.asked.map(({ share }) => share)].sort((a, b) => b - a),
    );
  });

  test('is the same for the same seed', async () => {
    expect(await ladder(...madeUp(truthful), 3, 50)).toEqual(await ladder(...madeUp(truthful), 3, 50));
  });

  test('tunes nothing on the half that figures are of: with other right answers there, everybody is as confident', async () => {
    const isHeld = (text: string) => Number.parseInt(questionKey({ text })[0]!, 16) >= 8;
    const shares = ({ rungs }: { rungs: readonly Rung[] }) =>
      rungs.map(({ points }) => points.map(({ share }) => share));
    const [honest, turned, spoilt] = [
      await ladder(...madeUp(truthful), 1, 10),
      await ladder(...madeUp((text, right) => (isHeld(text) ? right + 100 : right)), 1, 10),
      await ladder(...madeUp((text, right) => (isHeld(text) ? right : right + 100)), 1, 10),
    ];
    expect(shares(turned)).toEqual(shares(honest));
    expect(turned.rungs.map(({ curve }) => curve[0])).toEqual(turned.rungs.map(() => 0));
    // While what is tuned on does matter.
    expect(shares(spoilt)).not.toEqual(shares(honest));
  });
});

test.skipIf(!isThere(GSM8K))(
  'the four models of GSM8K (CAPSTAN_DATA) are as strong as they are known to be',
  async () => {
    const { alone, rungs } = await ladder(named(GSM8K.questions), named(GSM8K.solutions), 1, 100);
    expect(alone.map(({ accuracy }) => Number(accuracy.value.toFixed(3)))).toEqual([
      0.217, 0.39, 0.347, 0.563,
    ]);
    expect(find(rungs, 'vote of the four').gain.low).toBeGreaterThan(0);
  },
);
