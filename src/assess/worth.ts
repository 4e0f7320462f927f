/** Of one run: whether confidence means what it says (K6), what one more level of H buys (K7), and what a right answer costs (K8). */

import { brierOf, calibration } from '../evaluate/calibration.ts';
import { calibrationError, type Forecast } from '../evaluate/calibration-error.ts';
import { type Answered, costOf } from '../evaluate/cost.ts';
import { successByDepth } from '../evaluate/depth.ts';
import { DECLARED_MINUTES } from '../evaluate/minutes.ts';
import { figure } from '../protocol/figure.ts';
import { BASELINES, type BaselineKind, type Figure, type Labels } from '../protocol/report.ts';
import { shareOf } from '../statistics/clustered.ts';
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

/** The arm of K6 that has its confidence from the run’s calibration. */
export const CALIBRATED = 'calibrated';

/** K6, on the final test: with the confidence that X itself gives, and where the run was calibrated with the one in force. */
export function calibrationPart({ test, calibrated }: Observed): Part {
  const last = test.x.length - 1;
  const [own, told] = [forecastsOf(test, test.x[last]!), calibrated && forecastsOf(test, calibrated.said)];
  const inForce = calibrated && { iteration: calibrated.iteration, arm: CALIBRATED };
  const rows = rowsOf(test);
  const handedUp = calibrated && shareOf(rows, ({ place }) => calibrated.escalated[place]!);
  const keptWrong =
    calibrated &&
    shareOf(rows, ({ place }) => !calibrated.escalated[place]! && !calibrated.said[place]!.right);
  return {
    figures: [
      ...test.x.flatMap((said, iteration) => sureness(forecastsOf(test, said), { iteration })),
      ...(told && inForce ? sureness(told, inForce) : []),
      ...abstention(own, { iteration: last }),
      ...(told && inForce ? abstention(told, inForce) : []),
      ...figure('escalated', 'share', handedUp, METHODS.wilson, inForce),
      ...figure('kept and wrong', 'share', keptWrong, METHODS.wilson, inForce),
    ],
    needs: [
      ...(own.length > 0 ? [] : ['answers: X said of all questions that it does not know']),
      ...(calibrated
        ? []
        : ['a calibration of its checkpoint, for the confidence in force: «capstan calibrate RUN»']),
    ],
  };
}

function sureness(forecasts: readonly Forecast[], labels: Labels): readonly Figure[] {
  const scored = forecasts.map(({ cluster, confidence, right }) => ({ cluster, right, score: confidence }));
  const auroc = forecasts.length > 0 ? areaUnderRoc(scored) : undefined;
  const error = calibrationError(forecasts)?.debiased;
  return [
    ...figure('calibration error', 'share', error, 'debiased, by turning a test', labels),
    ...figure('Brier score', 'share', brierOf(forecasts), METHODS.jackknife, labels),
    ...figure('AUROC', 'share', auroc, METHODS.jackknife, labels),
  ];
}

function abstention(forecasts: readonly Forecast[], labels: Labels): readonly Figure[] {
  const found = calibration(forecasts);
  if (!found) return [];
  const { parts, logLoss, aurc, excess, coverage } = found;
  return [
    ...figure('resolution', 'ratio', parts.resolution.debiased, METHODS.jackknife, labels),
    ...figure('reliability', 'ratio', parts.reliability.debiased, METHODS.jackknife, labels),
    ...figure('log loss', 'nats', logLoss, METHODS.jackknife, labels),
    ...figure('area under risk and coverage', 'share', aurc, METHODS.jackknife, labels),
    ...figure('the same, excess', 'share', excess, METHODS.jackknife, labels),
    ...coverage.flatMap(({ risk, coverage: own }) =>
      figure(`coverage at ${100 * risk} % risk`, 'share', own, 'over contexts', labels),
    ),
  ];
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
