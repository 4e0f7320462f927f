/** What became of the mistakes that H was made to make. Mistakes without a rule are averaged out by distillation (Rolnick
 *  et al. 2017, arXiv 1705.10694), so X errs less than what it was taught; a rule is learned like any other, and at the
 *  next level H builds on it. Which of them happened is decided by 95 % intervals; the first that holds:
 *      none         not measured, or they overlap and the targets' reaches FAULTLESS: no mistakes to be seen
 *      learning     X's lies below the targets', or X has not been trained there yet
 *      removed      X's lies above the targets'
 *      compounded   they overlap, and the targets' lies below that of the level before, whose error was copied
 *      copied       they overlap
 *  «Compounded» asks for copied mistakes at the level before, since where there were none, none have grown. */

import { type Measure, mainOf, measured } from './arms.ts';
import { type Html, html } from './escape.ts';
import { capital, type Grade, gradesOf } from './grades.ts';
import { count, interval, isNumber, percent, percentFigure, several, threshold } from './numbers.ts';
import { type Axis, plot, type Tick, type Whisker } from './plot.ts';
import type { IterationRecord, RunRecord } from './record.ts';
import { teacherOf } from './teacher.ts';

export type Fate = 'removed' | 'copied' | 'compounded' | 'learning' | 'none';

/** Of one level or grade: what X was taught, and X. */
export interface Pair {
  readonly targets?: Measure | undefined;
  readonly own?: Measure | undefined;
  /** Whether X was trained at all of it. */
  readonly isTrained: boolean;
}

/** Targets that may be right so often show no mistakes. */
export const FAULTLESS = 0.995;

/** Easiest first. */
export function fatesOf(pairs: readonly Pair[]): readonly Fate[] {
  const fates: Fate[] = [];
  for (const [i, pair] of pairs.entries()) {
    const isBeforeCopied = fates[i - 1] === 'copied' || fates[i - 1] === 'compounded';
    fates.push(fateOf(pair, isBeforeCopied ? pairs[i - 1]?.targets?.low : undefined));
  }
  return fates;
}

/** `copiedLow`: lower bound of the targets at the level before, where X copied their mistakes. */
function fateOf({ targets, own, isTrained }: Pair, copiedLow: number | undefined): Fate {
  if (!isMeasured(targets) || !isMeasured(own)) return 'none';
  const isBelow = own.high < targets.low;
  const isAbove = own.low > targets.high;
  if (!isBelow && !isAbove && targets.high >= FAULTLESS) return 'none';
  if (isBelow || !isTrained) return 'learning';
  if (isAbove) return 'removed';
  return isNumber(copiedLow) && targets.high < copiedLow ? 'compounded' : 'copied';
}

function isMeasured(measure: Measure | undefined): measure is Required<Measure> {
  return measure?.n !== 0 && [measure?.value, measure?.low, measure?.high].every(isNumber);
}

const FATES: {
  readonly [F in Fate]: { readonly mark: string; readonly tone: string; readonly words: string };
} = {
  removed: { mark: '✓', tone: 'right', words: 'removed' },
  copied: { mark: '✕', tone: 'wrong', words: 'copied' },
  compounded: { mark: '▲', tone: 'wrong', words: 'compounded' },
  learning: { mark: '◌', tone: 'waiting', words: 'still learning' },
  none: { mark: '–', tone: 'range', words: '' },
};

/** Of a record that says which mistakes were injected. */
export function mistakes(record: RunRecord): Html {
  const main = mainOf(record);
  const all = (main?.iterations ?? []).filter(({ targets, accuracy }) => targets && accuracy);
  const [last, ...before] = all.toReversed();
  const cause = html`${injected(record.noise)} ${capital(against(record.defence))}.`;
  if (!main || !last)
    return html`<p>${cause}</p>
<p class="empty">No iteration has ended yet that says how often its targets were right.</p>`;
  return html`<p>${cause} ${outcome(record, last)} Targets are what X was taught, ${teacherOf(main, 'X')}${main.fidelity ? ' with H′ having learned from such an H' : ''}.</p>
${drawing(record, last)}
${table(record, [last], 'Targets and X after the last iteration')}
${before.length === 0 ? '' : html`<details class="more"><summary>${before.length === 1 ? 'The iteration' : `The ${count(before.length)} iterations`} before</summary>${table(record, before, 'Targets and X after earlier iterations')}</details>`}
<p class="note">${rule(record)}</p>`;
}

function injected(noise: RunRecord['noise']): string {
  const share = threshold(noise?.rate);
  switch (noise?.kind) {
    case 'random':
      return `H was made to err by chance in ${share} of its replies, anew whenever what it heard had changed.`;
    case 'deterministic':
      return `H was made to err in ${share} of its replies, to the same question always in the same way, but by no rule.`;
    case 'systematic':
      return `H was made to err by a rule that can be learned: whenever a question that it takes apart holds a certain word, as about ${share} of all questions do.`;
    default:
      return `H was made to err in a way called «${noise?.kind ?? '–'}», at a rate of ${share}.`;
  }
}

function against(defence: string | undefined): string {
  switch (defence) {
    case undefined:
      return 'nothing was done against it';
    case 'vote':
      return 'against it several of H answered, and X was taught what most of them said';
    case 'doubt':
      return 'against it X was not taught what it found improbable itself';
    case 'verify':
      return 'against it X was taught only what the task’s own check let pass';
    case 'second':
      return 'against it what the task’s own check refused was worked out by a second decomposition';
    default:
      return `against it there was a defence called «${defence}»`;
  }
}

/** One sentence: how many levels came to what. */
function outcome(record: RunRecord, last: IterationRecord): string {
  const { kind } = gradesOf(record);
  const fates = pairsOf(record, last).map(({ fate }) => fate);
  const told = (['removed', 'copied', 'compounded', 'learning'] as const).flatMap((fate) => {
    const number = fates.filter((one) => one === fate).length;
    const words = fate === 'learning' ? 'not judged, X still learning,' : FATES[fate].words;
    return number === 0 ? [] : [`${words} at ${several(number, kind)}`];
  });
  const whole = `After iteration ${count(last.iteration)} H’s mistakes`;
  return told.length === 0 ? `${whole} cannot be seen.` : `${whole} are ${told.join(', ')}.`;
}

interface Row extends Pair {
  readonly grade: Grade;
  readonly fate: Fate;
}

/** Grades do not say which levels they are of: one is trained for sure when all levels are. */
function pairsOf(record: RunRecord, { level, targets, accuracy }: IterationRecord): readonly Row[] {
  const { all, areLevels } = gradesOf(record);
  const [taught, own] = [measured(targets ?? []), measured(accuracy ?? [])];
  const pairs = all.map(({ index }) => ({
    targets: taught[index],
    own: own[index],
    isTrained: (areLevels ? index + 1 : record.levels) <= level,
  }));
  const fates = fatesOf(pairs);
  return pairs.map((pair, i) => ({ ...pair, grade: all[i]!, fate: fates[i]! }));
}

function table(record: RunRecord, iterations: readonly IterationRecord[], label: string): Html {
  const { kind } = gradesOf(record);
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${label}">
<table><thead><tr><th scope="col">${capital(kind)}</th><th scope="col">mistakes</th><th scope="col" class="n">targets right, %</th><th scope="col" class="n">X right, %</th><th scope="col" class="n">n</th></tr></thead>
${iterations.map((one) => html`<tbody><tr><th scope="rowgroup" colspan="5"><b>Iteration ${one.iteration}</b></th></tr>${pairsOf(record, one).map(line)}</tbody>`)}</table></div>`;
}

function line({ grade, targets, own, fate }: Row): Html {
  const { mark, tone, words } = FATES[fate];
  return html`<tr><th scope="row">${grade.short} <span class="range">${grade.range}</span></th><td><span class="${tone}">${mark} ${words}</span></td>
${figure(targets)}${figure(own)}<td class="n">${count(own?.n)}</td></tr>`;
}

function figure(measure: Measure | undefined): Html {
  if (!isMeasured(measure)) return html`<td class="n"><span class="range">–</span></td>`;
  return html`<td class="n"><b>${percentFigure(measure.value)}</b> <span class="range">${interval(measure)}</span></td>`;
}

const HEIGHT_PX = 230;
/** How far to either side of a level its two dots stand. */
const ASIDE = 0.13;
/** Characters of labels that stand side by side on a narrow screen. */
const LABELS_WIDTH = 30;

function drawing(record: RunRecord, last: IterationRecord): Html {
  const { kind, areLevels, all } = gradesOf(record);
  const rows = pairsOf(record, last);
  const whiskers = rows.flatMap(({ targets, own }, i): readonly Whisker[] => [
    ...(isMeasured(targets) ? [{ ...targets, x: i + 1 - ASIDE, stroke: 's-targets' }] : []),
    ...(isMeasured(own) ? [{ ...own, x: i + 1 + ASIDE, stroke: 's-ida' }] : []),
  ]);
  if (whiskers.length === 0) return html``;
  const every = Math.ceil(
    (all.length * (1 + Math.max(...all.map((one) => one.short.length)))) / LABELS_WIDTH,
  );
  const untrained = areLevels && last.level < all.length;
  return html`<ul class="legend"><li><svg class="sample" viewBox="0 0 10 8" width="10" height="8" aria-hidden="true"><path class="dot s-targets" d="M5 4h0"/></svg> targets (left)</li><li><svg class="sample" viewBox="0 0 10 8" width="10" height="8" aria-hidden="true"><path class="dot s-ida" d="M5 4h0"/></svg> X (right)</li>${untrained ? html`<li>shaded: not trained yet</li>` : ''}<li>Share answered rightly after iteration ${last.iteration}; bars are 95 % intervals.</li></ul>
<figure class="wide near">${plot({
    label: `Right answers after iteration ${last.iteration}. ${rows.map(inWords).join('; ')}.`,
    heightPx: HEIGHT_PX,
    x: {
      min: 0.5,
      max: all.length + 0.5,
      ticks: all.flatMap(({ short }, i) => (i % every === 0 ? [{ at: i + 1, label: short }] : [])),
    },
    y: shares(whiskers.map(({ low }) => low)),
    series: [],
    whiskers,
    ...(untrained && { shade: [last.level + 0.5, all.length + 0.5] as const }),
  })}<figcaption class="under">${kind}</figcaption></figure>`;
}

function inWords({ grade, targets, own, fate }: Row): string {
  const said = (measure: Measure | undefined) =>
    isMeasured(measure) ? `${percent(measure.value)}, interval ${interval(measure)}` : 'not measured';
  const { words } = FATES[fate];
  return `${capital(grade.name)}: targets ${said(targets)}, X ${said(own)}${words === '' ? '' : `, ${words}`}`;
}

/** From a little below the lowest up to 1, with three to six round ticks. */
function shares(lows: readonly number[]): Axis {
  const min = Math.max(0, Math.min(...lows) - 0.03);
  const step = [0.01, 0.02, 0.05, 0.1, 0.2].find((one) => (1 - min) / one <= 5) ?? 0.2;
  const ticks = Array.from({ length: Math.floor((1 - min) / step + 1e-9) + 1 }, (_, i): Tick => {
    const at = Number((1 - i * step).toFixed(2));
    return { at, label: threshold(at) };
  });
  return { min, max: 1, ticks };
}

function rule(record: RunRecord): string {
  const { kind, areLevels } = gradesOf(record);
  const untrained = areLevels ? 'the level has not been trained yet' : 'not all levels have been trained yet';
  const dropped =
    record.defence === undefined ? '' : ' So does a question that the defence left without a target.';
  return `Decided by 95 % intervals. Removed: X’s lies above the targets’, so X errs less than what it was taught. Copied: the two overlap, and the targets’ ends below ${threshold(FAULTLESS)}. Compounded: copied, and the targets err more than at the ${kind} before, where mistakes were copied too. Still learning: X’s lies below the targets’, or ${untrained}. «–»: no mistakes can be seen, or nothing was measured. What X itself got wrong of the parts counts among the targets’ mistakes.${dropped}`;
}
