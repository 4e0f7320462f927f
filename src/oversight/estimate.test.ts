import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Random } from '../base/random.ts';
import { type Audit, errorRate, type Round } from './estimate.ts';
import { auditInRounds } from './rounds.ts';

const one = (
  predicted: readonly number[],
  audits: readonly Audit[],
  drawn: Round['drawn'] = 'each',
): Round => ({
  predicted,
  audits,
  weight: 1,
  drawn,
});

describe('an error rate', () => {
  test('is unbiased, and so is its variance: over all samples that independent draws can give', () => {
    const wrong = [true, false, true, false];
    const predicted = [0.9, 0.2, 0.1, 0.5];
    const probabilities = [0.3, 0.8, 0.5, 1];
    let [mean, square, variance] = [0, 0, 0];
    for (let drawn = 0; drawn < 2 ** wrong.length; drawn++) {
      const isIn = (item: number) => ((drawn >> item) & 1) === 1;
      const chance = probabilities.reduce((all, p, item) => all * (isIn(item) ? p : 1 - p), 1);
      if (chance === 0) continue;
      const audits = wrong.flatMap((is, item) =>
        isIn(item) ? [{ item, wrong: is, probability: probabilities[item]! }] : [],
      );
      const found = errorRate([one(predicted, audits)]);
      mean += chance * found.value;
      square += chance * found.value ** 2;
      variance += chance * found.error ** 2;
    }
    expect(mean).toBeCloseTo(0.5, 12);
    expect(variance).toBeCloseTo(square - mean ** 2, 12);
  });

  test('is exact where everything was audited', () => {
    const audits = [true, false, false].map((wrong, item) => ({ item, wrong, probability: 1 }));
    expect(errorRate([one([0.1, 0.5, 0.9], audits, 'fixed')])).toMatchObject({ value: 1 / 3, error: 0 });
  });

  test('of uniform audits without predictions is that of a simple random sample', () => {
    // n = 20 of N = 100, 5 mistakes: variance p(1 − p)/(n − 1) · (1 − n/N), Cochran 1977, §3.2.
    const audits = Array.from({ length: 20 }, (_, item) => ({ item, wrong: item < 5, probability: 0.2 }));
    const { value, error } = errorRate([one(new Array(100).fill(0), audits, 'fixed')]);
    expect(value).toBeCloseTo(0.25, 12);
    expect(error ** 2).toBeCloseTo(((0.25 * 0.75) / 19) * 0.8, 12);
  });

  test('begins at 0 where no mistake was found, and has room above', () => {
    const audits = Array.from({ length: 50 }, (_, item) => ({ item, wrong: false, probability: 0.5 }));
    const { low, high } = errorRate([one(new Array(100).fill(0.01), audits, 'fixed')]);
    expect(low).toBe(0);
    expect(high).toBeGreaterThan(1 - 0.025 ** (1 / 50) - 1e-12); // Clopper & Pearson 1934
  });

  test('refuses probabilities that are none', () => {
    for (const probability of [0, -0.1, 1.1, Number.NaN])
      expect(() => errorRate([one([0.5], [{ item: 0, wrong: true, probability }])])).toThrow(
        'audit of item 0: expected a probability',
      );
  });

  test('is the mean of levels, by their sizes', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1000 }), (seed) => {
        const random = Random.seeded(seed);
        const predicted = Array.from({ length: 30 }, () => random.uniform());
        const audits = predicted.flatMap((_, item) =>
          random.uniform() < 0.5 ? [{ item, wrong: random.uniform() < 0.5, probability: 0.5 }] : [],
        );
        const rounds = [one(predicted, audits)];
        const part = (rest: number) => errorRate(rounds, (item) => item % 3 === rest);
        if ([0, 1, 2].some((rest) => part(rest).n === 0)) return;
        const mean = (part(0).value + part(1).value + part(2).value) / 3;
        expect(mean).toBeCloseTo(errorRate(rounds).value, 10);
      }),
    );
  });
});

test('rounds that learn from one another are unbiased together, and their intervals hold the rate', async () => {
  const random = Random.seeded(7);
  const own = Array.from({ length: 400 }, () => random.normal());
  const wrong = own.map((x) => random.uniform() < 1 / (1 + Math.exp(2.5 - 2 * x)));
  const rate = wrong.filter(Boolean).length / wrong.length;
  // A doubt that misleads: it is the lower the more often the answer is wrong.
  const items = own.map((x) => ({ doubt: 1 / (1 + Math.exp(2.5 + 2 * x)), features: [x] }));
  const judge = async (places: readonly number[]) => places.map((place) => wrong[place]!);
  const errors: number[] = [];
  let covered = 0;
  for (let k = 0; k < 150; k++) {
    const rounds = await auditInRounds(items, judge, 80, random.split(k));
    expect(rounds.reduce((sum, { audits }) => sum + audits.length, 0)).toBe(80);
    const { value, low, high } = errorRate(rounds);
    errors.push(value - rate);
    covered += Number(low <= rate && rate <= high);
  }
  const mean = errors.reduce((sum, one) => sum + one, 0) / errors.length;
  const spread = Math.sqrt(errors.reduce((sum, one) => sum + (one - mean) ** 2, 0) / (errors.length - 1));
  expect(Math.abs(mean)).toBeLessThan((3 * spread) / Math.sqrt(errors.length));
  expect(covered / errors.length).toBeGreaterThan(0.9);
});
