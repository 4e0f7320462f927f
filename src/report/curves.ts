/** Accuracy over time: one small plot per level or grade on shared axes, by steps or by seconds. */

import { accuracyNow, baselinesOf, lastPoint, mainOf, overallAt, overallNow } from './arms.ts';
import { type Html, html } from './escape.ts';
import { capital, type Grade, gradesOf } from './grades.ts';
import { isNumber, percent, percentFigure } from './numbers.ts';
import { type Axis, type Coordinates, plot, roundTicks, type Series, sample, type Tick } from './plot.ts';
import type { ArmRecord, CurvePoint, RunRecord } from './record.ts';
import { truth } from './teacher.ts';

type Clock = 'step' | 'seconds';

/** A line that runs on beyond this many times the main arm's length is cut there, so that that one stays readable. */
const LENGTH_MAX = 1.5;
/** More points than pixels say nothing more. */
const POINTS_MAX = 300;
const HEIGHT_PX = 138;

const SHARES: readonly Tick[] = [0, 0.5, 1].map((at) => ({ at, label: percentFigure(at).replace('.0', '') }));

export function curves(record: RunRecord): Html {
  const main = mainOf(record);
  if (!main || main.points.length === 0)
    return html`<p class="empty">No look at the network yet: the first comes after some training steps.</p>`;
  return html`<p>${what(record)} ${truth(record)}</p>
<div class="controls">
<fieldset class="axis"><legend>Time in</legend>
<label><input type="radio" name="axis" id="axis-steps" value="steps" checked> steps</label>
<label><input type="radio" name="axis" id="axis-seconds" value="seconds"> seconds</label></fieldset>
<label class="cursor-control" hidden>Look at <input type="range" min="0" max="1000" step="1" value="1000"> <output></output></label>
</div>
<ul class="legend">${strokes(record, main).map(({ stroke, name }) => html`<li>${sample(stroke)} ${named(name, main)}</li>`)}</ul>
${multiples(record, main, 'step')}
${multiples(record, main, 'seconds')}
${cutNote(record, main)}`;
}

function what(record: RunRecord): string {
  const { kind, areLevels } = gradesOf(record);
  const ends = `Thin verticals: where an iteration${mainOf(record)?.kind === 'ida' ? ' of IDA' : ''} ended`;
  return areLevels
    ? `Each plot is one level on held-out contexts, all on the same axes. ${ends}; shaded: while it trained this level at its frontier.`
    : `The first plot is of all questions as they are asked, in held-out contexts; each other is of one ${kind}, all on the same axes. ${ends}.`;
}

/** Names as in the papers: Amplify^H(X) with its H raised. */
function named(name: string, main: ArmRecord): Html {
  const isTeacher = !main.groundTruth && !main.fidelity;
  return name === AMPLIFIED
    ? html`<span>Amplify<sup>H</sup>(X), ${isTeacher ? 'what X learns from' : 'H with X to ask'}</span>`
    : html`<span>${name}</span>`;
}

const AMPLIFIED = 'Amplify^H(X)';

function strokes(
  record: RunRecord,
  main: ArmRecord,
): readonly { readonly stroke: string; readonly name: string }[] {
  return [
    { stroke: 's-ida', name: main.groundTruth ? 'X, trained on ground truth' : 'X, trained by IDA' },
    ...(main.points.some(({ amplified }) => amplified) ? [{ stroke: 's-amplified', name: AMPLIFIED }] : []),
    ...baselinesOf(record).map((arm) => ({ stroke: `s-${arm.kind}`, name: arm.name })),
  ];
}

function multiples(record: RunRecord, main: ArmRecord, clock: Clock): Html {
  const unit = clock === 'step' ? 'steps' : 's';
  const max = lengthShown(record, main, clock);
  const x: Axis = { min: 0, max, ticks: roundTicks(max), unit: unit === 's' ? 'seconds' : 'steps' };
  const boundaries = main.iterations.map((iteration) => iteration[clock]).filter((at) => at <= max);
  const { all, areLevels } = gradesOf(record);
  // A grade that no question was of has no curve.
  const accuracy = accuracyNow(main);
  const asked = all.filter(({ index }) => !Number.isNaN(accuracy[index]?.value));
  const panels: readonly (Grade | undefined)[] = areLevels ? asked : [undefined, ...asked];
  return html`<div class="multiples by-${clock === 'step' ? 'steps' : 'seconds'}" data-unit="${unit}">${panels.map(
    (grade) => {
      const series = seriesOf(record, main, clock, grade, max);
      const name = grade?.name ?? 'all questions';
      const shade = grade && areLevels ? trainedWhile(main, grade.index + 1, clock) : {};
      return html`<figure class="multiple"><figcaption><b>${capital(name)}</b> <span class="range">${grade?.range}</span></figcaption>
${plot({ label: inWords(name, unit, series), heightPx: HEIGHT_PX, x, y: { min: 0, max: 1, ticks: SHARES }, series, verticals: boundaries, ...shade })}
<p class="readings">${series.map(({ name, stroke, points }) => html`<span title="${name}">${sample(stroke)}<output data-name="${name}">${percentFigure(points.at(-1)?.[1])}</output></span> `)}</p></figure>`;
    },
  )}</div>`;
}

function seriesOf(
  record: RunRecord,
  main: ArmRecord,
  clock: Clock,
  grade: Grade | undefined,
  max: number,
): readonly Series[] {
  const pick = (points: readonly CurvePoint[], of: (point: CurvePoint) => number | undefined) =>
    thinned(points.map((point): Coordinates => [point[clock], of(point) ?? Number.NaN])).filter(
      ([x, y]) => isNumber(x) && isNumber(y) && x <= max,
    );
  const answered = (point: CurvePoint) => (grade ? point.answerer[grade.index] : overallAt(point));
  const own = pick(main.points, answered);
  const amplified = pick(main.points, (point) =>
    grade ? point.amplified?.[grade.index] : point.overall?.amplified,
  );
  const others = baselinesOf(record).map((arm) => ({
    name: arm.name,
    stroke: `s-${arm.kind}`,
    points: arm.points.length > 1 ? pick(arm.points, answered) : constant(arm, grade, max),
  }));
  return [
    { name: 'X', stroke: 's-ida', points: own },
    ...(amplified.length > 0 ? [{ name: AMPLIFIED, stroke: 's-amplified', points: amplified }] : []),
    ...others,
  ];
}

/** The stretch in which the run had this level at its frontier. */
function trainedWhile(
  main: ArmRecord,
  level: number,
  clock: Clock,
): { readonly shade?: readonly [number, number] } {
  const first = main.iterations.findIndex((iteration) => iteration.level === level);
  const going = lastPoint(main)?.frontier === level ? endOf(main, clock) : undefined;
  const to = main.iterations.findLast((iteration) => iteration.level === level)?.[clock] ?? going;
  if (to === undefined) return {};
  const from = (first < 0 ? main.iterations.at(-1) : main.iterations[first - 1])?.[clock] ?? 0;
  return from < to ? { shade: [from, to] } : {};
}

/** An arm that was looked at once does not learn: H alone is a level line. */
function constant(arm: ArmRecord, grade: Grade | undefined, max: number): readonly Coordinates[] {
  const value = grade ? accuracyNow(arm)[grade.index]?.value : overallNow(arm);
  if (!isNumber(value)) return [];
  return [
    [0, value],
    [max, value],
  ];
}

function lengthShown(record: RunRecord, main: ArmRecord, clock: Clock): number {
  const own = endOf(main, clock);
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

function cutNote(record: RunRecord, main: ArmRecord): Html {
  const cut = baselinesOf(record).filter((arm) => endOf(arm, 'step') > LENGTH_MAX * endOf(main, 'step'));
  if (cut.length === 0) return html``;
  return html`<p class="note">Cut at ${LENGTH_MAX} times the length of ${main.name}: ${cut.map(({ name }) => name).join(', ')}. Where they ended stands in the table of baselines.</p>`;
}

function thinned(points: readonly Coordinates[]): readonly Coordinates[] {
  const every = Math.ceil(points.length / POINTS_MAX);
  return points.filter((_, i) => (points.length - 1 - i) % every === 0);
}

function inWords(name: string, unit: string, series: readonly Series[]): string {
  const ends = series.map(({ name, points }) => `${name} ${percent(points.at(-1)?.[1])}`);
  return `Accuracy at ${name} over ${unit === 's' ? 'seconds' : 'steps'}. At the end: ${ends.join(', ')}.`;
}
