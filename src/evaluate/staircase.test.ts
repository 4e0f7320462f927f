/** Staircases that climb by rule, and what they come to rest at. */

import { describe, expect, test } from 'vitest';
import { Random } from '../base/random.ts';
import {
  type Asked,
  climbed,
  type StaircaseOptions,
  staircase,
  TARGET,
  thresholdDifficulty,
  turningDifficulty,
} from './staircase.ts';

const OPTIONS: StaircaseOptions = { start: 4, step: 1, least: 1, most: 9 };

function after(answers: string, options = OPTIONS) {
  return [...answers].reduce(
    (stairs, answer) => climbed(stairs, answer === '+', options),
    staircase(options),
  );
}

describe('a staircase', () => {
  test.each([
    ['', 4, []],
    ['++', 4, []],
    ['+++', 5, []],
    ['+++-', 4, [5]],
    ['++-', 3, []],
    ['--', 2, []],
    ['-+++', 4, [3]],
    ['-+++++++++-', 5, [3, 6]],
    ['-----', 1, []],
    ['+++'.repeat(9), 9, []],
  ])('after «%s» is at %i, having turned at %j', (answers, difficulty, turns) => {
    expect(after(answers)).toMatchObject({ difficulty, turns });
  });

  test('rests where three rights in a row are as likely as not: there it drifts neither way', () => {
    const random = Random.seeded(1);
    const options = { start: 0, step: 1, least: -1e9, most: 1e9 };
    const drift = (chance: number) => {
      let stairs = staircase(options);
      for (let i = 0; i < 20_000; i++) stairs = climbed(stairs, random.uniform() < chance, options);
      return stairs.difficulty;
    };
    expect(TARGET).toBeCloseTo(0.7937, 4);
    expect(Math.abs(drift(TARGET))).toBeLessThan(4 * Math.sqrt(20_000 / 2));
    expect(drift(TARGET + 0.05)).toBeGreaterThan(500);
    expect(drift(TARGET - 0.05)).toBeLessThan(-500);
  });
});

describe('the turning points', () => {
  const turned = (...turns: number[]) => ({ ...staircase(OPTIONS), turns });

  test('are taken after those skipped, an even number of each staircase', () => {
    expect(turningDifficulty([turned(9, 1, 4, 6)], 2)).toMatchObject({ value: 5, low: null, n: 1 });
    expect(turningDifficulty([turned(9, 1, 4, 6, 8)], 2)!.value).toBe(7);
    expect(turningDifficulty([turned(9, 1, 4, 6), turned(0, 0, 1, 1), turned(3)], 2)).toMatchObject({
      value: 3,
      n: 2,
    });
    expect(turningDifficulty([turned(1, 2)], 2)).toBeUndefined();
  });
});

describe('the threshold on a logistic curve', () => {
  const trials = (n: number, seed: number, chance: (difficulty: number) => number): readonly Asked[] => {
    const random = Random.seeded(seed);
    return Array.from({ length: n }, (_, cluster) => {
      const difficulty = 1 + random.below(8);
      return { cluster, difficulty, isRight: random.uniform() < chance(difficulty) };
    });
  };
  const curve = (difficulty: number) => 1 / (1 + Math.exp(1.5 * (difficulty - 5)));
  const truth = 5 - Math.log(TARGET / (1 - TARGET)) / 1.5;

  test('is where 79.4 % are right', () => {
    const { value, low, high, n } = thresholdDifficulty(trials(2000, 1, curve), 0)!;
    expect(n).toBe(2000);
    expect(low!).toBeLessThan(truth);
    expect(high!).toBeGreaterThan(truth);
    expect(Math.abs(value - truth)).toBeLessThan(0.2);
  });

  test('with guessing is where that is so, guesses included', () => {
    const guessed = (difficulty: number) => 1 / 8 + (7 / 8) * curve(difficulty);
    const share = (TARGET - 1 / 8) / (7 / 8);
    const there = 5 - Math.log(share / (1 - share)) / 1.5;
    const { low, high } = thresholdDifficulty(trials(2000, 2, guessed), 1 / 8)!;
    expect(low!).toBeLessThan(there);
    expect(high!).toBeGreaterThan(there);
  });

  test('is undefined where nothing falls', () => {
    expect(thresholdDifficulty([], 0)).toBeUndefined();
    expect(
      thresholdDifficulty(
        trials(500, 3, (difficulty) => 1 - curve(difficulty)),
        0,
      ),
    ).toBeUndefined();
    expect(
      thresholdDifficulty(
        trials(50, 3, () => 1),
        0,
      ),
    ).toBeUndefined();
  });
});
