/** Of one run: whether confidence means what it says (K6), what one more level of H buys (K7), and what a right answer costs (K8). */

import { calibration } from '../evaluate/calibration.ts';
import { calibrationError, type Forecast } from '../evaluate/calibration-error.ts';
import { type Answered, costOf } from '../evaluate/cost.ts';
import { successByDepth } from '../evaluate/depth.ts';
import { DECLARED_MINUTES } from '../evaluate/minutes.ts';
import { figure } from '../protocol/figure.ts';
import { BASELINES, type BaselineKind } from '../protocol/report.ts';
import { meanWithin } from '../statistics/clustered.ts';
import { areaUnderRoc } from '../statistics/roc.ts';
import { saidBy } from './baselines.ts';
import type { Observed, Sheet } from './observed.ts';
import { bare, METHODS, type Part } from './part.ts';
import { levelsOf, rightIn, rowsOf } from './rows.ts';
import { type Said, UNKNOWN } from './sheet.ts';

/** What X answered; not what it said it does not know. */
function forecastsOf({ asked }: Sheet, said: readonly Said[]): readonly Forecast[] {
  return asked.flatMap(({ context }, place) => {
    const { answer, confidence, right } = said[place]!;
    return answer === UNKNOWN ? [] : [{ cluster: context, confidence, right }];
  });
}

/** K6, on the final test, with the confidence that X itself gives. */
export function calibrationPart({ test }: Observed): Part {
  const iteration = test.x.length - 1;
  const found = calibration(forecastsOf(test, test.x[iteration]!));
  return {
    figures: [
      ...test.x.flatMap((said, at) => {
        const forecasts = forecastsOf(test, said);
        const brier = meanWithin(forecasts, ({ confidence, right }) => ((right ? 1 : 0) - confidence) ** 2);
        const scored = forecasts.map(({ cluster, confidence, right }) => ({
          cluster,
          right,
          score: confidence,
        }));
        return [
          ...figure(
            'calibration error',
            'share',
            calibrationError(forecasts)?.debiased,
            'debiased, by turning a test',
            {
              iteration: at,
            },
          ),
          ...figure('Brier score', 'share', brier, METHODS.jackknife, { iteration: at }),
          ...figure(
            'AUROC',
            'share',
            forecasts.length > 0 ? areaUnderRoc(scored) : undefined,
            METHODS.jackknife,
            {
              iteration: at,
            },
          ),
        ];
      }),
      ...figure('resolution', 'ratio', found?.parts.resolution.debiased, METHODS.jackknife, { iteration }),
      ...figure('reliability', 'ratio', found?.parts.reliability.debiased, METHODS.jackknife, { iteration }),
      ...figure('log loss', 'nats', found?.logLoss, METHODS.jackknife, { iteration }),
      ...figure('area under risk and coverage', 'share', found?.aurc, METHODS.jackknife, {
        iteration,
      }),
      ...figure('the same, excess', 'share', found?.excess, METHODS.jackknife, { iteration }),
      ...(found?.coverage ?? []).flatMap(({ risk, coverage }) =>
        figure(`coverage at ${100 * risk} % risk`, 'share', coverage, 'over contexts', { iteration }),
      ),
    ],
    needs: found ? [] : ['answers: X said of all questions that it does not know'],
  };
}

/** K7, on the final test: the last X, and more and more levels of H above it; and the baselines on the same questions. */
export function depthPart(seen: Observed): Part {
  const { test, anchor, beside, grades } = seen;
  const rows = rowsOf(test);
  const all = [
    { depth: 0, said: test.x.at(-1)!, operations: beside.operations * rows.length },
    ...beside.depths,
  ];
  const found = successByDepth(
    all.flatMap(({ depth, said, operations }) =>
      rows.map(({ cluster, level, place }) => ({
        cluster,
        depth,
        questionClass: String(level),
        right: said[place]!.right,
        cost: operations / rows.length,
      })),
    ),
  );
  const decisions = [0, ...beside.depths.map((one) => one.decisions / rows.length)];
  return {
    figures: [
      ...beside.anchored.flatMap((above, iteration) =>
        above.flatMap((said, depth) =>
          figure('accuracy on the anchor', 'share', rightIn(rowsOf(anchor), said), METHODS.wilson, {
            iteration,
            depth,
          }),
        ),
      ),
      ...(found?.depths ?? []).flatMap(({ depth, accuracy, gain, cost, classes }) => [
        ...figure('accuracy', 'share', accuracy, METHODS.wilson, { depth }),
        ...classes.flatMap(({ questionClass, accuracy: own }) =>
          figure('accuracy', 'share', own, METHODS.wilson, { depth, level: Number(questionClass) }),
        ),
        ...figure('gain', 'difference', gain, METHODS.jackknife, { depth }),
        ...figure('operations per question', 'operations', bare(cost, rows.length), METHODS.counted, {
          depth,
        }),
        ...figure(
          'H decisions per question',
          'number',
          bare(decisions[depth], rows.length),
          METHODS.counted,
          { depth },
        ),
      ]),
      ...(found ? figure('knee', 'level', bare(found.knee, rows.length), METHODS.counted) : []),
      ...measured(seen).flatMap(({ kind, said }) =>
        figure('accuracy beside', 'share', rightIn(rows, said), METHODS.wilson, { arm: kind }),
      ),
    ],
    needs: [
      ...(beside.depths.length > 0 ? [] : ['H, to answer with the help of X']),
      ...(levelsOf({ task: seen.task, grades }) > 1 ? [] : ['a task with more than one level']),
    ],
  };
}

function measured(
  seen: Observed,
): readonly { readonly kind: BaselineKind; readonly said: readonly Said[] }[] {
  return BASELINES.flatMap((kind) => {
    const said = saidBy(kind, seen);
    return said ? [{ kind, said }] : [];
  });
}

/** What an arm spends on one question. */
interface Spent {
  readonly operations: number;
  readonly decisions: number;
}

/** K8, on the final test: operations, and minutes of H, of half a minute a decision, for each right answer. */
export function costPerCorrectPart(seen: Observed): Part {
  const arms = [{ kind: undefined, said: seen.test.x.at(-1)! }, ...measured(seen)];
  const rows = rowsOf(seen.test);
  return {
    figures: arms.flatMap(({ kind, said }) => {
      const { operations, decisions } = spentBy(kind, seen);
      const answers = rows.map(
        ({ cluster, place }): Answered => ({
          cluster,
          right: said[place]!.right,
          tokens: operations,
          cpuSeconds: 0,
          humanMinutes: decisions * DECLARED_MINUTES.decompose,
        }),
      );
      const labels = kind === undefined ? {} : { arm: kind };
      const computing = costOf(answers, { token: 1, cpuSecond: 0, humanMinute: 0 });
      const people = costOf(answers, { token: 0, cpuSecond: 0, humanMinute: 1 });
      return [
        ...figure('operations per answer', 'operations', computing?.perAnswer, METHODS.jackknife, labels),
        ...figure(
          'operations per right answer',
          'operations',
          computing?.perCorrect,
          METHODS.jackknife,
          labels,
        ),
        ...figure('minutes of H per right answer', 'minutes', people?.perCorrect, METHODS.jackknife, labels),
      ];
    }),
    needs: ['latencies: an evaluation asks in batches', 'prices, to add operations and minutes up'],
  };
}

function spentBy(kind: BaselineKind | undefined, { test, beside }: Observed): Spent {
  const n = test.asked.length;
  const x: Spent = { operations: beside.operations, decisions: 0 };
  switch (kind) {
    case 'a0':
      return {
        operations: 0,
        decisions: (test.amplified[0] ?? []).reduce((sum, one) => sum + one.decisions, 0) / n,
      };
    case 'depth-1':
    case 'depth-2':
    case 'depth-3': {
      const deeper = beside.depths.find(({ depth }) => `depth-${depth}` === kind);
      return deeper ? { operations: deeper.operations / n, decisions: deeper.decisions / n } : x;
    }
    case 'oracle-overseer':
      return { operations: 0, decisions: test.hNodes.reduce((sum, one) => sum + one.decisions, 0) / n };
    case undefined:
    case 'supervised-truth':
    case 'supervised-labels':
    case 'no-verification':
    case 'no-residuals':
    case 'ensemble':
      return x;
  }
}
