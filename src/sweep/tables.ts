/** The figures of a group as tables: what the page's pictures show, and what they cannot. */

import { type Html, html } from '../report/escape.ts';
import { count, duration, percent, percentFigure, pointsOf, scientific, short } from '../report/numbers.ts';
import type { Estimate } from '../statistics/estimate.ts';
import { badge } from './colours.ts';
import type { GoalFigures, GroupRecord, LineRecord } from './record.ts';

/** How good, and how fast to the goals. */
export function accuracyTable({ name, lines }: GroupRecord): Html {
  const goals = lines.find(({ goals }) => goals.length > 0)?.goals ?? [];
  return scrolling(
    `Accuracy and speed, ${name}`,
    html`<thead><tr><th scope="col" rowspan="2">Label</th><th scope="col" rowspan="2" class="n">seeds</th><th scope="colgroup" colspan="${goals.length > 0 ? 3 : 2}" class="group">final accuracy in %</th>${goals.map(({ share, accuracy }) => html`<th scope="colgroup" colspan="3" class="group">to ${Math.round(share * 100)} % of the baseline’s (${percent(accuracy)})</th>`)}</tr>
<tr><th scope="col" class="n">mean</th><th scope="col" class="n">worst seed</th>${goals.length > 0 ? html`<th scope="col" class="n">against baseline</th>` : ''}${goals.map(() => html`<th scope="col" class="n">steps</th><th scope="col" class="n">steps ratio</th><th scope="col" class="n">time</th>`)}</tr></thead>
<tbody>${lines.map(
      (line, i) => html`<tr>${labelCell(line, i)}<td class="n">${seedsOf(line)}</td>
<td class="n"><b>${percentFigure(line.final?.value)}</b>${range(line.final, percentFigure)}</td><td class="n">${percentFigure(line.final?.min)}</td>${goals.length > 0 ? html`<td class="n">${line.isBaseline ? baselineMark : estimate(line.difference?.mean ?? null, pointsOf)}</td>` : ''}
${goals.map((_, g) => goalCells(line.goals[g], line.isBaseline))}</tr>`,
    )}</tbody>`,
  );
}

const baselineMark = html`<span class="range said">baseline</span>`;

function goalCells(goal: GoalFigures | undefined, isBaseline: boolean): Html {
  if (!goal || goal.of === 0) return html`<td class="n">–</td><td class="n">–</td><td class="n">–</td>`;
  const all =
    goal.reached === goal.of
      ? ''
      : html` <span class="range said">${goal.reached} of ${goal.of} seeds</span>`;
  const pairs =
    goal.stepsRatio && goal.stepsRatio.n < goal.of
      ? html` <span class="range said">${goal.stepsRatio.n} pairs</span>`
      : '';
  return html`<td class="n">${count(goal.steps ?? undefined)}${all}</td><td class="n">${isBaseline ? baselineMark : html`${estimate(goal.stepsRatio, (value) => value.toFixed(2))}${pairs}`}</td><td class="n">${duration(goal.seconds ?? undefined)}</td>`;
}

/** What it cost; H′ if one made the targets. */
export function costTable({ name, lines }: GroupRecord): Html {
  const isLearned = lines.some(({ fidelity }) => fidelity !== null);
  return scrolling(
    `Cost, ${name}`,
    html`<thead><tr><th scope="col">Label</th><th scope="col" class="n">steps</th><th scope="col" class="n">seconds</th><th scope="col" class="n">operations</th><th scope="col" class="n">decisions of H</th>${isLearned ? html`<th scope="col" class="n">fidelity of H′ in %</th>` : ''}</tr></thead>
<tbody>${lines.map(
      (line, i) =>
        html`<tr>${labelCell(line, i)}<td class="n">${estimate(line.steps, count)}</td><td class="n">${estimate(line.seconds, seconds)}</td><td class="n">${scientific(line.operations?.value)}</td><td class="n" title="${count(line.decisions?.value)}">${short(line.decisions?.value)}</td>${isLearned ? html`<td class="n">${estimate(line.fidelity, percentFigure)}</td>` : ''}</tr>`,
    )}</tbody>`,
  );
}

/** Final accuracy minus the baseline's, seed by seed. */
export function pairedTable({ name, lines }: GroupRecord, seeds: readonly number[]): Html {
  const others = lines.map((line, i) => ({ line, i })).filter(({ line }) => line.difference !== null);
  if (others.length === 0)
    return html`<p class="empty">Nothing to compare yet: that takes a baseline and another label that have ended with the same seed.</p>`;
  return scrolling(
    `Paired differences, ${name}`,
    html`<thead><tr><th scope="col" rowspan="2">Label</th><th scope="col" rowspan="2" class="n">mean difference</th><th scope="colgroup" colspan="${seeds.length}" class="group">by seed, in points</th></tr>
<tr>${seeds.map((seed) => html`<th scope="col" class="n"><span class="unseen">seed </span>${seed}</th>`)}</tr></thead>
<tbody>${others.map(
      ({ line, i }) =>
        html`<tr>${labelCell(line, i)}<td class="n">${estimate(line.difference!.mean, pointsOf)}</td>${seeds.map((seed) => html`<td class="n">${pointsOf(line.difference!.bySeed.find((one) => one.seed === seed)?.value)}</td>`)}</tr>`,
    )}</tbody>`,
  );
}

/** Mean accuracy of every label at every grade. */
export function gradeTable({ name, grades, lines }: GroupRecord): Html {
  return scrolling(
    `Accuracy by grade, ${name}`,
    html`<thead><tr><th scope="col">Label</th>${grades.map((grade) => html`<th scope="col" class="n">${grade}</th>`)}</tr></thead>
<tbody>${lines.map(
      (line, i) =>
        html`<tr>${labelCell(line, i)}${grades.map((_, grade) => html`<td class="n">${percentFigure(gradeOf(line, grade)?.mean)}</td>`)}</tr>`,
    )}</tbody>`,
  );
}

/** Over the seeds that measured it. */
export function gradeOf(
  { runs }: LineRecord,
  grade: number,
): { readonly mean: number; readonly low: number; readonly high: number } | undefined {
  const values = runs.flatMap(({ figures }) => figures?.perGrade[grade] ?? []);
  if (values.length === 0) return undefined;
  return {
    mean: values.reduce((sum, value) => sum + value, 0) / values.length,
    low: Math.min(...values),
    high: Math.max(...values),
  };
}

/** Every run: where it lies, and how it ended. */
export function runsTable({ name, lines }: GroupRecord): Html {
  return scrolling(
    `Runs, ${name}`,
    html`<thead><tr><th scope="col">Label</th><th scope="col" class="n">seed</th><th scope="col">state</th><th scope="col" class="n">accuracy in %</th><th scope="col" class="n">steps</th><th scope="col" class="n">time</th><th scope="col">folder</th></tr></thead>
<tbody>${lines.flatMap((line, i) =>
      line.runs.map(
        ({ seed, state, folder, figures, error }) =>
          html`<tr>${labelCell(line, i)}<td class="n">${seed}</td><td>${STATES[state]}${error === undefined ? '' : html` <span class="wrong">${error}</span>`}</td><td class="n">${percentFigure(figures?.final)}</td><td class="n">${count(figures?.steps)}</td><td class="n">${duration(figures?.seconds)}</td><td>${figures ? html`<a href="${folder}/report.html">${folder}</a>` : folder}</td></tr>`,
      ),
    )}</tbody>`,
  );
}

const STATES = {
  new: '◌ not started',
  unfinished: '◌ unfinished',
  finished: '✓ finished',
  'gate-failed': '✓ ended, gate not passed',
  failed: '✕ failed',
} as const;

function labelCell({ label, isBaseline }: LineRecord, index: number): Html {
  return html`<th scope="row">${badge(index)} ${label}${isBaseline ? html` <span class="range">(baseline)</span>` : ''}</th>`;
}

function seedsOf({ runs }: LineRecord): string {
  const ended = runs.filter(({ figures }) => figures).length;
  return ended === runs.length ? String(ended) : `${ended} of ${runs.length}`;
}

function estimate(one: Estimate | null, figure: (value: number) => string): Html {
  return one ? html`${figure(one.value)}${range(one, figure)}` : html`–`;
}

function range(one: Estimate | null, figure: (value: number) => string): Html {
  if (!one || one.low === null || one.high === null) return html``;
  return html` <span class="range">${figure(one.low)} to ${figure(one.high)}</span>`;
}

function seconds(value: number): string {
  return value < 100 ? value.toFixed(1) : count(value);
}

function scrolling(label: string, rows: Html): Html {
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${label}"><table class="arms">${rows}</table></div>`;
}
