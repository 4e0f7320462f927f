/** Planted truth for what is told of confidence, depth and cost: compounding uncertainty, calibration, success against depth, cost
 *  per correct answer. */

import type { Random } from '../src/base/random.ts';
import { brierOf, brierPartsOf, logLossOf } from '../src/evaluate/calibration.ts';
import { BINS, binsOf, calibrationError, type Forecast } from '../src/evaluate/calibration-error.ts';
import {
  horizon,
  predictedSuccess,
  realisedSuccess,
  siblingCorrelation,
} from '../src/evaluate/compounding.ts';
import { costOf, humanWaitShare, tokenRatio } from '../src/evaluate/cost.ts';
import { successByDepth } from '../src/evaluate/depth.ts';
import { shareOf } from '../src/statistics/clustered.ts';
import {
  type Interval,
  inContexts,
  kindOf,
  overContexts,
  type Plant,
  type Study,
  studyOf,
} from './estimators.ts';

const [CONTEXTS, EACH] = [40, 8];

/** Local mistakes at three levels, and nodes of each under a root. */
const RATES = [0.01, 0.02, 0.04] as const;
const NODES = [4, 2, 1] as const;
/** Realised success has this line over the predicted. */
const LINE = { slope: 0.7, intercept: -0.3 };
const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));

/** Answers whose chance to be right is a function of their confidence, which is spread over .5 … 1. */
function forecasts(random: Random, rightAt: (confidence: number) => number): readonly Forecast[] {
  return inContexts(50, 16, (cluster) => {
    const kind = kindOf(random);
    return () => {
      const confidence = 1 - 0.5 * random.uniform() ** 1.5;
      return { cluster, confidence, right: kind.happens(rightAt(confidence)) };
    };
  });
}

const CALIBRATION: readonly (readonly [string, (confidence: number) => number])[] = [
  ['calibrated', (c) => c],
  ['too sure by .05', (c) => c - 0.05],
  ['too sure by .15', (c) => c - 0.15],
  ['too sure where sure', (c) => 0.5 + 0.6 * (c - 0.5)],
  ['wrong by ±.08 in waves', (c) => Math.min(1, c + 0.08 * Math.sin(12 * Math.PI * c))],
];

/** Of just these confidences and bins: what the figure would be, were rights told with their chances. */
function truthOf(
  items: readonly Forecast[],
  rightAt: (confidence: number) => number,
  power: 1 | 2,
  against: (confidence: number) => number,
): number {
  return binsOf(items, 'equal-mass', BINS).reduce((total, bin) => {
    const gap = bin.reduce((sum, { confidence }) => sum + rightAt(confidence) - against(confidence), 0);
    return total + (bin.length / items.length) * Math.abs(gap / bin.length) ** power;
  }, 0);
}

/** Such a truth differs from study to study, so the intervals are moved by it: the truth is 0. */
function moved({ low, high }: { readonly low: number; readonly high: number }, truth: number): Interval {
  return { low: low - truth, high: high - truth };
}

/** Right at depth 0, 1, 2, and what it costs. */
const DEPTHS = [
  { right: 0.6, cost: 1 },
  { right: 0.8, cost: 3 },
  { right: 0.81, cost: 8 },
] as const;

function attempts(random: Random) {
  return inContexts(CONTEXTS, EACH, (cluster) => {
    const kind = kindOf(random);
    return () =>
      DEPTHS.map(({ right, cost }, depth) => ({
        ...{ cluster, depth, questionClass: 'all', right: kind.happens(right) },
        cost: cost * (0.5 + random.uniform()),
      }));
  }).flat();
}

const TOKENS = { student: 20, teacher: 300 };
const COSTS = { token: 1e-5, cpuSecond: 1e-4, humanMinute: 0.5 };
const [RIGHT, MINUTES] = [0.8, 0.05];
const PER_ANSWER = COSTS.token * 400 + COSTS.cpuSecond * 2 + COSTS.humanMinute * MINUTES * 5;

function answered(random: Random) {
  return inContexts(CONTEXTS, EACH, (cluster) => {
    const [kind, asked] = [kindOf(random), kindOf(random)];
    return () => ({
      ...{ cluster, right: kind.happens(RIGHT), cpuSeconds: 2 },
      tokens: 800 * random.uniform(),
      humanMinutes: asked.happens(MINUTES) ? 5 : 0,
    });
  });
}

const SINGLE: readonly Plant[] = [
  {
    name: 'K5 predicted root success, three levels',
    truth: RATES.reduce((product, rate, i) => product * (1 - rate) ** NODES[i]!, 1),
    study: (random) =>
      predictedSuccess(
        RATES.map((rate, i) => ({
          level: i + 1,
          nodes: NODES[i]!,
          counts: Array.from({ length: CONTEXTS }, () => {
            const kind = kindOf(random);
            return {
              right: Array.from({ length: EACH }, () => !kind.happens(rate)).filter(Boolean).length,
              n: EACH,
            };
          }),
        })),
        random,
        1000,
      ),
  },
  {
    name: 'K5 horizon',
    truth: Math.log(0.5) / Math.log(0.95),
    study: (random) =>
      horizon(
        shareOf(
          inContexts(CONTEXTS, EACH, (cluster) => {
            const kind = kindOf(random);
            return () => ({ cluster, wrong: kind.happens(0.05) });
          }),
          ({ wrong }) => wrong,
        )!,
      ),
  },
  {
    name: 'K5 sibling correlation ρ',
    truth: (overContexts(0.2, (chance) => chance ** 2) - 0.2 ** 2) / (0.2 * 0.8),
    study: (random) =>
      siblingCorrelation(
        Array.from({ length: 50 }, (_, cluster) =>
          [0, 1, 2].map((node) => {
            const kind = kindOf(random);
            return [0, 1, 2].map(() => ({ cluster, parent: `${cluster}/${node}`, wrong: kind.happens(0.2) }));
          }),
        ).flat(2),
      ),
  },
  {
    name: 'K8 tokens of the student over the teacher’s',
    truth: TOKENS.student / TOKENS.teacher,
    study: (random) =>
      tokenRatio(
        inContexts(CONTEXTS, EACH, (cluster) => {
          const hard = Math.exp(0.3 * random.normal() - 0.045);
          return () => {
            const each = Math.exp(0.4 * random.normal() - 0.08) * hard;
            return {
              cluster,
              student: { right: true, tokens: TOKENS.student * each },
              teacher: {
                right: true,
                tokens: TOKENS.teacher * Math.exp(0.4 * random.normal() - 0.08) * hard,
              },
            };
          };
        }),
      )?.ratio,
  },
  {
    name: 'K8 human-wait share, 12 iterations',
    truth: 0.3,
    study: (random) =>
      humanWaitShare(
        Array.from({ length: 12 }, (_, cluster) => {
          const wallSeconds = 50 + 100 * random.uniform();
          return { cluster, wallSeconds, idleSeconds: wallSeconds * (0.1 + 0.4 * random.uniform()) };
        }),
      ),
  },
];

export const STUDIES: readonly Study[] = [
  ...SINGLE.map(studyOf),
  {
    truths: { 'K5 slope of realised on predicted': LINE.slope, 'K5 its intercept': LINE.intercept },
    carryOut(random) {
      const found = realised(random);
      return { 'K5 slope of realised on predicted': found?.slope, 'K5 its intercept': found?.intercept };
    },
  },
  ...CALIBRATION.map(([name, rightAt]): Study => {
    const base = overConfidences(rightAt);
    return {
      truths: {
        [`K6 ECE, less the truth of its bins, ${name}`]: 0,
        [`K6 reliability, the same, ${name}`]: 0,
        [`K6 resolution, the same, ${name}`]: 0,
      },
      carryOut(random) {
        const items = forecasts(random, rightAt);
        const { reliability, resolution } = brierPartsOf(items)!;
        return {
          [`K6 ECE, less the truth of its bins, ${name}`]: moved(
            calibrationError(items)!.debiased,
            truthOf(items, rightAt, 1, (c) => c),
          ),
          [`K6 reliability, the same, ${name}`]: moved(
            reliability.debiased,
            truthOf(items, rightAt, 2, (c) => c),
          ),
          [`K6 resolution, the same, ${name}`]: moved(
            resolution.debiased,
            truthOf(items, rightAt, 2, () => base),
          ),
        };
      },
    };
  }),
  {
    truths: { 'K6 Brier': brierTruth(), 'K6 log loss': lossTruth() },
    carryOut(random) {
      const items = forecasts(random, (c) => c - 0.05);
      return { 'K6 Brier': brierOf(items), 'K6 log loss': logLossOf(items) };
    },
  },
  {
    truths: {
      'K7 accuracy at a depth': DEPTHS[1].right,
      'K7 marginal gain at depth 1': DEPTHS[1].right - DEPTHS[0].right,
      'K7 marginal gain at depth 2': DEPTHS[2].right - DEPTHS[1].right,
      'K7 cost ratio': DEPTHS[1].cost / DEPTHS[0].cost,
    },
    carryOut(random) {
      const [, one, two] = successByDepth(attempts(random))!.depths;
      return {
        'K7 accuracy at a depth': one!.accuracy,
        'K7 marginal gain at depth 1': one!.gain,
        'K7 marginal gain at depth 2': two!.gain,
        'K7 cost ratio': one!.costRatio,
      };
    },
  },
  {
    truths: { 'K8 cost per correct answer': PER_ANSWER / RIGHT, 'K8 cost per answer': PER_ANSWER },
    carryOut(random) {
      const found = costOf(answered(random), COSTS);
      return { 'K8 cost per correct answer': found?.perCorrect, 'K8 cost per answer': found?.perAnswer };
    },
  },
];

function realised(random: Random) {
  return realisedSuccess(
    inContexts(60, 10, (cluster) => {
      const kind = kindOf(random);
      return () => {
        const logit = -1 + 4 * random.uniform();
        return {
          cluster,
          predicted: sigmoid(logit),
          right: kind.happens(sigmoid(LINE.intercept + LINE.slope * logit)),
        };
      };
    }),
  );
}

/** Over confidences 1 − u^1.5/2. */
function overConfidences(figure: (confidence: number) => number): number {
  const steps = 20_000;
  let sum = 0;
  for (let i = 0; i < steps; i++) sum += figure(1 - 0.5 * ((i + 0.5) / steps) ** 1.5);
  return sum / steps;
}

function brierTruth(): number {
  return overConfidences((c) => (c - 0.05) * (1 - c) ** 2 + (1.05 - c) * c ** 2);
}

function lossTruth(): number {
  return overConfidences((c) => -(c - 0.05) * Math.log(c) - (1.05 - c) * Math.log1p(-Math.min(c, 1 - 1e-6)));
}
