/** Tables and numbers for people and for docs/log.md. */

import type { Estimate } from '../src/statistics/estimate.ts';

export type Row = readonly (string | number)[];

/** The first column is text, the others are numbers and stand right. */
export function table(head: readonly string[], rows: readonly Row[]): string {
  const line = (cells: Row): string => `| ${cells.join(' | ')} |`;
  const rule = head.map((_, i) => (i === 0 ? '---' : '--:'));
  return [line(head), line(rule), ...rows.map(line)].join('\n');
}

export function percent(value: number): string {
  return `${(100 * value).toFixed(2)} %`;
}

/** 1234567 → 1.23e6 */
export function scientific(value: number): string {
  return value.toExponential(2).replace('e+', 'e');
}

/** With its interval, where there is one: 1.02 (0.91 to 1.14). */
export function withInterval(
  { value, low, high }: { readonly value: number; readonly low: number; readonly high: number },
  show: (value: number) => string = (x) => x.toFixed(2),
): string {
  if (!Number.isFinite(high)) return show(value);
  return `${show(value)} (${show(low)} to ${show(high)})`;
}

/** The same of a sweep's figures, which have none where there is but one seed. */
export function estimated({ value, low, high }: Estimate, show: (value: number) => string): string {
  return low === null || high === null ? show(value) : withInterval({ value, low, high }, show);
}
