/** What confidences are worth: maps from what somebody says of an answer of theirs to how often they are right. They are
 *  fitted on questions held out for that, a map for each level, for networks, votes, language models and people alike: all
 *  give answers with a confidence.
 *      temperature  σ(logit(c) / T), T by maximum likelihood            Guo, Pleiss, Sun & Weinberger 2017, §4.2
 *      isotonic     pool adjacent violators, straight lines between     Zadrozny & Elkan 2002
 *      histogram    the share right in bins of equal mass, with a prior Zadrozny & Elkan 2001
 *  A level with few questions has the map of all levels together. */

import { CapstanError } from '../base/errors.ts';
import { isotonic } from '../statistics/isotonic.ts';
import { logistic, logit, sigmoid } from '../statistics/logistic.ts';

/** A known answer of the calibration pile. */
export interface Judged {
  readonly level: number;
  /** 0 … 1 */
  readonly confidence: number;
  readonly right: boolean;
}

export type ConfidenceMap =
  | { readonly kind: 'temperature'; readonly temperature: number }
  | { readonly kind: 'isotonic'; readonly points: readonly MapPoint[] }
  | { readonly kind: 'histogram'; readonly bins: readonly MapPoint[] };

/** Ascending by confidence, which for a histogram is where a bin begins. */
export interface MapPoint {
  readonly confidence: number;
  readonly probability: number;
}

export type Method = ConfidenceMap['kind'];
export const METHODS = ['temperature', 'isotonic', 'histogram'] as const satisfies readonly Method[];

/** Plain data, as it is written down. */
export interface Calibration {
  /** Whether ground truth said what is right. Where H did, it is false. */
  readonly groundTruth: boolean;
  readonly levels: { readonly [level: string]: ConfidenceMap };
  /** For levels with too few questions, and those that nobody asked. */
  readonly otherwise: ConfidenceMap;
}

/** Questions that a level needs for a map of its own. */
const LEVEL_MIN = 100;
const BINS = 15;
/** What a bin is believed to hold before anything is seen: so many answers, right as often as all are. */
const PRIOR = 2;
/** 1/T is drawn to 1 by so little that a hundred questions decide. */
const STRENGTH = 0.01;
/** Where the more confident are wrong more often, nothing can be read from confidence: it is flattened, not turned round. */
const INVERSE_MIN = 1e-3;

/** Throws «invalid» without a single answer: nothing is known of them then. */
export function calibrate(method: Method, judged: readonly Judged[], groundTruth: boolean): Calibration {
  const levels = [...new Set(judged.map(({ level }) => level))].sort((a, b) => a - b);
  const maps = levels.flatMap((level) => {
    const own = judged.filter((one) => one.level === level);
    return own.length < LEVEL_MIN ? [] : [[String(level), fitMap(method, own)] as const];
  });
  return { groundTruth, levels: Object.fromEntries(maps), otherwise: fitMap(method, judged) };
}

/** The probability that an answer of that level and confidence is right. */
export function calibrated(
  { levels, otherwise }: Pick<Calibration, 'levels' | 'otherwise'>,
  level: number,
  confidence: number,
): number {
  return mapped(levels[level] ?? otherwise, confidence);
}

export function fitMap(method: Method, judged: readonly Omit<Judged, 'level'>[]): ConfidenceMap {
  if (judged.length === 0)
    throw new CapstanError('invalid', 'calibration: expected at least one known answer, got none');
  const sorted = [...judged].sort((a, b) => a.confidence - b.confidence);
  switch (method) {
    case 'temperature':
      return { kind: method, temperature: temperatureOf(judged) };
    case 'isotonic':
      return { kind: method, points: pointsOf(sorted) };
    case 'histogram':
      return { kind: method, bins: binsOf(sorted) };
  }
}

/** Never falls as the confidence rises, but for a histogram. */
export function mapped(map: ConfidenceMap, confidence: number): number {
  switch (map.kind) {
    case 'temperature':
      return sigmoid(logit(confidence) / map.temperature);
    case 'isotonic':
      return between(map.points, confidence);
    case 'histogram':
      return (map.bins.findLast((bin) => bin.confidence <= confidence) ?? map.bins[0]!).probability;
  }
}

function temperatureOf(judged: readonly Omit<Judged, 'level'>[]): number {
  const cases = judged.map(({ confidence, right }) => ({ features: [logit(confidence)], right }));
  return 1 / Math.max(INVERSE_MIN, logistic(cases, [1], STRENGTH)[0]!);
}

/** A right answer below all and a wrong one above all are added, so that nothing is ever held for certain. */
function pointsOf(sorted: readonly Omit<Judged, 'level'>[]): readonly MapPoint[] {
  const all = [{ confidence: 0, right: true }, ...sorted, { confidence: 1, right: false }];
  // Equal confidences are one point: their order says nothing.
  const same = new Map<number, { right: number; n: number }>();
  for (const { confidence, right } of all) {
    const count = same.get(confidence) ?? { right: 0, n: 0 };
    same.set(confidence, { right: count.right + Number(right), n: count.n + 1 });
  }
  const counts = [...same].map(([confidence, count]) => ({ confidence, ...count }));
  const fit = isotonic(counts.map(({ right, n }) => ({ value: right / n, weight: n })));
  const pools = new Map<number, { sum: number; n: number }>();
  counts.forEach(({ confidence, n }, i) => {
    const pool = pools.get(fit[i]!) ?? { sum: 0, n: 0 };
    pools.set(fit[i]!, { sum: pool.sum + n * confidence, n: pool.n + n });
  });
  return [...pools].map(([probability, { sum, n }]) => ({ confidence: sum / n, probability }));
}

/** On the straight line between the points around it; beyond the last as at the last. */
function between(points: readonly MapPoint[], confidence: number): number {
  const above = points.findIndex((point) => point.confidence >= confidence);
  if (above <= 0) return points.at(above)!.probability;
  const [low, high] = [points[above - 1]!, points[above]!];
  const share = (confidence - low.confidence) / (high.confidence - low.confidence);
  return low.probability + share * (high.probability - low.probability);
}

function binsOf(sorted: readonly Omit<Judged, 'level'>[]): readonly MapPoint[] {
  const rightOf = (some: readonly { readonly right: boolean }[]) => some.filter(({ right }) => right).length;
  const mean = rightOf(sorted) / sorted.length;
  const bins: MapPoint[] = [];
  let start = 0;
  for (let bin = 1; bin <= BINS; bin++) {
    let end = Math.round((bin * sorted.length) / BINS);
    // Equal confidences go into one bin.
    while (end > start && end < sorted.length && sorted[end]!.confidence === sorted[end - 1]!.confidence)
      end++;
    if (end <= start) continue;
    const own = sorted.slice(start, end);
    bins.push({
      confidence: own[0]!.confidence,
      probability: (rightOf(own) + PRIOR * mean) / (own.length + PRIOR),
    });
    start = end;
  }
  return bins;
}
