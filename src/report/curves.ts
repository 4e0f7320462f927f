/** Accuracy per level over time: one small plot per level on shared axes, by steps or by seconds. */

import { accuracyNow, baselinesOf, idaOf, lastPoint, levelsOf } from './arms.ts';
import { type Html, html } from './escape.ts';
import { isNumber, percent, percentFigure } from './numbers.ts';
import { type Axis, type Coordinates, plot, roundTicks, type Series, sample, type Tick } from './plot.ts';
import type { ArmRecord, CurvePoint, RunRecord } from './record.ts';
import { subjectOf } from './subject.ts';

type Clock = 'step' | 'seconds';

/** A line that runs on beyond this many times IDA's own length is cut there, so that IDA stays readable. */
const LENGTH_MAX = 1.5;
/** More points than pixels say nothing more. */
const POINTS_MAX = 300;
const HEIGHT_PX = 138;

const SHARES: readonly Tick[] = [0, 0.5, 1].map((at) => ({ at, label: percentFigure(at).replace('.0', '') }));

export function curves(record: RunRecord): Html {
  const ida = idaOf(record);
  if (!ida || ida.points.length === 0)
    return html`<p class="empty">No look at the network yet: the first comes after some training steps.</p>`;
  return html`<p>Each plot is one level on held-out contexts, all on the same axes. Thin verticals: where an iteration of IDA ended; shaded: while IDA trained this level at its frontier. ${truth()}</p>
<div class="controls">
<fieldset class="axis"><legend>Time in</legend>
<label><input type="radio" name="axis" id="axis-steps" value="steps" checked> steps</label>
<label><input type="radio" name="axis" id="axis-seconds" value="seconds"> seconds</label></fieldset>
<label class="cursor-control" hidden>Look at <input type="range" min="0" max="1000" step="1" value="1000"> <output></output></label>
</div>
<ul class="legend">${strokes(record, ida).map(({ stroke, name }) => html`<li>${sample(stroke)} ${named(name)}</li>`)}</ul>
${multiples(record, ida, 'step')}
${multiples(record, ida, 'seconds')}
${cutNote(record, ida)}`;
}

/** Said wherever the page shows accuracy. */
export function truth(): Html {
  return html`Accuracy is measured against ground truth <em>for this page only; training never saw it</em>.`;
}

/** Names as in the papers: Amplify^H(X) with its H raised. */
function named(name: string): Html {
  return name === AMPLIFIED
    ? html`<span>Amplify<sup>H</sup>(X), what X learns from</span>`
    : html`<span>${name}</span>`;
}

const AMPLIFIED = 'Amplify^H(X)';

function strokes(
  record: RunRecord,
  ida: ArmRecord,
): readonly { readonly stroke: string; readonly name: string }[] {
  return [
    { stroke: 's-ida', name: 'X, trained by IDA' },
    ...(ida.points.some(({ amplified }) => amplified) ? [{ stroke: 's-amplified', name: AMPLIFIED }] : []),
    ...baselinesOf(record).map((arm) => ({ stroke: `s-${arm.kind}`, name: arm.name })),
  ];
}

function multiples(record: RunRecord, ida: ArmRecord, clock: Clock): Html {
  const unit = clock === 'step' ? 'steps' : 's';
  const max = lengthShown(record, ida, clock);
  const x: Axis = { min: 0, max, ticks: roundTicks(max), unit: unit === 's' ? 'seconds' : 'steps' };
  const boundaries = ida.iterations.map((iteration) => iteration[clock]).filter((at) => at <= max);
  const subject = subjectOf(record);
  return html`<div class="multiples by-${clock === 'step' ? 'steps' : 'seconds'}" data-unit="${unit}">${levelsOf(
    record,
  ).map((level) => {
    const series = seriesOf(record, ida, clock, level, max);
    return html`<figure class="multiple"><figcaption><b>Level ${level}</b> <span class="range">${subject.range(level)}</span></figcaption>
${plot({ label: inWords(level, unit, series), heightPx: HEIGHT_PX, x, y: { min: 0, max: 1, ticks: SHARES }, series, verticals: boundaries, ...trainedWhile(ida, level, clock) })}
<p class="readings">${series.map(({ name, stroke, points }) => html`<span title="${name}">${sample(stroke)}<output data-name="${name}">${percentFigure(points.at(-1)?.[1])}</output></span> `)}</p></figure>`;
  })}</div>`;
}

function seriesOf(
  record: RunRecord,
  ida: ArmRecord,
  clock: Clock,
  level: number,
  max: number,
): readonly Series[] {
  const pick = (points: readonly CurvePoint[], of: (point: CurvePoint) => readonly number[] | undefined) =>
    thinned(points.map((point): Coordinates => [point[clock], of(point)?.[level - 1] ?? Number.NaN])).filter(
      ([x, y]) => isNumber(x) && isNumber(y) && x <= max,
    );
  const own = pick(ida.points, ({ answerer }) => answerer);
  const amplified = pick(ida.points, (point) => point.amplified);
  const others = baselinesOf(record).map((arm) => ({
    name: arm.name,
    stroke: `s-${arm.kind}`,
    points: arm.points.length > 1 ? pick(arm.points, ({ answerer }) => answerer) : constant(arm, level, max),
  }));
  return [
    { name: 'X', stroke: 's-ida', points: own },
    ...(amplified.length > 0 ? [{ name: AMPLIFIED, stroke: 's-amplified', points: amplified }] : []),
    ...others,
  ];
}

/** The stretch in which IDA had this level at its frontier. */
function trainedWhile(
  ida: ArmRecord,
  level: number,
  clock: Clock,
): { readonly shade?: readonly [number, number] } {
  const first = ida.iterations.findIndex((iteration) => iteration.level === level);
  const going = lastPoint(ida)?.frontier === level ? endOf(ida, clock) : undefined;
  const to = ida.iterations.findLast((iteration) => iteration.level === level)?.[clock] ?? going;
  if (to === undefined) return {};
  const from = (first < 0 ? ida.iterations.at(-1) : ida.iterations[first - 1])?.[clock] ?? 0;
  return from < to ? { shade: [from, to] } : {};
}

/** An arm that was looked at once does not learn: H alone is a level line. */
function constant(arm: ArmRecord, level: number, max: number): readonly Coordinates[] {
  const value = accuracyNow(arm)[level - 1]?.value;
  if (!isNumber(value)) return [];
  return [
    [0, value],
    [max, value],
  ];
}

function lengthShown(record: RunRecord, ida: ArmRecord, clock: Clock): number {
  const own = endOf(ida, clock);
  return (
    Math.max(
      own,
      Math.min(own * LENGTH_MAX, ...[Math.max(0, ...baselinesOf(record).map((arm) => endOf(arm, clock)))]),
    ) || 1
  );
}

function endOf(arm: ArmRecord, clock: Clock): number {
  return Math.max(0, ...arm.points.map((point) => point[clock]).filter(isNumber));
}

function cutNote(record: RunRecord, ida: ArmRecord): Html {
  const cut = baselinesOf(record).filter((arm) => endOf(arm, 'step') > LENGTH_MAX * endOf(ida, 'step'));
  if (cut.length === 0) return html``;
  return html`<p class="note">Cut at ${LENGTH_MAX} times the length of IDA: ${cut.map(({ name }) => name).join(', ')}. Where they ended stands in the table of baselines.</p>`;
}

function thinned(points: readonly Coordinates[]): readonly Coordinates[] {
  const every = Math.ceil(points.length / POINTS_MAX);
  return points.filter((_, i) => (points.length - 1 - i) % every === 0);
}

function inWords(level: number, unit: string, series: readonly Series[]): string {
  const ends = series.map(({ name, points }) => `${name} ${percent(points.at(-1)?.[1])}`);
  return `Accuracy at level ${level} over ${unit === 's' ? 'seconds' : 'steps'}. At the end: ${ends.join(', ')}.`;
}
