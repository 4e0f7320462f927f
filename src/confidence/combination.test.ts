import { describe, expect, test } from 'vitest';
import { Random } from '../base/random.ts';
import { type Answer, known, unknown } from '../core/answer.ts';
import { scope } from '../core/budget.ts';
import { combine, combined, combining, type Pair } from './combination.ts';
import { numbers, wrapperContract } from './wrapper.contract.ts';

/** Independent answers out of ten that are right with the probability said; wrong ones are spread over the others. */
function planted(n: number, seed: number): readonly Pair<number>[] {
  const random = Random.seeded(seed);
  const draw = (): { readonly answer: Answer<number>; readonly right: boolean } => {
    const confidence = 0.2 + 0.75 * random.uniform();
    const right = random.uniform() < confidence;
    return { answer: known(right ? 0 : 1 + random.below(9), confidence), right };
  };
  return Array.from({ length: n }, (): Pair<number> => {
    const [amplified, direct] = [draw(), draw()];
    return {
      level: 1,
      amplified: amplified.answer,
      direct: direct.answer,
      amplifiedRight: amplified.right,
      directRight: direct.right,
    };
  });
}

describe('two answers made one', () => {
  const combination = combine(planted(5000, 1), false);
  const of = (amplified: Answer<number>, direct: Answer<number>) => {
    const answer = combined(combination, 1, amplified, direct);
    if (answer.kind === 'unknown') throw new Error('unknown');
    return answer;
  };

  test('are as often right as they say, and where they differ the likelier is believed', () => {
    const bins = Array.from({ length: 10 }, () => ({ said: 0, right: 0, n: 0 }));
    let right = 0;
    const fresh = planted(5000, 2);
    for (const { amplified, direct } of fresh) {
      const answer = of(amplified, direct);
      const bin = bins[Math.min(9, Math.floor(10 * answer.confidence))]!;
      bin.said += answer.confidence;
      bin.right += Number(answer.value === 0);
      bin.n++;
      right += Number(answer.value === 0);
    }
    for (const { said, right, n } of bins) if (n > 200) expect(Math.abs(said - right) / n).toBeLessThan(0.07);
    const alone = fresh.filter(({ amplifiedRight }) => amplifiedRight).length;
    expect(right).toBeGreaterThan(alone + 0.05 * fresh.length);
    expect(of(known(3, 0.9), known(4, 0.3)).value).toBe(3);
    expect(of(known(3, 0.3), known(4, 0.9)).value).toBe(4);
  });

  test('agreement makes surer than either, disagreement less sure', () => {
    const [same, other] = [of(known(3, 0.8), known(3, 0.7)), of(known(3, 0.8), known(4, 0.7))];
    expect(same.confidence).toBeGreaterThan(0.9);
    expect(other.confidence).toBeLessThan(0.8);
  });

  test('before anything is seen agreement is two independent pieces of evidence', () => {
    const { otherwise } = combine<number>([], false);
    expect(otherwise.agree.amplified).toEqual([0, 1, 1]);
    const answer = combined(combine<number>([], false), 1, known(1, 0.8), known(1, 0.6));
    expect(answer.kind === 'known' && answer.confidence).toBeCloseTo(
      (0.8 * 0.6) / (0.8 * 0.6 + 0.2 * 0.4),
      9,
    );
  });

  test('where the amplified one is unknown X is believed, and where X does not know the amplified one', () => {
    const none = unknown('unsure');
    expect(combined(combination, 1, none, known(5, 0.4))).toEqual(known(5, 0.4));
    expect(combined(combination, 1, none, none)).toEqual(none);
    expect(of(known(5, 0.7), none)).toMatchObject({ value: 5 });
  });

  test('says so where ground truth shaped it', async () => {
    const told = combining(numbers(), numbers(), combine<number>([], true), () => 1);
    expect(told.origin.groundTruth).toBe(true);
    expect(await told.answer([4], scope())).toMatchObject([{ value: 4 }]);
  });
});

wrapperContract('combining', (assistant) =>
  combining(assistant, numbers(), combine<number>([], false), () => 1),
);
wrapperContract('combining with', (assistant) =>
  combining(numbers(), assistant, combine<number>([], false), () => 1),
);
