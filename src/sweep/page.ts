/** A sweep's record as one page of HTML that needs nothing else, no script either.
 *      renderSweep : SweepRecord → HTML          pure: same record, same bytes
 *  Everything the record says is escaped; the page's policy forbids any load even if that failed. */

import { type Html, html, raw, textOf } from '../report/escape.ts';
import { moment, percent, percentFigure, pointsOf, several } from '../report/numbers.ts';
import { plot, sample } from '../report/plot.ts';
import { STYLE } from '../report/style.ts';
import { chart } from './chart.ts';
import { badge, SWEEP_STYLE_HTML, strokeOf } from './colours.ts';
import type { GroupRecord, SweepRecord } from './record.ts';
import { accuracyTable, costTable, gradeOf, gradeTable, pairedTable, runsTable } from './tables.ts';

const POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'";

export function renderSweep(record: SweepRecord): string {
  const { name, groups, seeds, started, version, command, machine } = record;
  return textOf(html`${raw('<!doctype html>')}
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${raw(POLICY)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark"><meta name="referrer" content="no-referrer">
<title>${name} · Capstan sweep</title><link rel="icon" href="data:,">
<style>${raw(STYLE)}${SWEEP_STYLE_HTML}</style></head>
<body><main>
<header><p class="eyebrow">Capstan sweep · <time datetime="${started}">${moment(started)}</time></p>
<h1>${name}</h1>
<p class="lede">${lede(record)}</p></header>
${groups.length > 1 ? html`<nav aria-label="Groups">${groups.map((group, i) => html`<a href="#group-${i}">${group.name}</a> `)}</nav>` : ''}
${groups.map((group, i) => section(group, i, seeds))}
<section aria-labelledby="how"><h2 id="how">How to read it</h2>
<p>Accuracy is measured against ground truth <em>for this page only; training never saw it</em>, except in runs whose overseer is the truth. It is over all questions as they are asked, in contexts that no run learned from; all seeds and labels answer the same ones.</p>
<p>Figures after a mean are 95 % intervals over seeds by Student’s t: how far another draw of seeds might move it. With few seeds they are wide, and they take the seeds to be about normal. Differences and ratios are paired by seed: what seeds share cancels. Steps and time to a goal are medians over all seeds, where one that never got there took for ever («–» if that is the middle one); ratios are geometric means over the seeds in which both got there, and the others are left out, which flatters who is slower. Looks at the network come every few steps, so steps to a goal are that coarse. Time was taken with several runs at work on one machine.</p>
<dl class="facts"><dt>Command</dt><dd><code>${command}</code></dd><dt>Machine</dt><dd>${machine}</dd><dt>Version</dt><dd>Capstan ${version}</dd></dl></section>
</main></body></html>
`);
}

function lede({ groups, seeds, against }: SweepRecord): string {
  const runs = groups.flatMap(({ lines }) => lines.flatMap((line) => line.runs));
  const ended = runs.filter(({ figures }) => figures).length;
  const failed = runs.filter(({ state }) => state === 'failed').length;
  const [only] = groups;
  const labels = groups.length === 1 ? several(only!.lines.length, 'label') : several(groups.length, 'group');
  const beside = against === null ? '' : ` Baseline: ${against}.`;
  const parts = [
    `${labels}, ${several(seeds.length, 'seed')}, ${several(runs.length, 'run')}.`,
    ...(ended < runs.length ? [` ${several(ended, 'run')} of them ended so far.`] : []),
    ...(failed > 0 ? [` ${failed} failed.`] : []),
  ];
  return `${parts.join('')}${beside}`;
}

function section(group: GroupRecord, index: number, seeds: readonly number[]): Html {
  const id = `group-${index}`;
  return html`<section id="${id}" aria-labelledby="${id}-title"><h2 id="${id}-title">${group.name}</h2>
${stories(group)}
${accuracyTable(group)}
<h3>Accuracy over time</h3>
<ul class="legend">${group.lines.map(({ label, isBaseline }, i) => html`<li>${sample(strokeOf(i, isBaseline))} ${badge(i)} ${label}${isBaseline ? ' (baseline)' : ''}</li>`)}</ul>
<div class="pair-of-plots">${chart(group, 'step', `${id}-steps`)}${chart(group, 'seconds', `${id}-seconds`)}</div>
<p class="note">Lines are means over seeds, bands go from the lowest to the highest; a run that has ended stays where it ended.${group.baselineFinal === null ? '' : html` Dotted: the baseline’s mean final accuracy, ${percent(group.baselineFinal)}.`}</p>
<h3>By ${kindOf(group.grades)}, at the end</h3>
${multiples(group)}
<details><summary>The same as a table</summary>${gradeTable(group)}</details>
${group.lines.some(({ isBaseline }) => isBaseline) ? html`<h3>Paired differences to the baseline</h3>${pairedTable(group, seeds)}` : ''}
<h3>Cost</h3>
${costTable(group)}
<details><summary>All runs</summary>${runsTable(group)}</details></section>
`;
}

/** More sentences than these are a table, which there is. */
const TOLD_MAX = 4;

/** What the figures say, in a sentence for each label that can be compared. */
function stories({ lines }: GroupRecord): Html {
  const told = lines.flatMap(({ label, difference }) => {
    if (!difference) return [];
    const { value, low, high } = difference.mean;
    const isClear = low !== null && high !== null && (low > 0 || high < 0);
    const amount = `${pointsOf(value)} points`;
    if (low === null || high === null)
      return [html`<li>${label}: ${amount} beside the baseline, from one seed.</li>`];
    const interval = `${pointsOf(low)} to ${pointsOf(high)}`;
    return [
      html`<li>${label}: ${amount} beside the baseline (${interval})${isClear ? '' : '; that may be chance'}.</li>`,
    ];
  });
  return told.length === 0 || told.length > TOLD_MAX ? html`` : html`<ul class="violations">${told}</ul>`;
}

const MULTIPLE_PX = 120;
const SHARES = [0, 0.5, 1].map((at) => ({ at, label: String(100 * at) }));

/** One small plot for each grade: labels side by side, the mean as a dot, lowest to highest as a bar. */
function multiples({ grades, lines }: GroupRecord): Html {
  if (grades.length === 0) return html`<p class="empty">No run has ended yet.</p>`;
  const x = {
    min: 0.5,
    max: lines.length + 0.5,
    ticks: lines.map((_, i) => ({ at: i + 1, label: String(i + 1) })),
  };
  return html`<div class="multiples">${grades.map((grade, g) => {
    const measured = lines.flatMap((line, i) => {
      const value = gradeOf(line, g);
      return value ? [{ ...value, line, i }] : [];
    });
    const words = measured.map(
      ({ line, mean, low, high }) =>
        `${line.label} ${percent(mean)}, ${percentFigure(low)} to ${percentFigure(high)}`,
    );
    const whiskers = measured.map(({ mean, low, high, line, i }) => ({
      x: i + 1,
      value: mean,
      low,
      high,
      stroke: strokeOf(i, line.isBaseline),
    }));
    return html`<figure class="multiple"><figcaption><b>${grade}</b></figcaption>
${plot({ label: `Accuracy, ${grade}: ${words.join('; ') || 'not measured'}.`, heightPx: MULTIPLE_PX, x, y: { min: 0, max: 1, ticks: SHARES }, series: [], whiskers })}</figure>`;
  })}</div>`;
}

/** «level», «distance», «depth»: the first word that all grades share. */
function kindOf(grades: readonly string[]): string {
  const words = new Set(grades.map((grade) => grade.split(' ')[0]!));
  const [first] = words;
  return words.size === 1 && grades.length > 1 ? first! : 'grade';
}
