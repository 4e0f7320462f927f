/** One plot: lines, dots with intervals, and rules, in a drawing that stretches to whatever width there is.
 *  The drawing is 100 × 100 and its strokes do not scale; the ticks are text beside it, so they stay readable
 *  at 360 pixels and at 1600. */

import { type Html, html, raw } from './escape.ts';
import { isNumber } from './numbers.ts';

export type Coordinates = readonly [x: number, y: number];

export interface Tick {
  readonly at: number;
  readonly label: string;
  /** A threshold rather than a mere number. */
  readonly strong?: boolean;
  /** Where the label stands, if not beside its rule: labels must not overlap. */
  readonly labelAt?: number;
}

export interface Axis {
  readonly min: number;
  readonly max: number;
  readonly ticks: readonly Tick[];
  /** Below the right end of the x axis. */
  readonly unit?: string;
}

export interface Series {
  readonly name: string;
  /** The stroke's class: colour and dash. */
  readonly stroke: string;
  readonly points: readonly Coordinates[];
}

/** A value with its interval, drawn as a dot on a bar. */
export interface Whisker {
  readonly x: number;
  readonly value: number;
  readonly low: number;
  readonly high: number;
  readonly stroke: string;
}

export interface Plot {
  /** The figures in words, for who cannot see the drawing. */
  readonly label: string;
  readonly heightPx: number;
  readonly x: Axis;
  readonly y: Axis;
  /** The first is drawn on top. */
  readonly series: readonly Series[];
  readonly whiskers?: readonly Whisker[];
  /** Thin rules at those x. */
  readonly verticals?: readonly number[];
  /** A stretch of x that is marked. */
  readonly shade?: readonly [from: number, to: number];
}

/** From here on the unit has the place below the axis. */
const UNIT_FROM = 84;

export function plot({ label, heightPx, x, y, series, whiskers = [], verticals = [], shade }: Plot): Html {
  const across = scale(x);
  const down = (value: number) => 100 - scale(y)(value);
  const rules = y.ticks.map(
    ({ at, strong }) => html`<path class="${strong ? 'threshold' : 'rule'}" d="M0 ${fix(down(at))}H100"/>`,
  );
  return html`<div class="plot" style="--height:${heightPx}px" data-min="${x.min}" data-max="${x.max}">
<svg role="img" aria-label="${label}" viewBox="0 0 100 100" preserveAspectRatio="none">
${shade ? shaded(across(shade[0]), across(shade[1])) : ''}${rules}<path class="boundary" d="${raw(
    verticals
      .filter(isNumber)
      .map((at) => `M${fix(across(at))} 0V100`)
      .join(''),
  )}"/>
${series.toReversed().map((one) => line(one, across, down))}
${whiskers.map((one) => whisker(one, across, down))}</svg>
${y.ticks.map((tick) => html`<span class="tick y${raw(tick.strong ? ' strong' : '')}" style="top:${fix(down(tick.labelAt ?? tick.at))}%" aria-hidden="true">${tick.label}</span>`)}
${x.ticks.filter(({ at }) => x.unit === undefined || across(at) < UNIT_FROM).map((tick) => html`<span class="tick x" style="left:${fix(across(tick.at))}%" aria-hidden="true">${tick.label}</span>`)}
${x.unit === undefined ? '' : html`<span class="tick unit" aria-hidden="true">${x.unit}</span>`}</div>`;
}

/** A sample of a stroke, for legends. */
export function sample(stroke: string): Html {
  return html`<svg class="sample" viewBox="0 0 26 8" width="26" height="8" aria-hidden="true"><path class="line ${stroke}" d="M0 4H26"/></svg>`;
}

/** 0 to `max` in three or four round steps. */
export function roundTicks(max: number): readonly Tick[] {
  if (!(max > 0)) return [{ at: 0, label: '0' }];
  const rough = max / 3.5;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5].find((factor) => factor * power >= rough) ?? 10);
  return Array.from({ length: Math.floor(max / step + 1e-9) + 1 }, (_, i) => {
    const at = Number((i * step).toPrecision(6));
    return { at, label: String(at) };
  });
}

function line(
  { name, stroke, points }: Series,
  across: (x: number) => number,
  down: (y: number) => number,
): Html {
  const drawn = points.filter(([x, y]) => isNumber(x) && isNumber(y));
  const [first] = drawn;
  if (!first) return html``;
  const path = drawn.map(([x, y]) => `${fix(across(x))} ${fix(down(y))}`).join('L');
  // One point alone is a dot: a stroke of no length with a round cap.
  const shape = drawn.length === 1 ? `M${path}h0` : `M${path}`;
  const values = drawn.map(([x, y]) => `${Number(x.toPrecision(6))}:${Number(y.toFixed(4))}`).join(' ');
  return html`<path class="line ${stroke}${raw(drawn.length === 1 ? ' dot' : '')}" d="${raw(shape)}" data-name="${name}" data-points="${raw(values)}"/>`;
}

function shaded(from: number, to: number): Html {
  return html`<rect class="shade" x="${fix(from)}" y="0" width="${fix(Math.max(0, to - from))}" height="100"/>`;
}

function whisker(
  { x, value, low, high, stroke }: Whisker,
  across: (x: number) => number,
  down: (y: number) => number,
): Html {
  if (![x, value, low, high].every(isNumber)) return html``;
  const at = fix(across(x));
  return html`<path class="whisker ${stroke}" d="M${at} ${fix(down(low))}V${fix(down(high))}"/><path class="dot ${stroke}" d="M${at} ${fix(down(value))}h0"/>`;
}

/** From a value to 0 … 100, clipped to the drawing. */
function scale({ min, max }: Pick<Axis, 'min' | 'max'>): (value: number) => number {
  const span = max - min;
  return (value) => (span > 0 ? Math.min(100, Math.max(0, ((value - min) / span) * 100)) : 0);
}

function fix(number: number): string {
  return String(Number(number.toFixed(2)));
}
