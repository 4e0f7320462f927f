/** Oversight against deception, by published numbers and planted ones. */

import { describe, expect, test } from 'vitest';
import { Random } from '../base/random.ts';
import {
  agentScoreDifference,
  bestNesting,
  judging,
  type Match,
  nestedSuccess,
  type OversightLaw,
  oversightSuccess,
  predictOversight,
} from './oversight.ts';

const law = (guardSlope: number, attackerSlope: number, intercept: number): OversightLaw => ({
  ...{ guardSlope, attackerSlope, intercept },
});

describe('nested oversight', () => {
  test.each([
    [1, 1, -400, 400, 2, 0.577, 0.5],
    [1, 1, -200, 500, 2, 0.184, 0.151],
    [2, 1, -400, 800, 6, 0.69, 0.091],
  ])(
    'with slopes %d and %d, intercept %i and a gap of %i takes %i steps and succeeds in %d, in one step in %d',
    (guard, attacker, intercept, gap, steps, success, once) => {
      const found = bestNesting(law(guard, attacker, intercept), gap, 50);
      expect(found.steps).toBe(steps);
      expect(found.success).toBeCloseTo(success, 3);
      expect(nestedSuccess(law(guard, attacker, intercept), gap, 1)).toBeCloseTo(once, 3);
    },
  );

  test('of equals is even, and 400 points are ten to one (Elo)', () => {
    expect(oversightSuccess(law(1, 1, 0), 1000, 1000)).toBe(0.5);
    expect(oversightSuccess(law(1, 1, 0), 1400, 1000)).toBeCloseTo(10 / 11, 12);
  });

  test('takes the fewest steps where more are no better, and at least one', () => {
    expect(bestNesting(law(1, 1, 0), 0, 50)).toEqual({ steps: 1, success: 0.5 });
    expect(() => nestedSuccess(law(1, 1, 0), 100, 0)).toThrow(/expected an integer from 1/);
  });
});

describe('a law of oversight from matches', () => {
  const planted = law(1.2, 0.8, -150);
  const matches = (n: number, seed: number, clusters = n): readonly Match[] => {
    const random = Random.seeded(seed);
    return Array.from({ length: n }, (_, i) => {
      const [guard, attacker] = [800 * random.uniform(), 800 * random.uniform()];
      const isCaught = random.uniform() < oversightSuccess(planted, guard, attacker);
      return { cluster: i % clusters, guard, attacker, isCaught };
    });
  };

  test('is the planted one within its intervals, and so is what it says of a gap', () => {
    const found = predictOversight(matches(4000, 1), 400, 20)!;
    const within = ({ low, high }: { low: number | null; high: number | null }, truth: number) => {
      expect(low!).toBeLessThan(truth);
      expect(high!).toBeGreaterThan(truth);
    };
    within(found.guardSlope, 1.2);
    within(found.attackerSlope, 0.8);
    within(found.intercept, -150);
    within(found.success, nestedSuccess(planted, 400, found.best.steps));
    expect(found.intercept.high! - found.intercept.low!).toBeLessThan(100);
  });

  test('is undefined where matches do not tell it', () => {
    expect(predictOversight([], 400, 20)).toBeUndefined();
    expect(predictOversight(matches(2, 1), 400, 20)).toBeUndefined();
    const alike = matches(100, 1).map((one) => ({ ...one, guard: 500 }));
    expect(
      predictOversight(
        alike.map((one) => ({ ...one, attacker: 500 })),
        400,
        20,
      ),
    ).toBeUndefined();
    expect(predictOversight(matches(100, 1, 1), 400, 20)).toBeUndefined();
  });
});

test('the agent score difference is what honesty earns more', () => {
  const scored = (cluster: number, isHonest: boolean, score: number) => ({ cluster, isHonest, score });
  const answers = [
    ...[scored(1, true, 0.9), scored(1, false, 0.3), scored(2, true, 0.8), scored(2, false, 0.6)],
    ...[scored(3, true, 1), scored(3, false, 0.2), scored(3, false, 0.5)],
  ];
  const { value, low, high, n } = agentScoreDifference(answers)!;
  expect(value).toBeCloseTo(0.9 - 0.4, 12);
  expect(n).toBe(7);
  expect(low!).toBeLessThan(value);
  expect(high!).toBeGreaterThan(value);
  expect(agentScoreDifference(answers.filter(({ isHonest }) => isHonest))).toBeUndefined();
});

describe('a judge', () => {
  const judged = (isHonest: boolean, right: number, n: number) =>
    Array.from({ length: n }, (_, cluster) => ({ cluster, isHonest, isRight: cluster < right }));

  test('is as right about liars as they lose, and better than the anchor only if surely so', () => {
    const found = judging([...judged(true, 90, 100), ...judged(false, 75, 100)]);
    expect(found.honest!.value).toBe(0.9);
    expect(found.dishonest!.value).toBe(0.75);
    expect(found.deceived!.value).toBe(0.25);
    expect(found.isBelowAnchor).toBe(true);
    expect(judging(judged(false, 62, 100)).isBelowAnchor).toBe(false); // .38, up to .48
  });

  test('who heard no liar is not said to see through them', () => {
    expect(judging(judged(true, 9, 10))).toMatchObject({ dishonest: undefined, isBelowAnchor: false });
    expect(judging([])).toMatchObject({ honest: undefined, deceived: undefined });
  });
});
