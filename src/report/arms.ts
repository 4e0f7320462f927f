/** What the record's arms come to: where each ended, what it scored at the end, and when it first got that far. */

import { isNumber } from './numbers.ts';
import type { ArmRecord, CurvePoint, Proportion, RunRecord } from './record.ts';

/** An accuracy; the interval and n are there when the measurement said them. */
export type Measure = Pick<Proportion, 'value'> & Partial<Proportion>;

/** The arm of IDA itself. Undefined only in a record that holds nothing yet. */
export function idaOf(record: RunRecord): ArmRecord | undefined {
  return record.arms.find((arm) => arm.kind === 'ida') ?? record.arms[0];
}

/** The arms beside IDA that train on the whole task; the controls are a picture of their own. */
export function baselinesOf(record: RunRecord): readonly ArmRecord[] {
  return record.arms.filter((arm) => arm !== idaOf(record) && arm.kind !== 'control');
}

/** The control trained up to that level and no further. */
export function controlUpTo(record: RunRecord, level: number): ArmRecord | undefined {
  return record.arms.find((arm) => arm.kind === 'control' && arm.levelMax === level);
}

/** Accuracy per level where the arm stands now: its last checkpoint's, or its last look's if that came later. */
export function accuracyNow(arm: ArmRecord): readonly Measure[] {
  const iteration = arm.iterations.findLast(({ accuracy }) => accuracy !== undefined && accuracy.length > 0);
  const point = lastPoint(arm);
  if (iteration?.accuracy && (!point || point.step <= iteration.step)) return iteration.accuracy;
  return (point?.answerer ?? []).map((value) => ({ value }));
}

/** Where its learning stands: the last look at the network. */
export function lastPoint(arm: ArmRecord): CurvePoint | undefined {
  return arm.points.at(-1);
}

/** The first look at which the mean over the levels was at least that. */
export function firstReaching(arm: ArmRecord, share: number): CurvePoint | undefined {
  return arm.points.find(({ answerer }) => (meanOf(answerer) ?? 0) >= share);
}

export function meanOf(values: readonly number[]): number | undefined {
  const measured = values.filter(isNumber);
  return measured.length === 0
    ? undefined
    : measured.reduce((sum, value) => sum + value, 0) / measured.length;
}

export function meanAccuracy(arm: ArmRecord): number | undefined {
  return meanOf(accuracyNow(arm).map(({ value }) => value));
}

/** The level answered worst, counted from 1. */
export function lowestLevel(arm: ArmRecord): { readonly level: number; readonly value: number } | undefined {
  const measured = accuracyNow(arm)
    .map(({ value }, i) => ({ level: i + 1, value }))
    .filter(({ value }) => isNumber(value));
  return measured.length === 0
    ? undefined
    : measured.reduce((worst, one) => (one.value < worst.value ? one : worst));
}

/** The horizon of the last iteration that told it. */
export function horizonOf(arm: ArmRecord): number | undefined {
  return arm.iterations.map(({ horizon }) => horizon).findLast(isNumber);
}

/** 1 … levels. */
export function levelsOf(record: RunRecord): readonly number[] {
  return Array.from({ length: Math.max(0, Math.min(64, Math.floor(record.levels) || 0)) }, (_, i) => i + 1);
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
