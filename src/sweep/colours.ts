/** A colour and a number for each label, and the rules of the page that the report's style does not have. */

import { type Html, html, raw } from '../report/escape.ts';

/** Strokes with a contrast of at least 4.5 on their paper, light and dark; after the last they begin again, dashed. */
export const LIGHT = ['#0f5aa8', '#b4421a', '#1b7339', '#7239b5', '#875600', '#0b6b78', '#a8246b', '#5f5b55'];
export const DARK = ['#7db8f5', '#ff9d76', '#6cc98a', '#c49cf5', '#e2b04a', '#5cc4cf', '#ff8fc4', '#a5a29b'];

/** The class of the label's colour. */
export function strokeOf(line: number, isBaseline: boolean): string {
  return `c${line % LIGHT.length}${isBaseline ? ' base' : ''}${line >= LIGHT.length ? ' again' : ''}`;
}

/** The number that stands for a label in plots, in its colour. */
export function badge(line: number): Html {
  return html`<b class="badge c${line % LIGHT.length}">${line + 1}</b>`;
}

const tokens = (colours: readonly string[]): string =>
  colours.map((colour, i) => `.c${i}{--c:${colour}}`).join('');

export const SWEEP_STYLE = `
${tokens(LIGHT)}
@media screen and (prefers-color-scheme:dark){${tokens(DARK)}}
.plot .line[class*=" c"],.sample .line[class*=" c"],.plot .whisker,.plot .dot{stroke:var(--c)}
.line[class*=" c"]{stroke-width:2}
.line.again{stroke-dasharray:9 3}.line.base{stroke-dasharray:5 4;stroke-width:2.25}
.dot{stroke-dasharray:none!important}
.plot .band{fill:var(--c);opacity:.16;stroke:none}
.badge{color:var(--c);font-family:var(--mono)}
.tick.end{translate:0 -50%;font-weight:600;color:var(--c)}
td.n .range{display:block}
h3{font-size:1.05rem;font-weight:600;margin:2rem 0 .4rem}
.pair-of-plots{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(26rem,100%),1fr));gap:1rem 2.5rem}
.pair-of-plots .plot{margin-right:1.8rem}
.plot{margin-left:2.4rem}
details summary{cursor:pointer;color:var(--accent);margin:.8rem 0 .4rem}
.multiples{grid-template-columns:repeat(auto-fill,minmax(min(10rem,100%),1fr))}
`;

/** Raw, so that it can stand in a style element. */
export const SWEEP_STYLE_HTML: Html = raw(SWEEP_STYLE);
