/** How hard a question X can still be trusted with, and whether that ever falls (K14).
 *      h_n = the largest difficulty at which accuracy is shown to be ≥ .9: the lower end of its interval over contexts
 *  Over iterations h_n should never fall. Isotonic regression is the nearest sequence that does not; how much of the spread it
 *  explains is compared with what it would explain in any other order of the iterations (permutation test; Barlow et al. 1972,
 *  §3). Each fall is reported, whatever the test says. */

import { CapstanError } from '../base/errors.ts';
import type { Random } from '../base/random.ts';
import { type Clustered, shareOf } from '../statistics/clustered.ts';
import { isotonic } from '../statistics/isotonic.ts';
import { signFlips } from '../statistics/paired.ts';
import type { Proportion } from '../statistics/proportion.ts';

/** One question; `cluster` is its context. */
export interface Graded extends Clustered {
  readonly difficulty: number;
  readonly isRight: boolean;
}

export interface Horizon {
  /** h_n. Undefined: not even at the easiest. */
  readonly shown: number | undefined;
  /** The largest difficulty whose accuracy is ≥ the threshold as measured, and the largest for which that cannot be ruled
   *  out: 95 % of the time, or more, the true horizon is from `shown` to `possible`. */
  readonly measured: number | undefined;
  readonly possible: number | undefined;
  /** Difficulties below `shown` at which it is not shown. */
  readonly gaps: readonly number[];
  /** In order of difficulty. */
  readonly grades: readonly { readonly difficulty: number; readonly accuracy: Proportion }[];
}

export const HORIZON_ACCURACY = 0.9;

export function horizonOf(questions: readonly Graded[], accuracy = HORIZON_ACCURACY): Horizon {
  const difficulties = [...new Set(questions.map(({ difficulty }) => difficulty))].sort((a, b) => a - b);
  const grades = difficulties.map((difficulty) => ({
    difficulty,
    accuracy: shareOf(
      questions.filter((one) => one.difficulty === difficulty),
      ({ isRight }) => isRight,
    )!,
  }));
  const last = (of: (figure: Proportion) => number) =>
    grades.findLast((grade) => of(grade.accuracy) >= accuracy)?.difficulty;
  const shown = last(({ low }) => low);
  return {
    shown,
    measured: last(({ value }) => value),
    possible: last(({ high }) => high),
    gaps: grades
      .filter((grade) => shown !== undefined && grade.difficulty < shown && grade.accuracy.low < accuracy)
      .map(({ difficulty }) => difficulty),
    grades,
  };
}

export interface Fall {
  /** Row, and the iteration at which it is less than at the one before. */
  readonly row: number;
  readonly iteration: number;
  readonly from: number;
  readonly to: number;
}

export interface Rising {
  /** Means over rows, and the nearest sequence that never falls. */
  readonly means: readonly number[];
  readonly isotonic: readonly number[];
  /** Share of the spread of the means that the isotonic sequence explains, 0 … 1; 1 where there is none. */
  readonly explained: number;
  /** That it explains as much where the order of the iterations says nothing. */
  readonly p: number;
  /** All of them. */
  readonly falls: readonly Fall[];
  /** Iterations at which the mean falls, with the two-sided p of a sign-flip test over rows: whether it is more than chance. */
  readonly meanFalls: readonly { readonly iteration: number; readonly fall: number; readonly p: number }[];
}

const DRAWS = 9999;

/** `rows`: for each seed, or context, its h_n at iterations 0, 1, …; all of one length, at least 2. `draws` is how many orders are
 *  tried, 9,999 unless said otherwise. */
export function rising(rows: readonly (readonly number[])[], random: Random, draws = DRAWS): Rising {
  const length = rows[0]?.length ?? 0;
  if (length < 2 || rows.some((row) => row.length !== length))
    throw new CapstanError(
      'invalid',
      `rows: expected one length of at least 2, got ${rows.map((row) => row.length)}`,
    );
  const means = meansOf(rows);
  const fitted = isotonic(means.map((value) => ({ value, weight: 1 })));
  const observed = spread(fitted);
  const stream = random.split('order');
  let far = 1; // what was observed is one of the orders (Phipson & Smyth 2010)
  for (let draw = 0; draw < draws; draw++) {
    const shuffled = meansOf(rows.map((row) => stream.shuffle(row)));
    // Rounding must not tell apart what is equal.
    if (spread(isotonic(shuffled.map((value) => ({ value, weight: 1 })))) >= observed * (1 - 1e-12)) far++;
  }
  const whole = spread(means);
  return {
    means,
    isotonic: fitted,
    explained: whole === 0 ? 1 : observed / whole,
    p: far / (draws + 1),
    falls: rows.flatMap((row, i) =>
      row.flatMap((to, iteration) =>
        iteration > 0 && to < row[iteration - 1]!
          ? [{ row: i, iteration, from: row[iteration - 1]!, to }]
          : [],
      ),
    ),
    meanFalls: means.flatMap((mean, iteration) => {
      const fall = iteration === 0 ? 0 : means[iteration - 1]! - mean;
      if (fall <= 0) return [];
      const steps = rows.map((row) => row[iteration]! - row[iteration - 1]!);
      return [{ iteration, fall, p: signFlips(steps, random.split(iteration)) }];
    }),
  };
}

function meansOf(rows: readonly (readonly number[])[]): readonly number[] {
  return rows[0]!.map((_, i) => rows.reduce((sum, row) => sum + row[i]!, 0) / rows.length);
}

/** Sum of squares about the mean. */
function spread(values: readonly number[]): number {
  const mean = values.reduce((sum, one) => sum + one, 0) / values.length;
  return values.reduce((sum, one) => sum + (one - mean) ** 2, 0);
}
