/** Reads a transcript tree and believes nothing of it: an error names the line, the field, what was expected there and what
 *  was got. Nodes are given one by one, as they are read; only when the last was given is it known that the tree is whole. */

import { CapstanError } from '../base/errors.ts';
import { shown } from './_fields.ts';
import type { TranscriptNode } from './node.ts';
import { TreeShape } from './shape.ts';
import { LINE_BYTES_MAX, readHeader, readNode, type TreeHeader } from './tree.ts';
import { about } from './writer.ts';

export interface ReadOptions {
  /** How people call the file. */
  readonly name: string;
  /** Of a line in bytes. */
  readonly lineBytesMax?: number;
  /** Told where the line of a node lies, in bytes, before the node is given. */
  readonly placed?: (from: number, bytes: number) => void;
}

export interface TreeReading {
  readonly header: TreeHeader;
  /** To be gone through once. Throws at its end if the tree is not whole. */
  readonly nodes: Iterable<TranscriptNode>;
}

/** Reads from bytes that come in pieces. */
export function readTree(pieces: Iterable<Uint8Array>, options: ReadOptions): TreeReading {
  const { name, lineBytesMax = LINE_BYTES_MAX, placed } = options;
  const lines = linesOf(pieces, { name, lineBytesMax });
  const first = lines.next();
  if (first.done) throw new CapstanError('invalid', `${name}: expected a transcript tree, got an empty file`);
  const header = about(`${name}, line 1`, () => readHeader(jsonOf(first.value), ''));
  return { header, nodes: nodesOf(lines, header, name, first.value.length + 1, placed) };
}

/** The node that a line is, without its line feed, as far as that can be told without its tree. */
export function readLine(line: Uint8Array, what: string): TranscriptNode {
  return about(what, () => readNode(jsonOf(line), ''));
}

/** All of it, in memory. */
export function readWholeTree(
  pieces: Iterable<Uint8Array>,
  options: ReadOptions,
): { readonly header: TreeHeader; readonly nodes: readonly TranscriptNode[] } {
  const { header, nodes } = readTree(pieces, options);
  return { header, nodes: [...nodes] };
}

function* nodesOf(
  lines: Iterable<Uint8Array>,
  { root }: TreeHeader,
  name: string,
  begins: number,
  placed?: ReadOptions['placed'],
): Generator<TranscriptNode> {
  const shape = new TreeShape(root);
  let number = 1;
  let from = begins;
  for (const line of lines) {
    number++;
    placed?.(from, line.length);
    from += line.length + 1;
    yield about(`${name}, line ${number}`, () => {
      const node = readNode(jsonOf(line), '');
      shape.add(node);
      return node;
    });
  }
  about(`${name}, after line ${number}`, () => shape.end());
}

/** The lines without their line feeds; the last has one too, else the file was cut. */
export function* linesOf(
  pieces: Iterable<Uint8Array>,
  { name, lineBytesMax }: Required<Omit<ReadOptions, 'placed'>>,
): Generator<Uint8Array, void> {
  let begun: Uint8Array[] = [];
  let bytes = 0;
  let number = 1;
  const grow = (piece: Uint8Array): void => {
    bytes += piece.length;
    if (bytes > lineBytesMax)
      throw new CapstanError(
        'invalid',
        `${name}, line ${number}: expected at most ${lineBytesMax} bytes, got more`,
      );
    if (piece.length > 0) begun.push(piece);
  };
  for (const piece of pieces) {
    let from = 0;
    for (let at = piece.indexOf(LINE_FEED); at >= 0; at = piece.indexOf(LINE_FEED, from)) {
      grow(piece.subarray(from, at));
      yield begun.length === 1 ? begun[0]! : Buffer.concat(begun);
      [begun, bytes, from] = [[], 0, at + 1];
      number++;
    }
    // A copy, because the one who gives the pieces may fill the same memory again.
    grow(piece.slice(from));
  }
  if (bytes > 0)
    throw new CapstanError(
      'invalid',
      `${name}, line ${number}: expected a line feed at its end, got the end of the file; it was cut`,
    );
}

const LINE_FEED = 10;
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function jsonOf(line: Uint8Array): unknown {
  let text: string;
  try {
    text = utf8.decode(line);
  } catch (cause) {
    throw new CapstanError('invalid', 'expected UTF-8, got other bytes', { cause });
  }
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new CapstanError('invalid', `expected a JSON value, got ${shown(text)}`, { cause });
  }
}
