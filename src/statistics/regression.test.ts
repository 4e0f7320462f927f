/** Logistic regression against what a table of counts says. */

import { describe, expect, test } from 'vitest';
import { Random } from '../base/random.ts';
import { logisticFit, type Trial } from './regression.ts';

/** So many of each group right and wrong, each a cluster of its own. */
function table(rows: readonly (readonly [x: number, right: number, wrong: number])[]): readonly Trial[] {
  let cluster = 0;
  return rows.flatMap(([x, right, wrong]) =>
    Array.from({ length: right + wrong }, (_, i) => ({
      cluster: cluster++,
      features: [1, x],
      isRight: i < right,
    })),
  );
}

describe('a logistic regression', () => {
  test('on two groups finds their log odds, and the variance of the log odds ratio (Woolf 1955)', () => {
    const fit = logisticFit(
      table([
        [0, 30, 70],
        [1, 45, 15],
      ]),
    )!;
    const [constant, slope] = fit.coefficients;
    expect(constant).toBeCloseTo(Math.log(30 / 70), 9);
    expect(slope).toBeCloseTo(Math.log(45 / 15) - Math.log(30 / 70), 9);
    const woolf = 1 / 30 + 1 / 70 + 1 / 45 + 1 / 15;
    expect(fit.covariance[1]![1]! / woolf).toBeCloseTo(160 / 159, 9); // C / (C − 1)
  });

  test('with guessing finds the odds of what is known beyond it', () => {
    const fit = logisticFit(
      table([
        [0, 60, 40],
        [1, 90, 10],
      ]),
      0.25,
    )!;
    const known = (share: number) => Math.log((share - 0.25) / (1 - share));
    expect(fit.coefficients[0]).toBeCloseTo(known(0.6), 6);
    expect(fit.coefficients[0]! + fit.coefficients[1]!).toBeCloseTo(known(0.9), 6);
  });

  test('of trials that come in pairs alike has twice the variance', () => {
    const trials = table([
      [0, 30, 70],
      [1, 45, 15],
    ]);
    const pairs = trials.flatMap((trial) => [trial, trial]);
    const [once, twice] = [logisticFit(trials)!, logisticFit(pairs)!];
    expect(twice.coefficients[1]).toBeCloseTo(once.coefficients[1]!, 9);
    expect(twice.covariance[1]![1]!).toBeCloseTo(once.covariance[1]![1]!, 9);
  });

  test('recovers a planted curve, and says how surely', () => {
    const random = Random.seeded(3);
    const trials = Array.from({ length: 4000 }, (_, cluster) => {
      const x = 2 * random.normal();
      return { cluster, features: [1, x], isRight: random.uniform() < 1 / (1 + Math.exp(-(0.5 - 1.5 * x))) };
    });
    const { coefficients, covariance } = logisticFit(trials)!;
    [0.5, -1.5].forEach((planted, i) => {
      const error = Math.sqrt(covariance[i]![i]!);
      expect(error).toBeLessThan(0.1);
      expect(Math.abs(coefficients[i]! - planted)).toBeLessThan(3 * error);
    });
  });

  test('is undefined where there is no likeliest curve', () => {
    expect(logisticFit([])).toBeUndefined();
    expect(
      logisticFit(
        table([
          [0, 5, 0],
          [1, 5, 0],
        ]),
      ),
    ).toBeUndefined(); // all right
    expect(
      logisticFit(
        table([
          [0, 5, 0],
          [1, 0, 5],
        ]),
      ),
    ).toBeUndefined(); // split
    expect(logisticFit(table([[1, 5, 5]]))).toBeUndefined(); // x is the constant
  });
});
