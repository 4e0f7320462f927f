/** Lines beside their baseline: pure figures of what the runs of a group came to, seed by seed. */

import { meanOf, meanShare, medianOf, ratioOf } from '../statistics/mean.ts';
import type { GoalFigures, LineFigures, Look, Paired, RunFigures } from './record.ts';

/** One ended run of a line. */
export interface Ended {
  readonly seed: number;
  readonly figures: RunFigures;
}

/** Shares of the baseline's mean final accuracy whose first reaching is told. */
export const GOALS = [0.95, 0.98] as const;

/** What the seeds of a line come to. Without a baseline there are neither goals nor differences; the baseline itself is
 *  not compared with itself. */
export function compareLine(
  own: readonly Ended[],
  baseline: readonly Ended[] | undefined,
  isBaseline: boolean,
): LineFigures {
  const over = (pick: (figures: RunFigures) => number | null): readonly number[] =>
    own.flatMap(({ figures }) => pick(figures) ?? []);
  const finals = over(({ final }) => final);
  const final = meanShare(finals);
  const target = baseline && baselineFinal(baseline);
  return {
    final: final ? { ...final, min: Math.min(...finals) } : null,
    goals: target ? GOALS.map((share) => goalOf(share, target, own, isBaseline ? undefined : baseline)) : [],
    seconds: meanOf(over(({ seconds }) => seconds)) ?? null,
    steps: meanOf(over(({ steps }) => steps)) ?? null,
    operations: meanOf(over(({ operations }) => operations)) ?? null,
    decisions: meanOf(over(({ decisions }) => decisions)) ?? null,
    fidelity: meanShare(over(({ fidelity }) => fidelity)) ?? null,
    difference: baseline && !isBaseline ? (differenceOf(own, baseline) ?? null) : null,
  };
}

/** The mean of the baseline's final accuracies: one number for all lines and seeds of a group. */
export function baselineFinal(baseline: readonly Ended[]): number | undefined {
  return meanOf(baseline.map(({ figures }) => figures.final))?.value;
}

/** Final accuracy minus the baseline's with the same seed: what the seeds share (first weights, order of questions)
 *  cancels, so the interval is that of the differences. Seeds that either side lacks are left out. */
export function differenceOf(own: readonly Ended[], baseline: readonly Ended[]): Paired | undefined {
  const bySeed = pairs(own, baseline).map(([a, b]) => ({
    seed: a.seed,
    value: a.figures.final - b.figures.final,
  }));
  const mean = meanOf(bySeed.map(({ value }) => value));
  return mean && { mean, bySeed };
}

/** The first look at an accuracy of at least that; undefined if there was none. */
export function firstReaching({ curve }: RunFigures, accuracy: number): Look | undefined {
  return curve.find((look) => look.accuracy >= accuracy);
}

function goalOf(
  share: number,
  target: number,
  own: readonly Ended[],
  baseline: readonly Ended[] | undefined,
): GoalFigures {
  const accuracy = share * target;
  const looks = own.map(({ figures }) => firstReaching(figures, accuracy));
  const middle = (clock: Clock) => medianOf(looks.map((look) => look?.[clock] ?? Number.POSITIVE_INFINITY));
  const ratio = (clock: Clock) => (baseline && ratioOf(ratiosOf(own, baseline, accuracy, clock))) ?? null;
  return {
    share,
    accuracy,
    reached: looks.filter((look) => look !== undefined).length,
    of: own.length,
    steps: middle('step'),
    seconds: middle('seconds'),
    stepsRatio: ratio('step'),
    secondsRatio: ratio('seconds'),
  };
}

type Clock = 'step' | 'seconds';

function ratiosOf(
  own: readonly Ended[],
  baseline: readonly Ended[],
  accuracy: number,
  clock: Clock,
): readonly number[] {
  return pairs(own, baseline).flatMap(([a, b]) => {
    const [mine, its] = [
      firstReaching(a.figures, accuracy)?.[clock],
      firstReaching(b.figures, accuracy)?.[clock],
    ];
    return mine && its ? [mine / its] : [];
  });
}

function pairs(own: readonly Ended[], baseline: readonly Ended[]): readonly (readonly [Ended, Ended])[] {
  return own.flatMap((a) => {
    const b = baseline.find(({ seed }) => seed === a.seed);
    return b ? [[a, b] as const] : [];
  });
}

/** A line's curves in one: at each place of the axis the mean of its runs, the lowest and the highest. */
export interface Band {
  readonly at: number;
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

/** Places of a band at most: more would say nothing more on a screen. */
const PLACES = 160;

/** Between two looks a run is on the straight line from one to the other; a run that has ended stays where it ended;
 *  before its first look nothing is known, so the band starts where every run has been looked at. */
export function bandOf(curves: readonly (readonly Look[])[], clock: Clock): readonly Band[] {
  const seen = curves.filter((curve) => curve.length > 0);
  const from = Math.max(...seen.map((curve) => curve[0]![clock]));
  const to = Math.max(...seen.map((curve) => curve.at(-1)![clock]));
  return placesOf(seen, clock, from, to).map((at) => {
    const values = seen.map((curve) => valueAt(curve, clock, at));
    return {
      at,
      mean: values.reduce((sum, value) => sum + value, 0) / values.length,
      low: Math.min(...values),
      high: Math.max(...values),
    };
  });
}

/** The looks' own places if they are few, as steps are; else places at equal distances. */
function placesOf(
  curves: readonly (readonly Look[])[],
  clock: Clock,
  from: number,
  to: number,
): readonly number[] {
  if (curves.length === 0) return [];
  const all = [...new Set(curves.flat().map((look) => look[clock]))];
  const own = all.filter((at) => at >= from && at <= to).sort((a, b) => a - b);
  if (own.length <= PLACES) return own;
  return Array.from({ length: PLACES }, (_, i) => from + ((to - from) * i) / (PLACES - 1));
}

function valueAt(curve: readonly Look[], clock: Clock, at: number): number {
  const next = curve.findIndex((look) => look[clock] >= at);
  if (next < 0) return curve.at(-1)!.accuracy;
  const [before, after] = [curve[next - 1], curve[next]!];
  if (!before || after[clock] === before[clock]) return after.accuracy;
  const share = (at - before[clock]) / (after[clock] - before[clock]);
  return before.accuracy + share * (after.accuracy - before.accuracy);
}
