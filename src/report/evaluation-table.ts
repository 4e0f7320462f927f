/** Figures of one name as a table, and as a plot where they go along iterations, depths or levels. */

import type { EvaluationReport, Figure } from '../protocol/report.ts';
import { type Html, html } from './escape.ts';
import {
  barely,
  type Dimension,
  dimensionsOf,
  inFull,
  intervalOf,
  unitName,
  written,
} from './evaluation-figures.ts';
import { count } from './numbers.ts';
import { type Axis, plot, roundTicks, sample, type Tick } from './plot.ts';

type Names = (dimension: Dimension, value: Figure[Dimension]) => string;

/** What labels are called on the page. */
export function namesIn({ subject, baselines }: EvaluationReport): Names {
  const arms = new Map<string, string>(baselines.map(({ kind, name }) => [kind, name]));
  return (dimension, value) => {
    if (value === undefined) return dimension === 'arm' ? 'X' : `all ${dimension}s`;
    if (dimension === 'iteration') return `X${lowered(Number(value))}`;
    if (dimension === 'level') return subject.grades?.[Number(value) - 1] ?? `level ${value}`;
    if (dimension === 'depth') return `depth ${value}`;
    return arms.get(String(value)) ?? String(value);
  };
}

function lowered(number: number): string {
  return [...String(number)].map((digit) => '₀₁₂₃₄₅₆₇₈₉'[Number(digit)]).join('');
}

/** What goes along the columns, if anything does. */
const ALONG: readonly Dimension[] = ['iteration', 'depth', 'level'];
const STROKES = [
  's-ida',
  's-amplified',
  's-supervised',
  's-no-curriculum',
  's-overseer-alone',
  's-control',
] as const;
const POINTS_MIN = 3;
const HEIGHT_PX = 190;

/** Figures of one KPI by name, in the order in which they come. */
export function groupsOf(figures: readonly Figure[]): readonly (readonly Figure[])[] {
  const groups = new Map<string, Figure[]>();
  for (const one of figures) groups.set(one.name, [...(groups.get(one.name) ?? []), one]);
  return [...groups.values()];
}

/** Those that are one number each, in one table. */
export function singles(groups: readonly (readonly Figure[])[], names: Names): Html {
  const alone = groups.flatMap((group) => (columnsIn(group) ? [] : group));
  if (alone.length === 0) return html``;
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Figures">
<table class="figures-table"><thead><tr><th scope="col">figure</th><th scope="col" class="n">value</th><th scope="col" class="n">95 % interval</th><th scope="col" class="n">n</th><th scope="col" class="long how">interval by</th></tr></thead>
<tbody>${alone.map(
    (figure) =>
      html`<tr><th scope="row">${figure.name}${rowName(figure, names)}</th><td class="n">${written(figure.value, figure.unit)}</td><td class="n" title="${figure.method}">${intervalOf(figure)}</td><td class="n">${count(figure.n)}</td><td class="long how range">${figure.method}</td></tr>
`,
  )}</tbody></table></div>`;
}

/** «, X₃, level 2, against …»: the labels of one figure, after its name. */
export function rowName(
  figure: Pick<Figure, 'iteration' | 'level' | 'depth' | 'arm' | 'against'>,
  names: Names,
): string {
  const said = (['iteration', 'level', 'depth', 'arm'] as const).flatMap((label) =>
    figure[label] === undefined ? [] : [names(label, figure[label])],
  );
  const against = figure.against === undefined ? [] : [`against ${names('against', figure.against)}`];
  const all = [...said, ...against];
  return all.length === 0 ? '' : `, ${all.join(', ')}`;
}

/** The dimension along the columns, and the values it takes. */
function columnsIn(
  group: readonly Figure[],
): { readonly along: Dimension; readonly values: readonly number[] } | undefined {
  const own = dimensionsOf(group);
  const along = ALONG.find((dimension) => own.includes(dimension));
  if (along === undefined) return undefined;
  const values = [...new Set(group.map((one) => one[along]))].filter((value) => typeof value === 'number');
  return { along, values: values.sort((a, b) => a - b) };
}

interface Row {
  readonly name: string;
  readonly figures: readonly Figure[];
}

function rowsIn(group: readonly Figure[], along: Dimension, names: Names): readonly Row[] {
  const others = dimensionsOf(group).filter((dimension) => dimension !== along);
  const rows = new Map<string, Figure[]>();
  for (const figure of group) {
    const key = JSON.stringify(others.map((dimension) => figure[dimension] ?? null));
    rows.set(key, [...(rows.get(key) ?? []), figure]);
  }
  const whole = (figures: readonly Figure[]) =>
    others.every((dimension) => figures[0]![dimension] === undefined);
  return [...rows.values()]
    .sort((a, b) => Number(whole(b)) - Number(whole(a)))
    .map((figures) => ({
      name: others.map((dimension) => names(dimension, figures[0]![dimension])).join(', '),
      figures,
    }));
}

/** A table for each name whose figures go along something; names that need one row each share one. */
export function tables(groups: readonly (readonly Figure[])[], names: Names): readonly Html[] {
  const found = groups.flatMap((group) => {
    const columns = columnsIn(group);
    return columns ? [{ group, ...columns, rows: rowsIn(group, columns.along, names) }] : [];
  });
  const shared = ALONG.flatMap((along) => {
    const together = found.filter((one) => one.along === along && one.rows.length === 1);
    const values = [...new Set(together.flatMap((one) => one.values))].sort((a, b) => a - b);
    return together.length === 0
      ? []
      : [
          rowsTable(
            together.map(({ group }) => group),
            along,
            values,
            names,
          ),
        ];
  });
  const own = found
    .filter(({ rows }) => rows.length > 1)
    .map(({ group, along, values }) => table(group, along, values, names));
  return [...own, ...shared];
}

/** A row for each name. */
function rowsTable(
  groups: readonly (readonly Figure[])[],
  along: Dimension,
  values: readonly number[],
  names: Names,
): Html {
  const columns = columnsOf(groups.flat(), along, values);
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${groups.map(([first]) => first!.name).join(', ')}">
<table class="grid"><thead><tr><th scope="col"><span class="unseen">figure</span></th>${columns.map((value) => html`<th scope="col" class="n">${names(along, value)}</th>`)}</tr></thead>
<tbody>${groups.map((group) => {
    const [{ name, unit, method }] = group as readonly [Figure, ...Figure[]];
    return html`<tr><th scope="row" title="intervals: ${method}">${name} <span class="range">${unitName(unit)}</span></th>${columns.map((value) => gridCell(group.find((one) => one[along] === value)))}</tr>
`;
  })}</tbody></table></div>`;
}

function columnsOf(
  figures: readonly Figure[],
  along: Dimension,
  values: readonly number[],
): readonly (number | undefined)[] {
  return figures.some((one) => one[along] === undefined) ? [...values, undefined] : values;
}

function table(group: readonly Figure[], along: Dimension, values: readonly number[], names: Names): Html {
  const rows = rowsIn(group, along, names);
  const [{ name, unit, method }] = group as readonly [Figure, ...Figure[]];
  const columns = columnsOf(group, along, values);
  const inUnit = unitName(unit);
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${name}">
<table class="grid"><caption>${name}${inUnit ? html` <span class="range">in ${inUnit}</span>` : ''} <span class="range how">· intervals: ${method}</span></caption>
<thead><tr><th scope="col"><span class="unseen">of</span></th>${columns.map((value) => html`<th scope="col" class="n">${names(along, value)}</th>`)}</tr></thead>
<tbody>${rows.map(
    (row) =>
      html`<tr><th scope="row">${row.name === '' ? name : row.name}</th>${columns.map((value) => gridCell(row.figures.find((one) => one[along] === value)))}</tr>
`,
  )}</tbody></table></div>`;
}

function gridCell(figure: Figure | undefined): Html {
  if (!figure) return html`<td class="n">·</td>`;
  const { value, unit, low } = figure;
  return html`<td class="n" title="${inFull(figure)}">${barely(value, unit)}${low === null ? '' : html`<span class="range within">${intervalOf(figure)}</span>`}</td>`;
}

/** The first name whose figures make a line, drawn: at most as many lines as there are strokes. */
export function drawn(groups: readonly (readonly Figure[])[], names: Names): Html {
  const group = groups.find((one) => (columnsIn(one)?.values.length ?? 0) >= POINTS_MIN);
  if (!group) return html``;
  const { along, values } = columnsIn(group)!; // it was found by having some
  const rows = rowsIn(group, along, names)
    .map((row) => ({ ...row, figures: row.figures.filter((one) => one[along] !== undefined) }))
    .filter(({ figures }) => figures.length > 1)
    .slice(0, STROKES.length);
  if (rows.length === 0) return html``;
  const [{ name, unit }] = group as readonly [Figure, ...Figure[]];
  const all = rows.flatMap((row) => row.figures);
  const x = axisAlong(values, along, names);
  const y = axisUp(all, unit);
  const at = (figure: Figure) => Number(figure[along]);
  const label = `${name} by ${along}. ${rows.map((row) => `${row.name === '' ? name : row.name}: ${row.figures.map((one) => written(one.value, unit)).join(', ')}`).join('. ')}.`;
  return html`<figure class="near wide"><figcaption><b>${name}</b> <span class="range">${unitName(unit)}</span></figcaption>
${plot({
  label,
  heightPx: HEIGHT_PX,
  x,
  y,
  series: rows.map((row, i) => ({
    name: row.name === '' ? name : row.name,
    stroke: STROKES[i]!,
    points: row.figures.map((one) => [at(one), one.value] as const),
  })),
  whiskers: rows.flatMap((row, i) =>
    row.figures.flatMap((one) =>
      one.low === null || one.high === null
        ? []
        : [{ x: at(one), value: one.value, low: one.low, high: one.high, stroke: STROKES[i]! }],
    ),
  ),
})}
${rows.length > 1 ? html`<ul class="legend">${rows.map((row, i) => html`<li>${sample(STROKES[i]!)} ${row.name}</li>`)}</ul>` : ''}</figure>`;
}

function axisAlong(values: readonly number[], along: Dimension, names: Names): Axis {
  const [min, max] = [Math.min(...values), Math.max(...values)];
  const margin = (max - min) / 20;
  const ticks = values.map((at): Tick => ({ at, label: names(along, at) }));
  return { min: min - margin, max: max + margin, ticks };
}

function axisUp(figures: readonly Figure[], unit: Figure['unit']): Axis {
  const ends = figures.flatMap(({ value, low, high }) => [value, low ?? value, high ?? value]);
  const [least, most] = [Math.min(0, ...ends), Math.max(...ends)];
  if (unit === 'share' && most > 0.5)
    return {
      min: 0,
      max: 1,
      ticks: [0, 0.5, 1].map((at) => ({ at, label: barely(at, unit).replace('.0', '') })),
    };
  const max = most > 0 ? most : 1;
  const up = roundTicks(max).map(({ at }) => at);
  const down = least < 0 ? roundTicks(-least).map(({ at }) => -at) : [];
  const ticks = [...new Set([...down, ...up])].map((at) => ({ at, label: tickText(at, unit) }));
  return { min: least, max, ticks };
}

function tickText(at: number, unit: Figure['unit']): string {
  if (at === 0) return '0';
  return barely(at, unit).replace(/\.0$/, '');
}
