/** Accuracy of all lines of a group against steps or seconds: the mean over seeds as a line, lowest to highest as a
 *  band, the line's number at its end. The drawing stretches as those of the report do. */

import { type Html, html, raw } from '../report/escape.ts';
import { percent, percentFigure } from '../report/numbers.ts';
import { roundTicks, type Tick } from '../report/plot.ts';
import { strokeOf } from './colours.ts';
import { type Band, bandOf } from './compare.ts';
import type { GroupRecord } from './record.ts';

export type Clock = 'step' | 'seconds';

const HEIGHT_PX = 280;
/** Least distance of two numbers one above the other, in percent of the height. */
const APART = 5;
/** Two that stand further apart than this, in percent of the width, do not touch. */
const APART_ACROSS = 8;
/** Enough for the numbers of a dozen lines that end in one place. */
const PUSHES = 100;
/** From here on the unit has the place below the axis. */
const UNIT_FROM = 84;
const SHARES: readonly Tick[] = [0, 0.25, 0.5, 0.75, 1].map((at) => ({ at, label: `${100 * at}` }));

interface Drawn {
  readonly index: number;
  readonly label: string;
  readonly stroke: string;
  readonly band: readonly Band[];
  readonly seeds: number;
}

export function chart({ name, lines, baselineFinal }: GroupRecord, clock: Clock, id: string): Html {
  const drawn: readonly Drawn[] = lines.map(({ label, isBaseline, runs }, index) => {
    const curves = runs.flatMap(({ figures }) =>
      figures && figures.curve.length > 0 ? [figures.curve] : [],
    );
    return {
      index,
      label,
      stroke: strokeOf(index, isBaseline),
      band: bandOf(curves, clock),
      seeds: curves.length,
    };
  });
  const max = Math.max(0, ...drawn.flatMap(({ band }) => band.map(({ at }) => at)));
  if (max === 0) return html`<p class="empty">No run has been looked at and ended yet.</p>`;
  const across = (at: number) => (100 * at) / max;
  const down = (share: number) => 100 * (1 - share);
  const unit = clock === 'step' ? 'steps' : 'seconds';
  const ends = spread(
    drawn.filter(({ band }) => band.length > 0),
    max,
  );
  return html`<figure><figcaption>Accuracy in % by ${unit}</figcaption>
<div class="plot" style="--height:${HEIGHT_PX}px">
<svg role="img" aria-labelledby="${id}-title ${id}-desc" viewBox="0 0 100 100" preserveAspectRatio="none"><title id="${id}-title">${name}: accuracy by ${unit}</title><desc id="${id}-desc">${inWords(drawn, unit)}</desc>
${SHARES.map(({ at }) => html`<path class="rule" d="M0 ${fix(down(at))}H100"/>`)}${baselineFinal === null ? '' : html`<path class="threshold" d="M0 ${fix(down(baselineFinal))}H100"/>`}
${drawn.toReversed().map(({ band, stroke }) => html`<path class="band ${stroke}" d="${raw(outline(band, across, down))}"/>`)}
${drawn.toReversed().map(({ band, stroke }) => line(band, stroke, across, down))}</svg>
${SHARES.map(({ at, label }) => html`<span class="tick y" style="top:${fix(down(at))}%" aria-hidden="true">${label}</span>`)}
${roundTicks(max)
  .filter(({ at }) => across(at) < UNIT_FROM)
  .map(
    ({ at, label }) =>
      html`<span class="tick x" style="left:${fix(across(at))}%" aria-hidden="true">${label}</span>`,
  )}
<span class="tick unit" aria-hidden="true">${unit}</span>
${ends.map(({ index, stroke, band, top }) => html`<span class="tick end ${stroke}" style="left:calc(${fix(across(band.at(-1)!.at))}% + .35rem);top:${fix(top)}%" aria-hidden="true">${index + 1}</span>`)}</div></figure>`;
}

function line(
  band: readonly Band[],
  stroke: string,
  across: (at: number) => number,
  down: (share: number) => number,
): Html {
  if (band.length === 0) return html``;
  const path = band.map(({ at, mean }) => `${fix(across(at))} ${fix(down(mean))}`).join('L');
  // One point alone is a dot: a stroke of no length with a round cap.
  const isDot = band.length === 1;
  return html`<path class="line ${stroke}${isDot ? ' dot' : ''}" d="M${raw(path)}${isDot ? 'h0' : ''}"/>`;
}

/** Along the highest and back along the lowest. */
function outline(
  band: readonly Band[],
  across: (at: number) => number,
  down: (share: number) => number,
): string {
  const high = band.map(({ at, high: share }) => `${fix(across(at))} ${fix(down(share))}`);
  const low = band.map(({ at, low: share }) => `${fix(across(at))} ${fix(down(share))}`).reverse();
  return band.length > 1 ? `M${[...high, ...low].join('L')}Z` : 'M0 0';
}

/** Where the numbers of the lines stand: at their ends. Two that are too close push each other apart, each as far, until
 *  all have room, so that no number strays far from its line. */
function spread(drawn: readonly Drawn[], max: number): readonly (Drawn & { readonly top: number })[] {
  const ends = drawn
    .map((one) => ({
      ...one,
      left: (100 * one.band.at(-1)!.at) / max,
      top: 100 * (1 - one.band.at(-1)!.mean),
    }))
    .sort((a, b) => a.top - b.top || a.index - b.index);
  for (let push = 0; push < PUSHES; push++)
    for (const [i, below] of ends.entries())
      for (const above of ends.slice(0, i)) {
        const missing = APART - (below.top - above.top);
        if (missing <= 0 || Math.abs(above.left - below.left) > APART_ACROSS) continue;
        above.top = Math.max(0, above.top - missing / 2);
        below.top = Math.min(100, below.top + missing / 2);
      }
  return ends;
}

function inWords(drawn: readonly Drawn[], unit: string): string {
  const ends = drawn.map(({ index, label, band, seeds }) => {
    const last = band.at(-1);
    if (!last) return `${index + 1}, ${label}: nothing yet`;
    const range =
      seeds > 1 ? ` (${percentFigure(last.low)} to ${percentFigure(last.high)} over ${seeds} seeds)` : '';
    return `${index + 1}, ${label}: ${percent(last.mean)}${range} after ${Math.round(last.at)} ${unit}`;
  });
  return `Mean over seeds at the last look. ${ends.join('; ')}.`;
}

function fix(number: number): string {
  return String(Number(number.toFixed(2)));
}
