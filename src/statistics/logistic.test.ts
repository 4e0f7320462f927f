import { describe, expect, test } from 'vitest';
import { Random } from '../base/random.ts';
import { type Case, logistic, logit, predicted, sigmoid } from './logistic.ts';

/** Cases with those coefficients. */
function planted(beta: readonly number[], n: number, random: Random): readonly Case[] {
  return Array.from({ length: n }, () => {
    const features = beta.map((_, j) => (j === 0 ? 1 : random.normal()));
    return { features, right: random.uniform() < predicted(beta, features) };
  });
}

describe('logistic regression', () => {
  test('finds planted coefficients', () => {
    const beta = [0.5, -1, 2];
    const found = logistic(planted(beta, 5000, Random.seeded(1)), [0, 0, 0], 1e-3);
    expect(Math.max(...found.map((value, j) => Math.abs(value - beta[j]!)))).toBeLessThan(0.2);
  });

  test('ends where the gradient, the prior included, is 0', () => {
    const cases = planted([1, -2], 200, Random.seeded(2));
    const [prior, strength] = [[0.3, 0.1], 2];
    const beta = logistic(cases, prior, strength);
    beta.forEach((value, j) => {
      const slope = cases.reduce(
        (sum, { features, right }) => sum + (Number(right) - predicted(beta, features)) * features[j]!,
        -strength * (value - prior[j]!),
      );
      expect(slope).toBeCloseTo(0, 6);
    });
  });

  test('stays finite where right and wrong are apart, and at the prior without cases', () => {
    const apart = [-2, -1, 1, 2].map((x) => ({ features: [1, x], right: x > 0 }));
    for (const value of logistic(apart, [0, 0], 0.01)) expect(Math.abs(value)).toBeLessThan(20);
    expect(logistic([], [0.2, 0.7], 1)).toEqual([0.2, 0.7]);
    expect(() => logistic([], [0], 0)).toThrow('expected one above 0, got 0');
  });

  test('logit and sigmoid undo each other, and 0 and 1 are not infinitely far', () => {
    for (const p of [0.001, 0.2, 0.5, 0.93]) expect(sigmoid(logit(p))).toBeCloseTo(p, 12);
    expect(logit(1)).toBeLessThan(14);
    expect(logit(0)).toBeGreaterThan(-14);
  });
});
