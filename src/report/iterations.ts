/** One row per iteration: what it trained, how its gate went, and the hashes that let anyone check it. */

import { mainOf } from './arms.ts';
import { type Html, html } from './escape.ts';
import { count, duration, interval, percent, percentFigure, threshold } from './numbers.ts';
import type { CalibrationRecord, IterationRecord, RunRecord } from './record.ts';

const HASH_SHOWN = 8;

export function iterations(record: RunRecord): Html {
  const main = mainOf(record);
  const all = main?.iterations ?? [];
  const decisions = main?.groundTruth ? 'answers told' : 'H decisions';
  if (all.length === 0) return html`<p class="empty">No iteration has ended yet.</p>`;
  return html`<p>Steps, time and ${decisions === 'H decisions' ? 'decisions' : decisions} are totals at the iteration’s end. A hash copies whole.${changed(record.norms)}</p>
<div class="scroll" tabindex="0" role="region" aria-label="Iterations">
<table><thead><tr><th scope="col" class="n">Iteration</th><th scope="col" class="n">level</th><th scope="col">gate</th><th scope="col" class="n">agreement %</th><th scope="col" class="n">95 % interval</th><th scope="col" class="n">n</th><th scope="col" class="n">horizon</th><th scope="col" class="n">steps</th><th scope="col" class="n">time</th><th scope="col" class="n">${decisions}</th><th scope="col">checkpoint</th><th scope="col">data root</th></tr></thead>
<tbody>${all.map(row)}</tbody></table></div><p class="unseen" role="status" id="copied"></p>`;
}

function changed(norms: RunRecord['norms']): string {
  if (!norms) return '';
  return ` From iteration ${norms.iteration} on H answers about ${threshold(norms.share)} of the questions otherwise; accuracies are by what was right before.`;
}

/** A hash of eight characters that copies whole: the rest is there, without width. */
export function hash(value: string): Html {
  const text = String(value);
  if (text === '' || value === undefined) return html`<span class="range">none</span>`;
  return html`<code class="hash" title="${text}" data-copy="${text}">${text.slice(0, HASH_SHOWN)}<span class="rest">${text.slice(HASH_SHOWN)}</span></code>`;
}

function row({
  iteration,
  level,
  passed,
  agreement,
  horizon,
  step,
  seconds,
  decisions,
  checkpoint,
  dataRoot,
  violation,
  calibration,
}: IterationRecord): Html {
  const gate = passed ? html`<span class="right">✓</span> passed` : html`<span class="wrong">✕</span> failed`;
  return html`<tr><th scope="row" class="n">${iteration}</th><td class="n">${level}</td><td>${gate}${violation === undefined ? '' : html` <span class="wrong" title="${violation}">✕ violation</span>`}${calibration ? html` <span class="range" title="${calibrated(calibration)}">calibrated</span>` : ''}</td>
<td class="n">${percentFigure(agreement?.value)}</td><td class="n">${agreement ? interval(agreement) : '–'}</td><td class="n">${count(agreement?.n)}</td><td class="n">${horizon}</td>
<td class="n">${count(step)}</td><td class="n">${duration(seconds)}</td><td class="n">${count(decisions)}</td><td>${hash(checkpoint)}</td><td>${hash(dataRoot)}</td></tr>`;
}

function calibrated({
  cause,
  accepted,
  brierBefore,
  brierAfter,
  keptAndWrong,
  escalated,
}: CalibrationRecord): string {
  const why = cause === 'alarm' ? 'after an alarm' : 'on schedule';
  const again =
    accepted === undefined ? '' : accepted ? ', better than before' : ', no better than before, which stays';
  return `${why}${again}: Brier ${brierBefore.toFixed(3)} of X alone, ${brierAfter.toFixed(3)} now; ${percent(keptAndWrong.value)} kept and wrong, ${percent(escalated.value)} for a person`;
}
