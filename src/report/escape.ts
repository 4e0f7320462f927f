/** Markup that cannot be broken by what it quotes: a template whose holes are escaped unless they are markup themselves.
 *      html`<p title="${text}">${[html`<b>${n}</b>`, text]}</p>`
 *  Markup is known by a symbol, which no parsed JSON can carry, so no record can pass for markup. */

const MARKUP = Symbol('markup');

export interface Html {
  readonly [MARKUP]: string;
}

export type Piece = Html | string | number | undefined | readonly Piece[];

export function html(texts: TemplateStringsArray, ...pieces: readonly Piece[]): Html {
  return raw(texts.reduce((page, text, i) => page + written(pieces[i - 1]) + text));
}

/** Text of our own that is markup already: the style sheet, the script, a path's coordinates. */
export function raw(text: string): Html {
  return { [MARKUP]: text };
}

export function textOf(markup: Html): string {
  return markup[MARKUP];
}

export function escaped(text: string): string {
  return text.replace(CONTROLS, '\ufffd').replace(/[&<>"']/g, (mark) => ENTITIES[mark]!);
}

const ENTITIES: { readonly [mark: string]: string } = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Control characters, lone surrogates, and the marks that turn the direction of text (Trojan Source, CVE-2021-42574). */
const CONTROLS = /[^\P{Cc}\t\n]|\p{Cs}|[\u202a-\u202e\u2066-\u2069]/gu;

function written(piece: Piece): string {
  if (piece === undefined || piece === null) return '';
  if (typeof piece === 'object' && MARKUP in piece) return piece[MARKUP];
  if (Array.isArray(piece)) return piece.map(written).join('');
  if (typeof piece === 'number' && !Number.isFinite(piece)) return '–';
  return escaped(String(piece));
}
