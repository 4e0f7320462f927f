/** Of one run: how far it can be trusted after each iteration (K14), and how much of the way from H alone to the truth it
 *  went (K11). */

import type { Random } from '../base/random.ts';
import { amplificationGain, distillationRetention, gapRecovered } from '../evaluate/gap.ts';
import { type Graded, HORIZON_ACCURACY, type Horizon, horizonOf, rising } from '../evaluate/horizon.ts';
import { thresholdDifficulty } from '../evaluate/staircase.ts';
import { figure } from '../protocol/figure.ts';
import type { Proportion } from '../statistics/proportion.ts';
import type { Observed } from './observed.ts';
import { bare, METHODS, type Part } from './part.ts';
import { levelsOf, rightIn, rowsOf } from './rows.ts';

/** K14 on the final test. */
export function horizonPart(seen: Observed, random: Random): Part {
  const { test, task } = seen;
  const rows = rowsOf(test);
  const guess = guessOf(seen);
  const graded = test.x.map((said): readonly Graded[] =>
    rows.map(({ cluster, level, place }) => ({ cluster, difficulty: level, isRight: said[place]!.right })),
  );
  const horizons = graded.map((questions) => horizonOf(questions));
  const shown = horizons.map((one) => unbroken(one, (accuracy) => accuracy.low));
  const { explained, p, falls } = rising([shown], random);
  return {
    figures: [
      ...test.x.flatMap((said, iteration) =>
        figure('accuracy', 'share', rightIn(rows, said), METHODS.wilson, { iteration }),
      ),
      ...horizons.flatMap(({ grades }, iteration) =>
        grades.flatMap(({ difficulty, accuracy }) =>
          figure('accuracy', 'share', accuracy, METHODS.wilson, { iteration, level: difficulty }),
        ),
      ),
      ...shown.flatMap((value, iteration) => {
        const high = unbroken(horizons[iteration]!, (accuracy) => accuracy.high);
        const estimate = { value, low: value, high, n: rows.length };
        return figure('horizon', 'level', estimate, METHODS.bound, { iteration });
      }),
      ...horizons.flatMap(({ shown: hardest = 0, gaps }, iteration) => [
        ...figure('hardest level shown', 'level', bare(hardest, rows.length), METHODS.seed, { iteration }),
        ...figure('levels not shown below it', 'count', bare(gaps.length, rows.length), METHODS.seed, {
          iteration,
        }),
      ]),
      ...shown.flatMap((at, iteration) =>
        iteration === 0
          ? []
          : figure('horizon rise', 'number', bare(at - shown[iteration - 1]!, rows.length), METHODS.seed, {
              iteration,
            }),
      ),
      ...figure('horizon falls', 'count', bare(falls.length, shown.length - 1), METHODS.counted),
      ...figure('order explained', 'share', bare(explained, shown.length), METHODS.seed),
      ...figure('order by chance (p)', 'share', bare(p, shown.length), 'none: permutation p'),
      ...graded.flatMap((questions, iteration) =>
        figure(
          'threshold difficulty',
          'number',
          thresholdDifficulty(
            questions.map(({ cluster, difficulty, isRight }) => ({ cluster, difficulty, isRight })),
            guess,
          ),
          METHODS.fieller,
          { iteration },
        ),
      ),
    ],
    needs: [
      'a bank of items calibrated on other assistants, for an ability (item response)',
      ...(levelsOf({ task, grades: seen.grades }) < 2 ? ['a task with more than one level'] : []),
    ],
  };
}

/** Up to which level each is shown to be right often enough, or cannot be ruled out to be: who always says the answer of the
 *  hardest level is no further than who says nothing. */
function unbroken({ grades }: Horizon, end: (accuracy: Proportion) => number): number {
  const first = grades.findIndex(
    ({ difficulty, accuracy }, i) => difficulty !== i + 1 || end(accuracy) < HORIZON_ACCURACY,
  );
  return first < 0 ? grades.length : first;
}

/** How often the commonest right answer would be right by itself. */
function guessOf({ test }: Observed): number {
  const counts = new Map<number, number>();
  for (const { answer } of test.truth) counts.set(answer, (counts.get(answer) ?? 0) + 1);
  return Math.max(0, ...counts.values()) / Math.max(1, test.truth.length);
}

/** K11 on the final test. */
export function gapPart({ test, beside }: Observed): Part {
  const rows = rowsOf(test);
  const last = test.x.at(-1)!;
  const alone = test.amplified[0];
  const { supervised } = beside;
  const gap =
    alone &&
    supervised &&
    gapRecovered(
      rows.map(({ cluster, place }) => ({
        cluster,
        weak: alone[place]!.right,
        strong: supervised[place]!.right,
        taught: last[place]!.right,
      })),
    );
  const steps = test.amplified.map((amplified, n) =>
    rows.map(({ cluster, place }) => ({
      cluster,
      before: test.x[n]![place]!.right,
      amplified: amplified[place]!.right,
      after: test.x[n + 1]?.[place]?.right ?? false,
    })),
  );
  return {
    figures: [
      ...figure('gap recovered', 'number', gap, METHODS.fieller, { against: 'supervised-truth' }),
      ...steps.flatMap((questions, iteration) =>
        figure('amplification gain', 'difference', amplificationGain(questions), METHODS.jackknife, {
          iteration,
        }),
      ),
      ...steps.slice(0, -1).flatMap((questions, iteration) =>
        figure('distillation retention', 'number', distillationRetention(questions), METHODS.fieller, {
          iteration,
        }),
      ),
    ],
    needs: [
      ...(supervised ? [] : ['the same network supervised on the truth: «capstan run --baselines»']),
      ...(supervised && alone && !gap
        ? ['a gap between H alone and supervised learning of three standard errors']
        : []),
      ...(alone ? [] : ['H, to answer with the help of each X']),
    ],
  };
}
