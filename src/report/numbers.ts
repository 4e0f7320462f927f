/** Numbers as a person reads them: as many digits as mean something, and a dash for what was not measured. */

import type { Proportion } from './record.ts';

const NONE = '–';
/** Narrow and unbreakable, between digits and before units. */
const SPACE = '\u202f';

/** 0.9962 → «99.6 %». What is not quite all never reads «100 %». */
export function percent(share: number | undefined): string {
  const figure = percentFigure(share);
  return figure === NONE ? NONE : `${figure}${SPACE}%`;
}

/** The same without its sign, for columns and axes. */
export function percentFigure(share: number | undefined): string {
  if (!isNumber(share)) return NONE;
  if (share === 1) return '100';
  const digits = share >= 0.9995 && share < 1 ? 2 : 1;
  // Rounding up to 100.00 would claim what was not seen.
  return (share < 1 ? Math.min(share * 100, 99.99) : share * 100).toFixed(digits);
}

/** A threshold, which is a round number: 0.85 → «85 %». */
export function threshold(share: number | undefined): string {
  return percent(share).replace(/\.0(?=\D)/, '');
}

/** A difference of proportions in percentage points, with its sign. */
export function pointsOf(difference: number | undefined): string {
  if (!isNumber(difference)) return NONE;
  const figure = (difference * 100).toFixed(1);
  if (Number(figure) === 0) return '0.0';
  return difference > 0 ? `+${figure}` : figure.replace('-', '−');
}

/** «97.0–99.4», in percent. */
export function interval({ low, high }: Pick<Proportion, 'low' | 'high'>): string {
  return `${percentFigure(low)}–${percentFigure(high)}`;
}

/** 12345 → «12 345». */
export function count(whole: number | undefined): string {
  if (!isNumber(whole)) return NONE;
  return String(Math.round(whole)).replace(/\B(?=(\d{3})+$)/g, SPACE);
}

/** 109 384 → «109 k»; three digits at most. */
export function short(size: number | undefined): string {
  if (!isNumber(size)) return NONE;
  if (size < 10_000) return count(size);
  const unit = UNITS.findLast(([, one]) => size >= one) ?? UNITS[0];
  const figure = size / unit[1];
  return `${figure >= 100 ? Math.round(figure) : figure.toPrecision(2)}${SPACE}${unit[0]}`;
}

const UNITS = [
  ['k', 1e3],
  ['M', 1e6],
  ['G', 1e9],
] as const;

/** 1.674e12 → «1.67 × 10¹²». */
export function scientific(size: number | undefined): string {
  if (!isNumber(size)) return NONE;
  if (Math.abs(size) < 10_000) return count(size);
  const [figure, power] = size.toExponential(2).split('e');
  return `${figure}${SPACE}×${SPACE}10${raised(Number(power))}`;
}

/** A duration: «0.42 s», «31 s», «2 min 05 s», «3 h 12 min». */
export function duration(seconds: number | undefined): string {
  if (!isNumber(seconds)) return NONE;
  if (seconds < 9.95) return `${seconds.toFixed(seconds < 0.995 && seconds > 0 ? 2 : 1)}${SPACE}s`;
  const whole = Math.round(seconds);
  if (whole < 120) return `${whole}${SPACE}s`;
  if (whole < 7200) return `${Math.floor(whole / 60)}${SPACE}min ${pad(whole % 60)}${SPACE}s`;
  const minutes = Math.round(seconds / 60);
  return `${count(Math.floor(minutes / 60))}${SPACE}h ${pad(minutes % 60)}${SPACE}min`;
}

/** «2026-03-02T14:05:09.120Z» → «2026-03-02 14:05 UTC»; anything else is shown as it stands. */
export function moment(iso: string): string {
  const parts = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d)[\d:.]*Z$/.exec(String(iso));
  return parts ? `${parts[1]} ${parts[2]} UTC` : String(iso);
}

/** «1 step», «3 steps». */
export function several(number: number, one: string, many = `${one}s`): string {
  return `${count(number)} ${number === 1 ? one : many}`;
}

export function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

function raised(power: number): string {
  return [...String(power)].map((digit) => (digit === '-' ? '⁻' : '⁰¹²³⁴⁵⁶⁷⁸⁹'[Number(digit)]!)).join('');
}

function pad(number: number): string {
  return String(number).padStart(2, '0');
}
