/** Figures made, matched, and put together over seeds. */

import type { Estimate } from '../statistics/estimate.ts';
import { meanOf, medianOf } from '../statistics/mean.ts';
import { type Figure, LABELS, type Labels, UNITS, type Unit, type Verdict } from './report.ts';

/** None where nothing was counted, or what was counted has no value. */
export function figure(
  name: string,
  unit: Unit,
  estimate: Estimate | undefined,
  method: string,
  labels: Labels = {},
): readonly Figure[] {
  if (!estimate || estimate.n === 0 || !Number.isFinite(estimate.value)) return [];
  const { value, n } = estimate;
  const [low, high] = bounds(estimate, unit);
  return [{ name, unit, value, low, high, n, method, ...labels }];
}

/** An interval with an end that is not finite is none. It is cut off where no value can be, and rounding may put an end a bit on the
 *  wrong side of the value. */
function bounds({ value, low, high }: Estimate, unit: Unit): readonly [number | null, number | null] {
  if (low === null || high === null || !Number.isFinite(low) || !Number.isFinite(high)) return [null, null];
  const [least, most] = UNITS[unit];
  return [Math.min(Math.max(least, low), value), Math.max(Math.min(most, high), value)];
}

/** Equal for figures of the same thing, whatever their seed. */
export function keyOf(labels: Labels & { readonly name: string }, withSeed = false): string {
  const said = LABELS.filter((label) => withSeed || label !== 'seed').map((label) => labels[label] ?? null);
  return JSON.stringify([labels.name, ...said]);
}

/** The means over seeds of whatever figures two seeds or more have in common, in the order of the first. `levels`: how many
 *  there are. */
export function overSeeds(figures: readonly Figure[], levels: number): readonly Figure[] {
  return [...groupsOf(figures).values()].flatMap((group) =>
    group.length < 2 ? [] : [meanFigure(group, levels)],
  );
}

/** Figures of the same thing, seed by seed. */
export function groupsOf(figures: readonly Figure[]): ReadonlyMap<string, readonly Figure[]> {
  const groups = new Map<string, Figure[]>();
  for (const one of figures) {
    if (one.seed === undefined) continue;
    const key = keyOf(one);
    const group = groups.get(key);
    if (group) group.push(one);
    else groups.set(key, [one]);
  }
  return groups;
}

/** By Student's t over seeds, cut off where no value can be, and never narrower than the intervals of the seeds are on average:
 *  seeds that happen to agree were asked the same questions. */
function meanFigure(group: readonly Figure[], levels: number): Figure {
  const {
    seed: _,
    name,
    unit,
    n: __,
    value: ___,
    low: ____,
    high: _____,
    method: ______,
    ...labels
  } = group[0]!;
  const values = group.map(({ value }) => value);
  const { value, low, high, n } = meanOf(values)!; // a group has figures
  const [least, most] = rangeOf(unit, levels);
  const mean = (ends: readonly number[]) => ends.reduce((sum, end) => sum + end, 0) / n;
  const own = {
    low: mean(group.map((one) => one.low ?? one.value)),
    high: mean(group.map((one) => one.high ?? one.value)),
  };
  return {
    name,
    unit,
    value,
    low: Math.max(least, Math.min(low!, own.low, value)), // two seeds have an interval
    high: Math.min(most, Math.max(high!, own.high, value)),
    n,
    method: 'Student’s t over seeds, or the seeds’ own where wider',
    ...labels,
    median: medianOf(values)!,
    least: Math.min(...values),
    most: Math.max(...values),
  };
}

/** Least and most of a value in a unit, where there are so many levels. */
export function rangeOf(unit: Unit, levels: number): readonly [least: number, most: number] {
  return unit === 'level' ? [0, levels] : UNITS[unit];
}

export function verdictOf(
  { low, high }: Pick<Figure, 'low' | 'high'>,
  relation: 'at least' | 'at most',
  target: number,
): Verdict {
  if (low === null || high === null) return 'open';
  const [isReached, isMissed] =
    relation === 'at least' ? [low >= target, high < target] : [high <= target, low > target];
  return isReached ? 'holds' : isMissed ? 'fails' : 'open';
}
