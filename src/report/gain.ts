/** What amplification adds: IDA at each level beside the same network trained only up to the level before, or at each
 *  grade beside the same network trained only on what H answers alone.
 *  Shared depth generalises in length by itself, so a level learned is shown against what would have come free. */

import { accuracyNow, controlUpTo, difference, type Measure, mainOf } from './arms.ts';
import { type Html, html } from './escape.ts';
import { capital, type Grade, gradesOf } from './grades.ts';
import { isNumber, percent, percentFigure, pointsOf } from './numbers.ts';
import type { ArmRecord, RunRecord } from './record.ts';

/** Whether there are controls, or could be. */
export function hasControls(record: RunRecord): boolean {
  const main = mainOf(record);
  if (record.arms.some(({ kind }) => kind === 'control')) return true;
  return (!main || main.kind === 'ida') && record.levels > aloneLevel(record);
}

/** The first control's level: what H answers alone, or the lowest. */
function aloneLevel({ levelsOfPrimitives }: RunRecord): number {
  return Math.max(1, levelsOfPrimitives);
}

export function gain(record: RunRecord): Html {
  const main = mainOf(record);
  if (!main || !record.arms.some(({ kind }) => kind === 'control'))
    return html`<p class="empty">This run has no controls beside it: the same network, trained up to each level and no further. The run that adds them, and this table:</p>
<pre class="scroll" tabindex="0" role="region" aria-label="Command that adds the controls"><code>${withBaselines(record.command)}</code></pre>`;
  const { kind, areLevels, all } = gradesOf(record);
  const alone = `trained up to level ${aloneLevel(record)} only${record.levelsOfPrimitives > 0 ? ', what H answers alone' : ''}`;
  const before = areLevels ? 'trained up to the level before' : alone;
  const primitives = areLevels ? controlUpTo(record, record.levelsOfPrimitives) : undefined;
  return html`<p>${story(record, main)} A network that applies one layer again and again reaches a little further than it was taught; the control shows how far. It is the same network, trained the same way, but only up to ${areLevels ? 'the level before' : `level ${aloneLevel(record)}`}.</p>
<div class="scroll" tabindex="0" role="region" aria-label="Gain over the controls">
<table><thead><tr><th scope="col">${capital(kind)}</th><th scope="col" class="pair"><span>0</span><span>50</span><span>100 %</span></th><th scope="col" class="n">IDA</th><th scope="col" class="n long">${before}</th><th scope="col" class="n">gain in points</th>${primitives ? html`<th scope="col" class="n long">${alone}</th><th scope="col" class="n">gain in points</th>` : ''}</tr></thead>
<tbody>${all.map((grade) => row(record, main, grade, primitives))}</tbody></table></div>
<ul class="legend"><li><span class="mark-ida" aria-hidden="true"></span> IDA</li><li><span class="mark-control" aria-hidden="true"></span> ${before}</li><li>Gains carry 95 % intervals where both sides have theirs.</li></ul>`;
}

function withBaselines(command: string): string {
  const base = command || 'capstan run';
  return base.includes('--baselines') ? base : `${base} --baselines`;
}

function row(
  record: RunRecord,
  main: ArmRecord,
  { index, short, range }: Grade,
  primitives: ArmRecord | undefined,
): Html {
  const own = accuracyNow(main)[index];
  const before = controlOf(record, index);
  const judged = gradesOf(record).areLevels && index < record.levelsOfPrimitives;
  const alone = primitives && !judged ? accuracyNow(primitives)[index] : undefined;
  const why = judged ? 'H answers this level alone' : 'no such control';
  return html`<tr><th scope="row">${short} <span class="range">${range}</span></th>
<td class="pair">${own && before && isNumber(own.value - before.value) ? pair(own, before) : ''}</td>
<td class="n">${percentFigure(own?.value)}</td>
<td class="n">${before ? percentFigure(before.value) : html`<span class="range said">${why}</span>`}</td>
${gained(own, before)}${primitives ? html`<td class="n">${alone ? percentFigure(alone.value) : html`<span class="range">–</span>`}</td>${gained(own, alone)}` : ''}</tr>`;
}

/** Two marks on one track: where the control stands, where IDA stands, and the way between. */
function pair(own: Measure, before: Measure): Html {
  const [from, to] = [Math.min(own.value, before.value), Math.max(own.value, before.value)];
  const at = (share: number) => `${Math.round(share * 1000) / 10}%`;
  return html`<span class="track" role="img" aria-label="from ${percent(before.value)} to ${percent(own.value)}"><i class="way" style="left:${at(from)};width:${at(to - from)}"></i><i class="mark-control" style="left:${at(before.value)}"></i><i class="mark-ida" style="left:${at(own.value)}"></i></span>`;
}

function gained(own: Measure | undefined, control: Measure | undefined): Html {
  if (!own || !control || !isNumber(own.value) || !isNumber(control.value))
    return html`<td class="n"><span class="range">–</span></td>`;
  const { value, low, high } = difference(own, control);
  const spread =
    isNumber(low) && isNumber(high)
      ? html` <span class="range">${pointsOf(low)} to ${pointsOf(high)}</span>`
      : '';
  return html`<td class="n"><b>${pointsOf(value)}</b>${spread}</td>`;
}

/** Said of the levels that H cannot answer alone: below them amplification has nothing to add. */
function story(record: RunRecord, main: ArmRecord): string {
  const { all, areLevels } = gradesOf(record);
  const gains = all.flatMap(({ index, name }) => {
    const own = accuracyNow(main)[index]?.value;
    const before = controlOf(record, index)?.value;
    return isNumber(own) && isNumber(before) ? [{ name, own, before, value: own - before }] : [];
  });
  const [first] = gains;
  if (!first) return 'The controls have not been measured yet.';
  const most = gains.reduce((best, one) => (one.value > best.value ? one : best), first);
  const taught = areLevels
    ? 'without having been taught it'
    : `taught only up to level ${aloneLevel(record)}`;
  return `The largest step is at ${most.name}: ${percent(most.before)} ${taught}, ${percent(most.own)} with IDA, a gain of ${pointsOf(most.value).replace('+', '')} points.`;
}

/** At a level, the control that was trained up to the level before; at a grade, the one that was taught least. */
function controlOf(record: RunRecord, index: number): Measure | undefined {
  const upTo = gradesOf(record).areLevels ? index : aloneLevel(record);
  const control = upTo >= record.levelsOfPrimitives ? controlUpTo(record, upTo) : undefined;
  return control && accuracyNow(control)[index];
}
