/** The report of an evaluation as one page of HTML that needs nothing else.
 *      renderEvaluation : EvaluationReport → HTML          pure: same report, same bytes
 *  The horizon of complexity comes first; then what is claimed, the baselines, and a panel for each KPI, the missing ones too. */

import { KPIS } from '../protocol/kpis.ts';
import type { Baseline, Claim, EvaluationReport, Kpi } from '../protocol/report.ts';
import { type Html, html, raw, textOf } from './escape.ts';
import { figuresOf, found, inFull, intervalOf, speaking, written } from './evaluation-figures.ts';
import { horizonPicture, horizonStory } from './evaluation-horizon.ts';
import { EVALUATION_STYLE } from './evaluation-style.ts';
import { drawn, groupsOf, namesIn, rowName, singles, tables } from './evaluation-table.ts';
import { count, percent, several } from './numbers.ts';
import { POLICY } from './policy.ts';
import { STYLE } from './style.ts';
import { type SubjectOf, subjectOf } from './subject.ts';

export function renderEvaluation(report: EvaluationReport): string {
  const subject = subjectOf(taskIn(report));
  return textOf(html`${raw('<!doctype html>')}
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${raw(POLICY)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark"><meta name="referrer" content="no-referrer">
<title>${subject.title} · Capstan evaluation</title><link rel="icon" href="data:,">
<style>${raw(STYLE + EVALUATION_STYLE)}</style></head>
<body><main>
<header><p class="eyebrow">Capstan · evaluation · ${report.protocol}</p>
<h1>${subject.title}</h1>
<p class="lede">${horizonStory(report, subject.upTo)}</p>
<p>${subject.question} X learns it from H, who ${subject.overseer}. ${people(report)}</p></header>
<section id="horizon" aria-labelledby="horizon-title"><h2 id="horizon-title">The horizon of complexity</h2>
${horizonPicture(report, subject.range)}</section>
<nav aria-label="On this page"><a href="#horizon">Horizon</a> <a href="#kpis">KPIs</a> <a href="#claims">Claims</a> <a href="#baselines">Baselines</a> <a href="#questions">Questions</a> <a href="#runs">Runs</a></nav>
<section id="kpis" aria-labelledby="kpis-title"><h2 id="kpis-title">Sixteen figures of merit</h2>
${overview(report)}</section>
<section id="claims" aria-labelledby="claims-title"><h2 id="claims-title">Claims</h2>
${claims(report)}</section>
<section id="baselines" aria-labelledby="baselines-title"><h2 id="baselines-title">Beside the baselines</h2>
${baselines(report)}</section>
${report.kpis.map((kpi) => panel(report, kpi))}
<section id="questions" aria-labelledby="questions-title"><h2 id="questions-title">On which questions</h2>
${splits(report)}</section>
<section id="runs" aria-labelledby="runs-title"><h2 id="runs-title">What was evaluated</h2>
${runs(report)}</section>
</main></body></html>
`);
}

function taskIn({
  subject: { task, parameters, levels, levelsOfPrimitives, grades },
}: EvaluationReport): SubjectOf {
  return { task, parameters, levels, levelsOfPrimitives, ...(grades && { grades }) };
}

function people({ simulated, subject: { noise, norms } }: EvaluationReport): string {
  const who = simulated ? 'People are simulated here: a script decides in their place' : 'People decided';
  const errs = noise ? `${who}, and it errs on purpose (${noise.kind}, ${percent(noise.rate)}).` : `${who}.`;
  return norms
    ? `${errs} From iteration ${norms.iteration} on it answers about ${percent(norms.share)} of the questions otherwise: H is here as it was last, and right is what was so before.`
    : errs;
}

const STATUS = {
  measured: { mark: '✓', tone: 'right', words: 'measured' },
  partial: { mark: '◐', tone: 'waiting', words: 'partly measured' },
  missing: { mark: '–', tone: 'range', words: 'not measured' },
} as const;

function badge({ status }: Pick<Kpi, 'status'>): Html {
  const { mark, tone, words } = STATUS[status];
  return html`<span class="badge ${tone}">${mark} ${words}</span>`;
}

function overview({ kpis, seeds }: EvaluationReport): Html {
  const told = kpis.filter(({ status }) => status !== 'missing').length;
  return html`<p>${count(told)} of ${count(kpis.length)} are measured at least in part, over ${several(seeds.length, 'seed')}, with 95 % intervals. The others say what they would take.</p>
<ul class="overview">${kpis.map(
    (kpi) => html`<li><a href="#${kpi.id}">${kpi.id} ${kpi.name}</a> ${badge(kpi)}</li>
`,
  )}</ul>`;
}

const VERDICTS = {
  holds: { mark: '✓', tone: 'right', words: 'holds' },
  fails: { mark: '✕', tone: 'wrong', words: 'fails' },
  open: { mark: '◌', tone: 'waiting', words: 'open: the interval has the target in it' },
} as const;

function claims(report: EvaluationReport): Html {
  if (report.claims.length === 0)
    return html`<p class="empty">Nothing is claimed of ${several(report.seeds.length, 'seed')}: a claim takes three at least. Evaluate runs of other seeds together with this one.</p>`;
  return html`<p>Each is held against a target that is the same for every run. It holds where the whole 95 % interval over seeds is on the right side.</p>
<div class="scroll" tabindex="0" role="region" aria-label="Claims"><table class="figures-table"><thead><tr><th scope="col">claim</th><th scope="col">verdict</th><th scope="col" class="n">target</th><th scope="col" class="n">measured</th><th scope="col" class="n">95 % interval</th></tr></thead>
<tbody>${report.claims.map((claim) => claimRow(report, claim))}</tbody></table></div>`;
}

function claimRow(report: EvaluationReport, claim: Claim): Html {
  const { iteration, level, depth, arm, against } = claim;
  const figure = found(figuresOf(report, claim.kpi), claim.figure, {
    ...(iteration !== undefined && { iteration }),
    ...(level !== undefined && { level }),
    ...(depth !== undefined && { depth }),
    ...(arm !== undefined && { arm }),
    ...(against !== undefined && { against }),
  });
  const { mark, tone, words } = VERDICTS[claim.verdict];
  const unit = figure?.unit ?? 'number';
  return html`<tr><th scope="row">${claim.text}<span class="range">${rowName(claim, namesIn(report))}</span> <a href="#${claim.kpi}">${claim.kpi}</a></th><td class="${tone}">${mark} ${words}</td><td class="n">${claim.relation} ${written(claim.target, unit)}</td><td class="n">${figure ? written(figure.value, unit) : '–'}</td><td class="n">${figure ? intervalOf(figure) : '–'}</td></tr>
`;
}

function baselines(report: EvaluationReport): Html {
  const own = figuresOf(report, 'K14');
  const last = Math.max(0, ...own.map(({ iteration }) => iteration ?? 0));
  const levels =
    report.subject.grades ?? Array.from({ length: report.subject.levels }, (_, i) => String(i + 1));
  const kind = report.subject.grades ? 'grade' : 'level';
  const missing = report.baselines.filter(({ status }) => status === 'missing');
  return html`<p>The same final test, by ${kind}, in percent. X is the last one that was distilled.</p>
<div class="scroll" tabindex="0" role="region" aria-label="Baselines"><table class="grid"><thead><tr><th scope="col">who</th><th scope="col" class="n">all</th>${levels.map((name) => html`<th scope="col" class="n">${name}</th>`)}</tr></thead>
<tbody><tr class="own"><th scope="row"><b>X, by IDA</b></th>${accuracyCell(found(own, 'accuracy', { iteration: last }))}${levels.map((_, i) => accuracyCell(found(own, 'accuracy', { iteration: last, level: i + 1 })))}</tr>
${report.baselines.filter(({ status }) => status === 'measured').map((baseline) => baselineRow(report, baseline, levels))}</tbody></table></div>
${missing.length === 0 ? '' : html`<ul class="needs">${missing.map(({ name, needs }) => html`<li><b>${name}</b>: not measured, needs ${needs.join('; ')}</li>`)}</ul>`}`;
}

function baselineRow(report: EvaluationReport, { name, figures }: Baseline, levels: readonly string[]): Html {
  const own = speaking(report, figures);
  return html`<tr><th scope="row">${name}</th>${accuracyCell(found(own, 'accuracy'))}${levels.map((_, i) => accuracyCell(found(own, 'accuracy', { level: i + 1 })))}</tr>
`;
}

function accuracyCell(figure: Parameters<typeof inFull>[0] | undefined): Html {
  if (!figure) return html`<td class="n">·</td>`;
  const { value } = figure;
  return html`<td class="n" title="${inFull(figure)}">${percent(value).replace(/\s*%$/u, '')}<span class="range within">${intervalOf(figure)}</span></td>`;
}

function panel(report: EvaluationReport, kpi: Kpi): Html {
  const names = namesIn(report);
  const groups = groupsOf(speaking(report, kpi.figures));
  const asks = KPIS.find(({ id }) => id === kpi.id)?.asks;
  return html`<section class="panel" id="${kpi.id}" aria-labelledby="${kpi.id}-title"><h2 id="${kpi.id}-title"><span class="id">${kpi.id}</span>${kpi.name} ${badge(kpi)}</h2>
<p class="asks">${asks}</p><p class="note">${kpi.source}</p>
${drawn(groups, names)}
${tables(groups, names)}
${singles(groups, names)}
${kpi.needs.length === 0 ? '' : html`<ul class="needs">${kpi.needs.map((need) => html`<li><b>Not measured:</b> needs ${need}</li>`)}</ul>`}</section>
`;
}

function splits(report: EvaluationReport): Html {
  return html`<p>No context is in two of these. «Opened» is how often the questions were asked; a set is sealed while that is once.</p>
<div class="scroll" tabindex="0" role="region" aria-label="Splits"><table class="figures-table"><thead><tr><th scope="col">split</th><th scope="col" class="n">contexts</th><th scope="col" class="n">questions</th><th scope="col" class="n">opened</th><th scope="col" class="long">rule</th><th scope="col">SHA-256 of its questions</th></tr></thead>
<tbody>${report.splits.map(
    ({ name, contexts, questions, opened, sealed, rule, sha256 }) =>
      html`<tr><th scope="row">${name}</th><td class="n">${contexts ? count(contexts.length) : '–'}</td><td class="n">${contexts ? count(questions) : '–'}</td><td class="n">${opened === null ? '–' : html`${opened}${sealed ? ' (sealed before)' : ''}`}</td><td class="long range">${rule}</td><td><code>${sha256?.slice(0, SHOWN) ?? '–'}</code></td></tr>
`,
  )}</tbody></table></div>`;
}

/** Digits of a hash that tell one from another by eye. */
const SHOWN = 16;

function runs({ subject, software, simulated }: EvaluationReport): Html {
  return html`<dl class="facts"><dt>task</dt><dd>${subject.task} ${Object.entries(subject.parameters)
    .map(([name, value]) => `${name} ${value}`)
    .join(', ')}</dd>
<dt>overseer</dt><dd>${subject.overseer}${simulated ? ', in the place of people' : ''}</dd>
<dt>by</dt><dd>${software.name} ${software.version}</dd></dl>
<div class="scroll" tabindex="0" role="region" aria-label="Runs"><table class="figures-table"><thead><tr><th scope="col">seed</th><th scope="col">iteration</th><th scope="col" class="n">level</th><th scope="col">gate</th><th scope="col">SHA-256</th></tr></thead>
<tbody>${subject.runs.map(
    ({ seed, sha256, checkpoints }) =>
      html`<tr><th scope="row">seed ${seed}</th><td>the run</td><td class="n"></td><td></td><td><code>${sha256.slice(0, SHOWN)}</code></td></tr>
${checkpoints.map(
  (
    one,
  ) => html`<tr><th scope="row"></th><td>${one.iteration}</td><td class="n">${one.level}</td><td class="${one.passed ? 'right' : 'wrong'}">${one.passed ? '✓ passed' : '✕ not passed'}</td><td><code>${one.sha256.slice(0, SHOWN)}</code></td></tr>
`,
)}`,
  )}</tbody></table></div>`;
}
