/** Transcripts of runs as they are looked at: each version is read once, from its beginning to its end, and of the last few
 *  an index is kept, with the file open, so that its words can be read where they lie. Whoever reads lets others have
 *  their turn. Of a file that is damaged, or is being written by somebody who does not replace it, the version before is
 *  shown while there is one. */

import { CapstanError, messageOf } from '../base/errors.ts';
import { Opened } from '../storage/opened.ts';
import type { TranscriptNode } from '../transcript/node.ts';
import { readLine, readTree } from '../transcript/reader.ts';
import { type TreeFile, treeHere } from './grove.ts';

/** Takes the nodes of a tree in the order of the file, and what an index of them is. */
export interface Indexing<I> {
  add(node: TranscriptNode, from: number, bytes: number): void;
  end(): I;
}

export interface Shown<I> {
  /** As somebody asked for it. */
  readonly name: string;
  readonly run: string;
  /** Of its folder. */
  readonly path: string;
  readonly file: TreeFile;
  /** «none» where nothing was written down yet. */
  readonly version: string;
  readonly index: I;
  /** The bytes of a line and what follows it. */
  read(from: number, bytes: number): Buffer;
  /** The node whose line lies there. */
  node(from: number, bytes: number): TranscriptNode;
}

/** Trees that are kept. */
const KEPT = 4;
/** So long somebody reads before others have their turn. */
const TURN_MS = 8;
/** Nodes between two looks at the clock. */
const STRIDE = 64;

interface Kept<I> {
  readonly shown: Shown<I>;
  readonly opened: Opened | undefined;
  users: number;
  isGone: boolean;
}

export class Shelf<I> {
  readonly #indexing: (file: TreeFile) => Indexing<I>;
  /** By name, the one used last at the end. */
  readonly #kept = new Map<string, Kept<I>>();
  readonly #making = new Map<string, Promise<Kept<I>>>();

  constructor(indexing: (file: TreeFile) => Indexing<I>) {
    this.#indexing = indexing;
  }

  /** With the tree of a run as it is now. Throws «not-found» for none, «corrupt» where its file was never whole. */
  async with<T>(name: string, use: (shown: Shown<I>) => T | Promise<T>): Promise<T> {
    let kept = await this.#current(name);
    while (kept.isGone && kept.users === 0) kept = await this.#current(name); // others came in between
    kept.users++;
    try {
      return await use(kept.shown);
    } finally {
      kept.users--;
      if (kept.isGone && kept.users === 0) kept.opened?.close();
    }
  }

  async #current(name: string): Promise<Kept<I>> {
    const tree = treeHere(name);
    const version = Opened.versionOf(tree.transcript) ?? 'none';
    const known = this.#kept.get(name);
    if (known?.shown.version === version) {
      this.#keep(name, known);
      return known;
    }
    const key = `${name} ${version}`;
    const making = this.#making.get(key) ?? this.#make(name, tree, version);
    this.#making.set(key, making);
    try {
      return await making;
    } catch (error) {
      const older = this.#kept.get(name);
      if (older && error instanceof CapstanError) return older;
      throw error;
    } finally {
      this.#making.delete(key);
    }
  }

  async #make(name: string, tree: ReturnType<typeof treeHere>, version: string): Promise<Kept<I>> {
    const { run, path, file, transcript } = tree;
    const opened = version === 'none' ? undefined : Opened.open(transcript);
    try {
      const index = await this.#read(file, opened);
      const read = (from: number, bytes: number) => opened!.read(from, bytes);
      const node = (from: number, bytes: number) =>
        damaged(transcript, () => readLine(read(from, bytes), `${transcript}, byte ${from}`));
      const shown = { name, run, path, file, version: opened?.version ?? version, index, read, node };
      const kept: Kept<I> = { shown, opened, users: 0, isGone: false };
      this.#keep(name, kept);
      return kept;
    } catch (error) {
      opened?.close();
      throw error;
    }
  }

  async #read(file: TreeFile, opened: Opened | undefined): Promise<I> {
    const indexing = this.#indexing(file);
    if (!opened) return indexing.end();
    let place: readonly [from: number, bytes: number] = [0, 0];
    const placed = (from: number, bytes: number) => {
      place = [from, bytes];
    };
    const name = opened.path;
    const { nodes } = damaged(name, () => readTree(opened.pieces(), { name, placed }));
    const iterator = nodes[Symbol.iterator]();
    let began = performance.now();
    for (let i = 1; ; i++) {
      const { done, value } = damaged(name, () => iterator.next());
      if (done) return indexing.end();
      indexing.add(value, ...place);
      if (i % STRIDE > 0 || performance.now() - began < TURN_MS) continue;
      await breathe();
      began = performance.now();
    }
  }

  #keep(name: string, kept: Kept<I>): void {
    const before = this.#kept.get(name);
    if (before && before !== kept) this.#drop(before);
    this.#kept.delete(name);
    this.#kept.set(name, kept);
    for (const [oldest, one] of this.#kept) {
      if (this.#kept.size <= KEPT) break;
      this.#kept.delete(oldest);
      this.#drop(one);
    }
  }

  #drop(kept: Kept<I>): void {
    kept.isGone = true;
    if (kept.users === 0) kept.opened?.close();
  }
}

/** Lets others have their turn. */
export async function breathe(): Promise<void> {
  await new Promise<void>((resolve) => setImmediate(resolve));
}

/** What is not as it was written is damaged, whatever the reader says of it. */
function damaged<T>(name: string, act: () => T): T {
  try {
    return act();
  } catch (error) {
    if (!(error instanceof CapstanError) || error.code !== 'invalid') throw error;
    const what = messageOf(error);
    throw new CapstanError('corrupt', what.startsWith(name) ? what : `${name}: ${what}`, { cause: error });
  }
}
