/** Writes a transcript tree node by node as canonical JSON, a line each. What the reader would refuse is refused here, so
 *  that whatever was written can be read. */

import { canonical, type Json } from '../base/canonical.ts';
import { CapstanError, messageOf } from '../base/errors.ts';
import type { TranscriptNode } from './node.ts';
import { TreeShape } from './shape.ts';
import { LINE_BYTES_MAX, readHeader, readNode, TREE_FORMAT, type TreeHeader } from './tree.ts';

/** Takes the bytes of one line after the other. */
export type Sink = (line: Uint8Array) => void;

export class TreeWriter {
  readonly #sink: Sink;
  readonly #shape: TreeShape;

  /** Writes the header. */
  constructor(header: Omit<TreeHeader, 'format'>, sink: Sink) {
    const checked = about('the header of a tree', () => readHeader({ format: TREE_FORMAT, ...header }, ''));
    this.#shape = new TreeShape(checked.root);
    this.#sink = sink;
    this.#put('the header of a tree', checked);
  }

  /** A parent before its children. */
  write(node: TranscriptNode): void {
    const what = `node ${node.id} of a tree`;
    about(what, () => this.#shape.add(readNode(node, '')));
    this.#put(what, node);
  }

  /** Throws unless every child that a node named was written. */
  end(): void {
    about('a tree', () => this.#shape.end());
  }

  #put(what: string, value: object): void {
    const bytes = Buffer.from(`${canonical(value as Json)}\n`);
    if (bytes.length > LINE_BYTES_MAX + 1)
      throw new CapstanError(
        'invalid',
        `${what}: expected at most ${LINE_BYTES_MAX} bytes, got ${bytes.length - 1}`,
      );
    this.#sink(bytes);
  }
}

/** Says of what an error speaks. */
export function about<T>(what: string, act: () => T): T {
  try {
    return act();
  } catch (error) {
    if (!(error instanceof CapstanError)) throw error;
    throw new CapstanError(error.code, `${what}: ${messageOf(error)}`, { cause: error });
  }
}
