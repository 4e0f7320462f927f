/** The one picture for a newcomer: how hard a question X can be trusted with, after each iteration. Levels upward, iterations
 *  rightward; the ink of a cell is the accuracy there, the stairs are the horizon, and beside them stands what there is to
 *  compare with. */

import type { EvaluationReport, Figure } from '../protocol/report.ts';
import { type Html, html, type Piece } from './escape.ts';
import { figuresOf, found, inFull, speaking } from './evaluation-figures.ts';
import { inkOf } from './ink.ts';
import { percentFigure } from './numbers.ts';

interface Column {
  readonly head: Piece;
  readonly title: string;
  /** By level, from 1. */
  readonly accuracy: readonly (Figure | undefined)[];
  readonly horizon?: number;
  readonly before: number;
  readonly isBeside: boolean;
}

/** Arms that a newcomer can make sense of. */
const BESIDE = [
  ['a0', 'H alone', 'H without an assistant'],
  ['supervised-truth', 'told the truth', 'the same network, trained on right answers'],
] as const;

export function horizonPicture(report: EvaluationReport, range: (level: number) => string): Html {
  const columns = columnsOf(report);
  const names = levelNames(report);
  if (names.length < 2)
    return html`<p class="empty">This task has one level: there is no ladder to climb. The figures are below.</p>`;
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Horizon and accuracy after each iteration">
<table class="matrix first">
<caption class="unseen">Accuracy in percent by level after each iteration; the horizon is the last row.</caption>
<tbody>${names
    .map(
      (name, index) =>
        html`<tr><th scope="row">${name} <span class="range">${report.subject.grades ? '' : range(index + 1)}</span></th>${columns.map((column) => cell(column, index, name))}</tr>
`,
    )
    .toReversed()}</tbody>
<tfoot><tr><th scope="row"><span class="range">after iteration</span></th>${columns.map(({ head, title, isBeside }) => html`<td class="head${isBeside ? ' beside' : ''}" title="${title}">${head}</td>`)}</tr>
<tr><th scope="row"><b>horizon</b></th>${columns.map(({ horizon, isBeside }) => html`<td class="head${isBeside ? ' beside' : ''}">${horizon === undefined ? '' : html`<b>${Number(horizon.toFixed(1))}</b>`}</td>`)}</tr></tfoot>
</table></div>
<ul class="legend">
<li><span class="swatches" aria-hidden="true">${[0, 0.25, 0.5, 0.75, 1].map((value) => html`<i class="ink" style="${inkOf(value)}"></i>`)}</span> right answers, 0 to 100 %</li>
<li><span class="stair" aria-hidden="true"></span> <span>the horizon: up to here X is shown, by the lower end of each interval, to be right 9 times in 10</span></li>
${columns.some(({ isBeside }) => isBeside) ? html`<li>at the right: what there is to compare with, on the same questions</li>` : ''}</ul>`;
}

/** What the picture says, in a sentence. */
export function horizonStory(report: EvaluationReport, upTo: (level: number) => string): string {
  const columns = columnsOf(report);
  const own = columns.filter(({ isBeside }) => !isBeside);
  const [first, last] = [own[0]?.horizon, own.at(-1)?.horizon];
  if (first === undefined || last === undefined) return '';
  const steps = own.map(({ horizon = 0 }) => Number(horizon.toFixed(1)));
  const rises = steps.every((step, i) => i === 0 || step > steps[i - 1]!);
  const falls = steps.some((step, i) => i > 0 && step < steps[i - 1]!);
  const how = rises
    ? 'With each iteration it'
    : falls
      ? 'Iteration by iteration it'
      : 'As iterations go by it';
  const isGraded = report.subject.grades !== undefined;
  const reached = isGraded || !Number.isInteger(last) || last === 0 ? '' : `: ${upTo(last)}`;
  return `${how} can be trusted with ${rises ? 'harder questions' : falls ? 'other questions, not always harder ones' : 'questions at least as hard'}: the horizon goes ${steps.join(' → ')} of ${levelNames(report).length}${reached}.`;
}

function levelNames({ subject: { grades, levels } }: EvaluationReport): readonly string[] {
  return grades ?? Array.from({ length: levels }, (_, i) => `level ${i + 1}`);
}

function columnsOf(report: EvaluationReport): readonly Column[] {
  const figures = figuresOf(report, 'K14');
  const levels = levelNames(report).length;
  const iterations = [...new Set(figures.map(({ iteration }) => iteration))].filter(
    (one) => one !== undefined,
  );
  const at = (iteration: number) => {
    const figure = found(figures, 'horizon', { iteration });
    return figure?.median ?? figure?.value;
  };
  const own = iterations
    .sort((a, b) => a - b)
    .map((iteration, i): Column => {
      const horizon = at(iteration);
      return {
        head: html`<i>X</i><sub>${iteration}</sub>`,
        title: iteration === 0 ? 'X₀, which knows nothing' : `X after iteration ${iteration}`,
        accuracy: Array.from({ length: levels }, (_, level) =>
          found(figures, 'accuracy', { iteration, level: level + 1 }),
        ),
        ...(horizon !== undefined && { horizon }),
        before: i === 0 ? 0 : (at(iterations[i - 1]!) ?? 0),
        isBeside: false,
      };
    });
  return [...own, ...BESIDE.flatMap(([kind, head, title]) => besideOf(report, kind, head, title, levels))];
}

function besideOf(
  report: EvaluationReport,
  kind: string,
  head: string,
  title: string,
  levels: number,
): readonly Column[] {
  const baseline = report.baselines.find((one) => one.kind === kind);
  if (baseline?.status !== 'measured') return [];
  const figures = speaking(report, baseline.figures);
  const accuracy = Array.from({ length: levels }, (_, level) =>
    found(figures, 'accuracy', { level: level + 1 }),
  );
  return [{ head, title, accuracy, before: 0, isBeside: true }];
}

function cell({ accuracy, horizon, before, isBeside, title }: Column, index: number, name: string): Html {
  const figure = accuracy[index];
  const level = index + 1;
  const [at, from] = [Math.floor(horizon ?? -1), Math.floor(before)];
  const classes = [
    isBeside ? 'beside' : '',
    !isBeside && at === level ? 'top' : '',
    !isBeside && horizon !== undefined && level > Math.min(at, from) && level <= Math.max(at, from)
      ? 'riser'
      : '',
    horizon !== undefined && at < from ? 'fell' : '',
  ];
  const own = classes.filter(Boolean).join(' ');
  if (!figure) return html`<td class="${own}" title="${name}, ${title}: not measured">·</td>`;
  return html`<td class="ink ${own}" style="${inkOf(figure.value)}" title="${name}, ${title}: ${inFull(figure)}">${percentFigure(figure.value)}</td>`;
}
