/** What the record's arms come to: where each ended, what it scored at the end, and when it first got that far. */

import type { Grade, Grades } from './grades.ts';
import { isNumber } from './numbers.ts';
import type { ArmRecord, CurvePoint, Proportion, RunRecord } from './record.ts';

/** An accuracy; the interval and n are there when the measurement said them. */
export type Measure = Pick<Proportion, 'value'> & Partial<Proportion>;

/** The arm that the run is about: IDA, or supervised learning alone. Undefined only in a record that holds nothing yet. */
export function mainOf(record: RunRecord): ArmRecord | undefined {
  return record.arms.find((arm) => arm.kind === 'ida') ?? record.arms[0];
}

/** The arms beside it that train on the whole task; the controls are a picture of their own. */
export function baselinesOf(record: RunRecord): readonly ArmRecord[] {
  return record.arms.filter((arm) => arm !== mainOf(record) && arm.kind !== 'control');
}

/** The control trained up to that level and no further. */
export function controlUpTo(record: RunRecord, level: number): ArmRecord | undefined {
  return record.arms.find((arm) => arm.kind === 'control' && arm.levelMax === level);
}

/** Accuracy per level or grade where the arm stands now: its last checkpoint's, or its last look's if that came later. */
export function accuracyNow(arm: ArmRecord): readonly Measure[] {
  const figures = checkpointNow(arm);
  return figures ? measured(figures) : (lastPoint(arm)?.answerer ?? []).map((value) => ({ value }));
}

/** The same of all questions together, as they are asked. */
export function overallNow(arm: ArmRecord): number | undefined {
  const figures = checkpointNow(arm);
  if (figures) return pooled(figures);
  const point = lastPoint(arm);
  return point && overallAt(point);
}

function checkpointNow(arm: ArmRecord): readonly Proportion[] | undefined {
  const iteration = arm.iterations.findLast(({ accuracy }) => accuracy !== undefined && accuracy.length > 0);
  const point = lastPoint(arm);
  return !point || (iteration && point.step <= iteration.step) ? iteration?.accuracy : undefined;
}

/** A grade that is so rare that no question was of it has not been measured. */
export function measured(figures: readonly Proportion[]): readonly Measure[] {
  return figures.map((figure) => (figure.n === 0 ? { value: Number.NaN } : figure));
}

function pooled(figures: readonly Proportion[]): number | undefined {
  const n = figures.reduce((total, figure) => total + figure.n, 0);
  if (!isNumber(n) || n === 0) return meanOf(figures.map(({ value }) => value));
  return figures.reduce((total, { value, n: count }) => total + value * count, 0) / n;
}

/** Of all questions as they are asked; a record that does not say has the same number at each level. */
export function overallAt({ overall, answerer }: CurvePoint): number | undefined {
  return overall?.answerer ?? meanOf(answerer);
}

/** Where its learning stands: the last look at the network. */
export function lastPoint(arm: ArmRecord): CurvePoint | undefined {
  return arm.points.at(-1);
}

/** The first look at which that share of all questions, or more, was answered rightly. */
export function firstReaching(arm: ArmRecord, share: number): CurvePoint | undefined {
  return arm.points.find((point) => (overallAt(point) ?? 0) >= share);
}

function meanOf(values: readonly number[]): number | undefined {
  const measured = values.filter(isNumber);
  return measured.length === 0
    ? undefined
    : measured.reduce((sum, value) => sum + value, 0) / measured.length;
}

/** Where it answers worst. */
export function lowestGrade(
  arm: ArmRecord,
  { all }: Grades,
): { readonly grade: Grade; readonly value: number } | undefined {
  const accuracy = accuracyNow(arm);
  const known = all
    .map((grade) => ({ grade, value: accuracy[grade.index]?.value ?? Number.NaN }))
    .filter(({ value }) => isNumber(value));
  return known.length === 0
    ? undefined
    : known.reduce((worst, one) => (one.value < worst.value ? one : worst));
}

/** The horizon of the last iteration that told it. */
export function horizonOf(arm: ArmRecord): number | undefined {
  return arm.iterations.map(({ horizon }) => horizon).findLast(isNumber);
}

/** a − b with its 95 % interval, when both have theirs (Newcombe 1998, method 10: from the two intervals). */
export function difference(a: Measure, b: Measure): Measure {
  const value = a.value - b.value;
  if (![a.low, a.high, b.low, b.high].every(isNumber)) return { value };
  return {
    value,
    low: value - Math.hypot(a.value - a.low!, b.high! - b.value),
    high: value + Math.hypot(a.high! - a.value, b.value - b.low!),
  };
}
