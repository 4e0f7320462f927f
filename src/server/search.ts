/** Which positions of a tree a filter finds: by the columns first, and of what is left by the words where they lie in the
 *  file, some lines at a time. */

import { CapstanError } from '../base/errors.ts';
import { breathe, type Shown } from '../project/shelf.ts';
import type { TranscriptNode } from '../transcript/node.ts';
import type { Filter } from './filter.ts';
import { idAt, type Outline } from './outline.ts';

/** Bytes that are read at once, unless a line is longer. */
const PIECE_BYTES = 2 ** 19;
/** Bytes of lines nobody asks for that are read along. */
const GAP_BYTES = 2 ** 14;

/** In order. */
export async function search(shown: Shown<Outline>, { tests, words }: Filter): Promise<readonly number[]> {
  const { index } = shown;
  const found: number[] = [];
  for (let at = 0; at < index.count; at++) if (tests.every((holds) => holds(index, at))) found.push(at);
  if (words.length === 0) return found;
  const holding: number[] = [];
  for (const piece of piecesOf(index, found)) {
    const begin = index.from[piece[0]!]!;
    const last = piece.at(-1)!;
    const bytes = shown.read(begin, index.from[last]! + index.bytes[last]! - begin);
    for (const at of piece) {
      const from = index.from[at]! - begin;
      const line = bytes.toString('utf8', from, from + index.bytes[at]!);
      if (mayHold(line, words) && holds(line, words, shown.run)) holding.push(at);
    }
    await breathe();
  }
  return holding.sort((a, b) => a - b);
}

/** Whether each of the words is in the question or in the answer. The line was read before, and its words are all that is
 *  looked at. */
function holds(line: string, words: readonly string[], run: string): boolean {
  let node: Partial<TranscriptNode>;
  try {
    node = JSON.parse(line) as Partial<TranscriptNode>;
  } catch (cause) {
    throw new CapstanError('corrupt', `${run}: expected a node, its file was written into`, { cause });
  }
  const { question, answer } = node;
  const texts = [question?.text, answer?.kind === 'known' ? answer.value : ''];
  const lower = texts.map((text) => String(text).toLowerCase());
  return words.every((word) => lower.some((text) => text.includes(word)));
}

/** The node at a position. */
export function nodeAt({ run, index, node }: Shown<Outline>, at: number): TranscriptNode {
  const found = node(index.from[at]!, index.bytes[at]!);
  const id = idAt(index, at);
  if (found.id === id) return found;
  throw new CapstanError(
    'corrupt',
    `${run}: expected the node ${id}, got another; its file was written into`,
  );
}

/** A line of which no word is missing; one with characters in other clothes may hold anything. */
function mayHold(line: string, words: readonly string[]): boolean {
  if (line.includes('\\u') || line.includes('\\/')) return true;
  const lower = line.toLowerCase();
  return words.every((word) => lower.includes(JSON.stringify(word).slice(1, -1)));
}

/** Positions that lie together in the file, in its order. */
function* piecesOf({ from, bytes }: Outline, positions: readonly number[]): Generator<readonly number[]> {
  const sorted = [...positions].sort((a, b) => from[a]! - from[b]!);
  let piece: number[] = [];
  for (const at of sorted) {
    const last = piece.at(-1);
    const isFar =
      last !== undefined &&
      (from[at]! - (from[last]! + bytes[last]!) > GAP_BYTES ||
        from[at]! + bytes[at]! - from[piece[0]!]! > PIECE_BYTES);
    if (isFar) {
      yield piece;
      piece = [];
    }
    piece.push(at);
  }
  if (piece.length > 0) yield piece;
}
