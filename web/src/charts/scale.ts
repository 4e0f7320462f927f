/** From values to places: the arithmetic of charts, which draws nothing. */

export interface Point {
  readonly step: number;
  readonly value: number;
  readonly low?: number | undefined;
  readonly high?: number | undefined;
}

export type Unit = 'share' | 'count' | 'seconds' | 'minutes' | 'dollars' | 'loss';

/** A range that is not empty. */
export type Range = readonly [from: number, to: number];

export type Place = (value: number) => number;

/** One value has room around it. */
export function linear([from, to]: Range, [start, end]: Range): Place {
  if (to === from) return () => (start + end) / 2;
  return (value) => start + ((value - from) / (to - from)) * (end - start);
}

/** At most that many round numbers in the range, 1, 2 or 5 times a power of ten apart. */
export function ticks([from, to]: Range, count: number): readonly number[] {
  if (!(to > from)) return [from];
  const rough = (to - from) / Math.max(1, count);
  const power = 10 ** Math.floor(Math.log10(rough));
  for (const factor of [1, 2, 5, 10, 20, 50]) {
    const apart = power * factor;
    const first = Math.ceil(from / apart - ROUNDING);
    const last = Math.floor(to / apart + ROUNDING);
    // Multiples, rather than sums whose errors grow.
    if (last - first < count)
      return Array.from({ length: last - first + 1 }, (_, i) =>
        Number(((first + i) * apart).toPrecision(12)),
      );
  }
  return [];
}

/** Of a division of two numbers that have a quotient. */
const ROUNDING = 1e-9;

/** Where an axis of shares may begin, so that those near all are told apart. */
const BEGINNINGS = [0.9, 0.8, 0.5, 0];

export function beginningOf(least: number): number {
  return BEGINNINGS.find((one) => one < least) ?? Math.min(0, least);
}

/** What an axis for these values spans: shares up to all, others from zero. */
export function spanOf(lines: readonly (readonly Point[])[], unit: Unit): Range {
  const values = lines.flatMap((points) =>
    points.flatMap(({ value, low, high }) => [value, low ?? value, high ?? value]),
  );
  if (unit === 'share') return [beginningOf(Math.min(...values, 1)), 1];
  const least = values.reduce((low, value) => Math.min(low, value), 0);
  const most = values.reduce((high, value) => Math.max(high, value), least);
  return [least, most === least ? least + 1 : most];
}

/** The first and the last step of all lines. */
export function stepsOf(lines: readonly (readonly Point[])[]): Range {
  let [first, last] = [Number.POSITIVE_INFINITY, 0];
  for (const points of lines) {
    first = Math.min(first, points[0]?.step ?? first);
    last = Math.max(last, points.at(-1)?.step ?? last);
  }
  return [Math.min(first, last), last];
}

/** The last point that is not after the step, or the first. They are in the order of their steps. */
export function pointAt<P extends Point>(points: readonly P[], step: number): P | undefined {
  let [from, to] = [0, points.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if (points[middle]!.step <= step) from = middle + 1;
    else to = middle;
  }
  return points[Math.max(0, from - 1)];
}

/** At most twice as many points as `buckets`: of each, the lowest and the highest, so that no peak is lost. */
export function thinned(points: readonly Point[], buckets: number): readonly Point[] {
  if (points.length <= 2 * buckets) return points;
  const kept: Point[] = [];
  for (let bucket = 0; bucket < buckets; bucket++) {
    const from = Math.floor((bucket * points.length) / buckets);
    const to = Math.floor(((bucket + 1) * points.length) / buckets);
    let [low, high] = [from, from];
    for (let i = from; i < to; i++) {
      if (points[i]!.value < points[low]!.value) low = i;
      if (points[i]!.value > points[high]!.value) high = i;
    }
    kept.push(points[Math.min(low, high)]!);
    if (low !== high) kept.push(points[Math.max(low, high)]!);
  }
  return kept;
}

/** As the «d» of an SVG path. */
export function pathOf(points: readonly Point[], x: Place, y: Place): string {
  return points
    .map(({ step, value }, i) => `${i === 0 ? 'M' : 'L'}${x(step).toFixed(1)} ${y(value).toFixed(1)}`)
    .join('');
}

const MINUTE = 60;
const THOUSAND = 1e3;
const MILLION = 1e6;

/** As it is written at an axis or beside a curve. */
export function said(value: number, unit: Unit): string {
  switch (unit) {
    case 'share':
      return percent(value);
    case 'seconds':
      return value >= 10 * MINUTE ? `${(value / MINUTE).toFixed(0)} min` : `${trimmed(value, 1)} s`;
    case 'minutes':
      return `${trimmed(value, 1)} min`;
    case 'dollars':
      return `$${value.toFixed(2)}`;
    case 'loss':
      return value.toPrecision(3);
    case 'count':
      if (Math.abs(value) >= MILLION) return `${trimmed(value / MILLION, 1)} M`;
      return Math.abs(value) >= 100 * THOUSAND
        ? `${trimmed(value / THOUSAND, 0)} k`
        : value.toLocaleString('en');
  }
}

/** «98.4 %»; what is not all is never written as all. */
export function percent(share: number): string {
  const rounded = (share * 100).toFixed(1);
  if (rounded === '100.0') return share >= 1 ? '100 %' : '99.9 %';
  return `${rounded === '-0.0' ? '0.0' : rounded} %`;
}

function trimmed(value: number, digits: number): string {
  return value.toFixed(digits).replace(/\.0$/, '');
}
