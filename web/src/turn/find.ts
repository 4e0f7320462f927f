/** Where some words are in some texts. */

export interface Match {
  readonly document: number;
  readonly from: number;
  readonly to: number;
}

/** A part of a text. */
export interface Piece {
  readonly from: number;
  readonly to: number;
  /** Which of the matches it is; absent for what lies between. */
  readonly at?: number;
}

/** More would be neither counted nor gone through. */
const MATCHES_MAX = 500;

export function matchesIn(documents: readonly { readonly text: string }[], words: string): readonly Match[] {
  const found: Match[] = [];
  if (words.trim() === '') return found;
  const pattern = new RegExp(words.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(/\s+/g, '\\s+'), 'gi');
  for (const [document, { text }] of documents.entries())
    for (const match of text.matchAll(pattern)) {
      if (found.length === MATCHES_MAX) return found;
      found.push({ document, from: match.index, to: match.index + match[0].length });
    }
  return found;
}

/** The text of one document, cut where its matches begin and end. */
export function piecesOf(text: string, found: readonly Match[], document: number): readonly Piece[] {
  const pieces: Piece[] = [];
  let end = 0;
  found.forEach((match, at) => {
    if (match.document !== document) return;
    if (match.from > end) pieces.push({ from: end, to: match.from });
    pieces.push({ from: match.from, to: match.to, at });
    end = match.to;
  });
  if (end < text.length) pieces.push({ from: end, to: text.length });
  return pieces;
}
