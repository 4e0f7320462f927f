import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Random } from '../base/random.ts';
import { alarmChance, meanRunLength, spanFor, summed, thresholdFor } from './cusum.ts';

const OPTIONS = { span: 5, threshold: 11 };

describe('a cumulative sum of what goes wrong', () => {
  test('is Page’s: what goes wrong adds 1 − r, what does not takes off r, and it never falls below 0', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean()), (values) => {
        let [sum, plain] = [0, 0];
        for (const isWrong of values) {
          sum = summed(sum, isWrong, OPTIONS);
          plain = Math.max(0, plain + Number(isWrong) - 1 / OPTIONS.span);
          expect(sum / OPTIONS.span).toBeCloseTo(plain, 9);
        }
      }),
    );
  });

  test('alarms without a cause as often as all ways to fall say', () => {
    const [horizon, share] = [14, 0.15];
    let chance = 0;
    for (let path = 0; path < 2 ** horizon; path++) {
      let [sum, alarmed, weight] = [0, false, 1];
      for (let i = 0; i < horizon; i++) {
        const isWrong = ((path >> i) & 1) === 1;
        sum = summed(sum, isWrong, OPTIONS);
        alarmed ||= sum >= OPTIONS.threshold;
        weight *= isWrong ? share : 1 - share;
      }
      if (alarmed) chance += weight;
    }
    expect(alarmChance(OPTIONS, share, horizon)).toBeCloseTo(chance, 12);
  });

  test('runs as long as the equations of its chain say, and as it does', () => {
    const share = 0.15;
    // L(s) = 1 + share · L(s + m − 1) + (1 − share) · L(max(0, s − 1)), by going round until nothing changes.
    let lengths = Array.from({ length: OPTIONS.threshold }, () => 0);
    for (let i = 0; i < 20_000; i++)
      lengths = lengths.map(
        (_, s) =>
          1 + share * (lengths[s + OPTIONS.span - 1] ?? 0) + (1 - share) * lengths[Math.max(0, s - 1)]!,
      );
    const length = meanRunLength(OPTIONS, share);
    expect(length / lengths[0]!).toBeCloseTo(1, 6);
    const random = Random.seeded(1);
    const runs = Array.from({ length: 2000 }, () => {
      let [sum, steps] = [0, 0];
      while (sum < OPTIONS.threshold) {
        sum = summed(sum, random.uniform() < share, OPTIONS);
        steps++;
      }
      return steps;
    });
    const mean = runs.reduce((total, run) => total + run, 0) / runs.length;
    expect(Math.abs(mean / length - 1)).toBeLessThan(0.1); // about exponential: four standard errors are 9 %
  });

  test('has the least threshold that keeps the error rate', () => {
    const [span, share, horizon, errorRate] = [spanFor(0.02, 0.07), 0.02, 500, 0.02];
    const threshold = thresholdFor(span, share, horizon, errorRate);
    expect(alarmChance({ span, threshold }, share, horizon)).toBeLessThanOrEqual(errorRate);
    expect(alarmChance({ span, threshold: threshold - 1 }, share, horizon)).toBeGreaterThan(errorRate);
  });

  test('alarms no more often where less goes wrong', () => {
    const chances = [0, 0.01, 0.05, 0.1, 0.2].map((share) => alarmChance(OPTIONS, share, 100));
    expect(chances).toEqual([...chances].sort((a, b) => a - b));
    expect(chances[0]).toBeCloseTo(0, 12);
  });

  test('has its zero where the likelihood ratio of the two shares has', () => {
    const span = spanFor(0.02, 0.07);
    const ratio = (share: number) => share * Math.log(0.07 / 0.02) + (1 - share) * Math.log(0.93 / 0.98);
    expect(ratio(1 / (span - 1))).toBeGreaterThan(0);
    expect(ratio(1 / (span + 1))).toBeLessThan(0);
    expect(() => spanFor(0.1, 0.1)).toThrow('cusum: expected');
  });
});
