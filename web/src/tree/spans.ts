/** A text in pieces, each with the sub-answers that it came from. */

import type { Evidence } from '../../../src/wire/tree.ts';

export interface Piece {
  readonly text: string;
  /** Indices into the evidence, ascending. */
  readonly of: readonly number[];
}

interface Span {
  readonly from: number;
  readonly to: number;
  readonly of: number;
}

/** What the pieces say together is the text; no two neighbours have the same sub-answers. */
export function piecesOf(text: string, spans: readonly Span[]): readonly Piece[] {
  const inside = spans
    .map(({ from, to, of }) => ({ from: Math.max(0, from), to: Math.min(text.length, to), of }))
    .filter(({ from, to }) => from < to);
  const cuts = [...new Set([0, text.length, ...inside.flatMap(({ from, to }) => [from, to])])].sort(
    (a, b) => a - b,
  );
  const pieces: { text: string; of: readonly number[] }[] = [];
  for (const [i, from] of cuts.slice(0, -1).entries()) {
    const to = cuts[i + 1]!;
    const of = [
      ...new Set(inside.filter((span) => span.from <= from && to <= span.to).map((span) => span.of)),
    ];
    of.sort((a, b) => a - b);
    const last = pieces.at(-1);
    if (last && String(last.of) === String(of)) last.text += text.slice(from, to);
    else pieces.push({ text: text.slice(from, to), of });
  }
  return pieces;
}

/** The answer, by the sub-answers that its words came from. */
export function answerPieces(text: string, evidence: readonly Evidence[]): readonly Piece[] {
  return piecesOf(
    text,
    evidence.flatMap(({ spans }, of) => spans.map(({ answer: [from, to] }) => ({ from, to, of }))),
  );
}

/** One of the sub-answers, by what of it came up in the answer. */
export function sourcePieces(text: string, { spans }: Evidence, of: number): readonly Piece[] {
  return piecesOf(
    text,
    spans.map(({ source: [from, to] }) => ({ from, to, of })),
  );
}
