/** Agreement at the gate: how often X says what Amplify^H(teacher) says, with its interval; no ground truth involved. */

import { mainOf } from './arms.ts';
import { type Html, html } from './escape.ts';
import { count, interval, isNumber, percent, threshold } from './numbers.ts';
import { plot, type Tick } from './plot.ts';
import type { IterationRecord, RunRecord } from './record.ts';
import { teacherOf } from './teacher.ts';

const HEIGHT_PX = 230;
/** Ticks nearer than this share of the height would overlap. */
const APART = 0.075;
/** So many iterations have room for a label each on a narrow screen. */
const LABELS_MAX = 8;

export function agreement(record: RunRecord): Html {
  const main = mainOf(record);
  const iterations = (main?.iterations ?? []).filter((one) => isNumber(one.agreement?.value));
  if (!main || iterations.length === 0) return html`<p class="empty">No gate has been judged yet.</p>`;
  const lows = iterations.map((one) => one.agreement.low).filter(isNumber);
  const min = Math.max(0, Math.min(...lows, ...Object.values(record.gates).filter(isNumber)) - 0.03);
  const every = Math.ceil(iterations.length / LABELS_MAX);
  return html`<p>At the end of an iteration X and ${teacherOf(main)} answer the same held-out questions. X goes on only if they agree often enough, by the lower bound${record.levels > 1 ? ', at every level up to the frontier; shown is the frontier' : ''}. ${main.groundTruth ? '' : 'Nobody’s ground truth is asked here. '}Bars are 95 % intervals, ${samples(iterations)}.</p>
<figure class="wide">${plot({
    label: `Agreement at the gate. ${iterations.map(inWords).join('; ')}.`,
    heightPx: HEIGHT_PX,
    x: {
      min: 0.5,
      max: iterations.length + 0.5,
      ticks: iterations.flatMap(({ iteration }, i) =>
        i % every === 0 ? [{ at: i + 1, label: String(iteration) }] : [],
      ),
    },
    y: { min, max: 1, ticks: ticks(record, min) },
    series: [],
    whiskers: iterations.map(({ agreement: { value, low, high }, passed }, i) => ({
      x: i + 1,
      value,
      low,
      high,
      stroke: passed ? 's-ida' : 's-failed',
    })),
  })}<figcaption class="under">iteration</figcaption></figure>
${failures(iterations)}`;
}

function failures(iterations: readonly IterationRecord[]): Html {
  const failed = iterations.filter(({ passed }) => !passed);
  if (failed.length === 0) return html``;
  return html`<ul class="violations">${failed.map(
    ({ iteration, level, agreement: at }) =>
      html`<li><b class="wrong">✕ Iteration ${iteration}</b>: agreement ${percent(at.value)} (${interval(at)}, n = ${count(at.n)}) did not pass the gate of level ${level}.</li>`,
  )}</ul>`;
}

/** The thresholds, and round numbers where they leave room. Rules stay where they are; close labels move apart. */
function ticks({ gates }: RunRecord, min: number): readonly Tick[] {
  const names = Object.entries(gates).filter(([, at]) => isNumber(at));
  const thresholds = [...new Set(names.map(([, at]) => at))].map((at) => {
    const here = names.filter(([, value]) => value === at).map(([name]) => name);
    return { at, label: `${here.length > 1 ? 'gates' : here[0]} ${threshold(at)}`, strong: true };
  });
  const apart = APART * (1 - min);
  const chosen: Tick[] = thresholds;
  for (const at of [1, 0.9, 0.8, 0.6, 0.4, 0.2, 0])
    if (at >= min && chosen.every((tick) => Math.abs(tick.at - at) >= apart))
      chosen.push({ at, label: threshold(at) });
  let lowest = Number.POSITIVE_INFINITY;
  return chosen
    .toSorted((a, b) => b.at - a.at)
    .map((tick) => {
      lowest = Math.min(tick.at, lowest - apart);
      return { ...tick, labelAt: lowest };
    });
}

function samples(iterations: readonly IterationRecord[]): string {
  const sizes = iterations.map((one) => one.agreement.n).filter(isNumber);
  const [least, most] = [Math.min(...sizes), Math.max(...sizes)];
  if (sizes.length === 0) return 'n not recorded';
  return least === most
    ? `n = ${count(least)} questions each`
    : `n = ${count(least)} to ${count(most)} questions`;
}

function inWords({ iteration, level, passed, agreement: at }: IterationRecord): string {
  return `Iteration ${iteration}, level ${level}: ${percent(at.value)}, interval ${interval(at)}, n ${count(at.n)}, ${passed ? 'passed' : 'not passed'}`;
}
