/** The picture that tells the story: the horizon of complexity, iteration by iteration.
 *  Levels upward, iterations rightward; a cell's ink is the checkpoint's accuracy there, the stairs are the horizon.
 *  Where accuracy is told apart by other grades, these go upward and the horizon is a row of figures. */

import { lastPoint, type Measure, mainOf, measured } from './arms.ts';
import { type Html, html, type Piece } from './escape.ts';
import { capital, type Grade, gradesOf } from './grades.ts';
import { inkOf } from './ink.ts';
import { count, interval, isNumber, percent, percentFigure, several } from './numbers.ts';
import type { ArmRecord, IterationRecord, RunRecord } from './record.ts';
import { subjectOf } from './subject.ts';
import { teacherOf, truth } from './teacher.ts';

/** One column: an iteration, or where a run that goes on stands now. */
interface Column {
  readonly head: string;
  readonly title: string;
  /** The level trained, marked in its cell. */
  readonly level: number;
  readonly accuracy: readonly Measure[];
  readonly horizon?: number;
  readonly before: number;
  readonly wrong?: string;
  readonly going: boolean;
}

export function horizon(record: RunRecord): Html {
  const main = mainOf(record);
  const columns = main ? columnsOf(main) : [];
  if (columns.length === 0)
    return html`<p class="empty">No iteration has ended yet. The first column appears when one passes its gate, or fails it.</p>`;
  if (record.levels <= 1) return oneLevel(columns);
  const { kind, areLevels, all } = gradesOf(record);
  return html`<p>${story(record, columns)} The more ink in a cell, the more of that ${kind}’s held-out questions X answers right. ${truth(record)}</p>
<div class="scroll" tabindex="0" role="region" aria-label="Horizon and accuracy per iteration">
<table class="matrix">
<caption class="unseen">Accuracy in percent per ${kind} and iteration; the horizon is the last row.</caption>
<tbody>${all
    .toReversed()
    .map(
      (grade) =>
        html`<tr><th scope="row">${areLevels ? grade.short : grade.name} <span class="range">${grade.range}</span></th>${columns.map((column) => cell(column, grade, areLevels))}</tr>`,
    )}
</tbody>
<tfoot><tr><th scope="row"><span class="range">iteration</span></th>${columns.map(({ head, title, wrong, going }) => html`<td class="head${going ? ' going' : ''}" title="${title}">${wrong ? html`<b class="wrong">✕</b> ` : ''}${head}</td>`)}</tr>
${
  areLevels
    ? ''
    : html`<tr><th scope="row"><span class="range">frontier</span></th>${columns.map(({ level }) => html`<td class="head">${level}</td>`)}</tr>
`
}<tr><th scope="row"><span class="range">horizon</span></th>${columns.map(({ horizon: at, wrong }) => html`<td class="head${wrong ? ' wrong' : ''}">${isNumber(at) ? at : '–'}</td>`)}</tr></tfoot>
</table></div>
${legend(record, areLevels)}
${violations(columns)}`;
}

function columnsOf(main: ArmRecord): readonly Column[] {
  const ended = main.iterations.map((iteration, i): Column => {
    const before = i === 0 ? 0 : main.iterations[i - 1]!.horizon;
    const wrong = wrongOf(iteration, before);
    return {
      head: String(iteration.iteration),
      title: `Iteration ${iteration.iteration}, ended at step ${count(iteration.step)}`,
      level: iteration.level,
      accuracy: measured(iteration.accuracy ?? []),
      horizon: iteration.horizon,
      before,
      ...(wrong === undefined ? {} : { wrong }),
      going: false,
    };
  });
  const point = lastPoint(main);
  const done = main.iterations.at(-1)?.step ?? -1;
  if (main.state === 'finished' || !point || point.step <= done) return ended;
  const now = {
    head: main.state === 'running' ? '◌ now' : '◌ last',
    title: `Step ${count(point.step)}, between gates`,
    level: point.frontier,
    accuracy: point.answerer.map((value) => ({ value })),
    before: main.iterations.at(-1)?.horizon ?? 0,
    going: true,
  };
  return [...ended, now];
}

/** The record's own words first; a fall or a failed gate is said even if the record is silent. */
function wrongOf(
  { violation, passed, horizon: at, level }: IterationRecord,
  before: number,
): string | undefined {
  if (violation !== undefined) return violation;
  if (!passed) return `the gate of level ${level} was not passed`;
  return at < before ? `the horizon fell from ${before} to ${at}` : undefined;
}

function cell(
  { accuracy, level: trained, horizon: at, before, wrong, going, head }: Column,
  { index, name }: Grade,
  isLevel: boolean,
): Piece {
  const measure = accuracy[index];
  const level = isLevel ? index + 1 : Number.NaN; // above no horizon, and never trained
  const stairs = [
    at === level ? 'top' : '',
    at !== undefined && level > Math.min(at, before) && level <= Math.max(at, before) ? 'riser' : '',
    wrong === undefined ? '' : 'fell',
    going ? 'going' : '',
    trained === level ? 'trained' : '',
  ];
  const classes = stairs.filter(Boolean).join(' ');
  if (!measure || !isNumber(measure.value))
    return html`<td class="${classes}" title="${capital(name)}, ${head}: not measured">·</td>`;
  const exact =
    isNumber(measure.low) && isNumber(measure.high)
      ? `, 95 % interval ${interval({ low: measure.low, high: measure.high })}`
      : '';
  const n = isNumber(measure.n) ? `, n = ${count(measure.n)}` : '';
  return html`<td class="ink ${classes}" style="${inkOf(measure.value)}" title="${capital(name)}, iteration ${head}: ${percent(measure.value)}${exact}${n}">${percentFigure(measure.value)}</td>`;
}

function story(record: RunRecord, columns: readonly Column[]): string {
  const reached = columns.map((column) => column.horizon).filter(isNumber);
  const last = reached.at(-1);
  if (last === undefined) return 'No gate has been judged yet.';
  const subject = subjectOf(record);
  const wrong = columns.filter((column) => column.wrong !== undefined).length;
  const spent = `In ${several(reached.length, 'iteration')} the horizon`;
  const stands =
    last > 0 ? `level ${last} of ${record.levels}, ${subject.upTo(last)}` : 'the ground: no level agrees';
  const marked =
    wrong === 1 && columns.length === 1 ? 'it is' : wrong === 1 ? 'one of them is' : `${wrong} of them are`;
  if (wrong === 0) return `${spent} rose to ${stands}, and never slipped back.`;
  return `${spent} ${last > 0 ? 'came to' : 'stayed on'} ${stands}; ${marked} marked ✕ and explained below.`;
}

/** No ladder to draw. */
function oneLevel(columns: readonly Column[]): Html {
  const at = columns.map((column) => column.horizon).findLast(isNumber);
  const reached =
    at === undefined
      ? 'No gate has been judged yet.'
      : `At the last gate X ${at > 0 ? 'agreed with its teacher often enough, by the lower bound: the horizon is 1 of 1' : 'did not agree with its teacher often enough: the horizon is 0 of 1'}.`;
  return html`<p>This task has one level, so there is no ladder to climb. ${reached}</p>`;
}

function legend(record: RunRecord, areLevels: boolean): Html {
  const horizon = html`the horizon: up to here every level agrees with ${teacherOf(mainOf(record)!, 'X')}, by the lower bound of its interval`;
  return html`<ul class="legend">
<li><span class="swatches" aria-hidden="true">${[0, 0.25, 0.5, 0.75, 1].map((value) => html`<i class="ink" style="${inkOf(value)}"></i>`)}</span> accuracy, 0 to 100 %</li>
${
  areLevels
    ? html`<li><span class="stair" aria-hidden="true"></span> <span>${horizon}</span></li>
<li><span class="spot" aria-hidden="true"></span> the frontier that was trained</li>`
    : html`<li>frontier: the level that was trained</li><li><span>${horizon}</span></li>`
}</ul>`;
}

function violations(columns: readonly Column[]): Html {
  const wrong = columns.filter((column) => column.wrong !== undefined);
  if (wrong.length === 0) return html``;
  return html`<ul class="violations">${wrong.map(({ head, wrong: why }) => html`<li><b class="wrong">✕ Iteration ${head}</b>: ${why}</li>`)}</ul>`;
}
