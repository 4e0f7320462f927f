/** What amplification adds: IDA at each level beside the same network trained only up to the level before.
 *  Shared depth generalises in length by itself, so a level learned is shown against what would have come free. */

import { accuracyNow, controlUpTo, difference, idaOf, levelsOf, type Measure } from './arms.ts';
import { type Html, html } from './escape.ts';
import { isNumber, percent, percentFigure, pointsOf } from './numbers.ts';
import type { ArmRecord, RunRecord } from './record.ts';
import { subjectOf } from './subject.ts';

export function gain(record: RunRecord): Html {
  const ida = idaOf(record);
  if (!ida || !record.arms.some(({ kind }) => kind === 'control'))
    return html`<p class="empty">This run has no controls beside it: the same network, trained up to each level and no further. The run that adds them, and this table:</p>
<pre class="scroll" tabindex="0" role="region" aria-label="Command that adds the controls"><code>${withBaselines(record.command)}</code></pre>`;
  const primitives = controlUpTo(record, record.levelsOfPrimitives);
  return html`<p>${story(record, ida)} A network that applies one layer again and again reaches a little further than it was taught; the control shows how far. It is the same network, trained the same way, but only up to the level before.</p>
<div class="scroll" tabindex="0" role="region" aria-label="Gain over the controls">
<table><thead><tr><th scope="col">Level</th><th scope="col" class="pair"><span>0</span><span>50</span><span>100 %</span></th><th scope="col" class="n">IDA</th><th scope="col" class="n long">trained up to the level before</th><th scope="col" class="n">gain in points</th>${primitives ? html`<th scope="col" class="n long">trained up to level ${record.levelsOfPrimitives} only, what H answers alone</th><th scope="col" class="n">gain in points</th>` : ''}</tr></thead>
<tbody>${levelsOf(record).map((level) => row(record, ida, level, primitives))}</tbody></table></div>
<ul class="legend"><li><span class="mark-ida" aria-hidden="true"></span> IDA</li><li><span class="mark-control" aria-hidden="true"></span> trained up to the level before</li><li>Gains carry 95 % intervals where both sides have theirs.</li></ul>`;
}

function withBaselines(command: string): string {
  const base = command || 'capstan run';
  return base.includes('--baselines') ? base : `${base} --baselines`;
}

function row(record: RunRecord, ida: ArmRecord, level: number, primitives: ArmRecord | undefined): Html {
  const own = accuracyNow(ida)[level - 1];
  const before = controlOf(record, level);
  const alone =
    primitives && level > record.levelsOfPrimitives ? accuracyNow(primitives)[level - 1] : undefined;
  const why = level <= record.levelsOfPrimitives ? 'H answers this level alone' : 'no such control';
  return html`<tr><th scope="row">${level} <span class="range">${subjectOf(record).range(level)}</span></th>
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
function story(record: RunRecord, ida: ArmRecord): string {
  const gains = levelsOf(record).flatMap((level) => {
    const own = accuracyNow(ida)[level - 1]?.value;
    const before = controlOf(record, level)?.value;
    return isNumber(own) && isNumber(before) ? [{ level, own, before, value: own - before }] : [];
  });
  const [first] = gains;
  if (!first) return 'The controls have not been measured yet.';
  const most = gains.reduce((best, one) => (one.value > best.value ? one : best), first);
  return `The largest step is at level ${most.level}: ${percent(most.before)} without having been taught it, ${percent(most.own)} with IDA, a gain of ${pointsOf(most.value).replace('+', '')} points.`;
}

/** At that level, the control that was trained up to the level before. */
function controlOf(record: RunRecord, level: number): Measure | undefined {
  const control = level > record.levelsOfPrimitives ? controlUpTo(record, level - 1) : undefined;
  return control && accuracyNow(control)[level - 1];
}
