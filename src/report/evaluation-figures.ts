/** Figures of an evaluation as people read them: which one speaks for all seeds, and how its unit is written. */

import type { EvaluationReport, Figure, KpiId, Labels, Unit } from '../protocol/report.ts';
import { count, isNumber, percent, percentFigure, pointsOf, scientific } from './numbers.ts';

/** Those that speak for the whole: the means over seeds, or the figures of the only seed. */
export function speaking(
  { seeds }: Pick<EvaluationReport, 'seeds'>,
  figures: readonly Figure[],
): readonly Figure[] {
  return figures.filter(({ seed }) => (seeds.length > 1 ? seed === undefined : true));
}

export function figuresOf(report: EvaluationReport, id: KpiId): readonly Figure[] {
  return speaking(report, report.kpis.find((kpi) => kpi.id === id)?.figures ?? []);
}

const DIMENSIONS = ['iteration', 'level', 'depth', 'arm', 'against'] as const;
export type Dimension = (typeof DIMENSIONS)[number];

/** The one of that name with exactly these labels, seeds aside. */
export function found(
  figures: readonly Figure[],
  name: string,
  labels: Omit<Labels, 'seed'> = {},
): Figure | undefined {
  return figures.find(
    (one) => one.name === name && DIMENSIONS.every((label) => one[label] === labels[label]),
  );
}

/** Labels that tell these figures apart, or that the first has at all. */
export function dimensionsOf(figures: readonly Figure[]): readonly Dimension[] {
  return DIMENSIONS.filter((label) => new Set(figures.map((one) => one[label])).size > 1);
}

/** A value with its unit. */
export function written(value: number, unit: Unit): string {
  switch (unit) {
    case 'share':
      return percent(value);
    case 'difference':
      return `${pointsOf(value)} points`;
    case 'minutes':
      return `${plain(value)} min`;
    case 'seconds':
      return `${plain(value)} s`;
    case 'operations':
      return scientific(value);
    case 'count':
      return Number.isInteger(value) ? count(value) : plain(value);
    case 'per 1000':
      return `${plain(value)} ‰`;
    case 'level':
    case 'coefficient':
    case 'ratio':
    case 'nats':
    case 'number':
      return plain(value);
  }
}

/** The same without it, for columns whose head says the unit. */
export function barely(value: number | null, unit: Unit): string {
  if (value === null) return '–';
  if (unit === 'share') return percentFigure(value);
  if (unit === 'difference') return pointsOf(value);
  if (unit === 'operations') return scientific(value);
  return plain(value);
}

/** What a column of such figures is in. */
export function unitName(unit: Unit): string {
  const names: { readonly [U in Unit]: string } = {
    share: '%',
    difference: 'percentage points',
    coefficient: '−1 to 1',
    'per 1000': 'per 1,000',
    level: 'levels',
    count: '',
    ratio: '',
    nats: 'nats',
    minutes: 'minutes',
    seconds: 'seconds',
    operations: 'operations',
    number: '',
  };
  return names[unit];
}

/** «97.0–99.4», or a dash. */
export function intervalOf({ low, high, unit }: Pick<Figure, 'low' | 'high' | 'unit'>): string {
  return low === null || high === null ? '–' : `${barely(low, unit)} to ${barely(high, unit)}`;
}

/** In a title: all that is known of it. */
export function inFull(figure: Figure): string {
  const { value, unit, low, n, method, median, least, most } = figure;
  const between =
    low === null ? `no interval (${method})` : `95 % interval ${intervalOf(figure)} (${method})`;
  const seeds =
    median === undefined || least === undefined || most === undefined
      ? ''
      : `; median of seeds ${barely(median, unit)}, from ${barely(least, unit)} to ${barely(most, unit)}`;
  return `${written(value, unit)}, ${between}, n = ${count(n)}${seeds}`;
}

/** Three digits that mean something. */
function plain(value: number): string {
  if (!isNumber(value)) return '–';
  if (Number.isInteger(value)) return count(value).replace('-', '−');
  const size = Math.abs(value);
  if (size >= 10_000) return scientific(value);
  const text =
    size >= 100
      ? value.toFixed(0)
      : size >= 0.001
        ? String(Number(value.toPrecision(3)))
        : value.toExponential(1);
  return text.replace('-', '−');
}
