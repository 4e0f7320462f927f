/** A tree by its columns: a value for each position, in pre-order, so that below a node of size n are the n − 1 after it. What
 *  the pages ask of the shape of a tree is answered from here; words are fetched for what is looked at (`rows.ts`). */

import type { Skeleton } from '../../../src/wire/tree.ts';

export interface Columns {
  /** Positions of another version mean something else. */
  readonly version: string;
  readonly count: number;
  readonly depth: Uint16Array;
  /** Nodes at and below. */
  readonly size: Uint32Array;
  readonly flags: Uint8Array;
  /** Milliseconds after the start of the tree; `NEVER` for what has no answer. */
  readonly ended: Uint32Array;
  /** −1 above the root. */
  readonly parent: Int32Array;
  /** Which of its parent's, from 0. */
  readonly ordinal: Uint32Array;
  readonly children: Uint32Array;
}

export const NEVER = 2 ** 32 - 1;

/** Columns are little-endian, as every machine with a browser is. */
export function columnsOf({ version, count, depth, size, flags, ended }: Skeleton): Columns {
  const columns = {
    version,
    count,
    depth: new Uint16Array(bytesOf(depth)),
    size: new Uint32Array(bytesOf(size)),
    flags: new Uint8Array(bytesOf(flags)),
    ended: new Uint32Array(bytesOf(ended)),
  };
  for (const name of ['depth', 'size', 'flags', 'ended'] as const)
    if (columns[name].length !== count)
      throw new Error(`the tree's «${name}»: expected ${count} values, got ${columns[name].length}`);
  return { ...columns, ...linksOf(columns.size) };
}

/** Who is below whom. */
function linksOf(size: Uint32Array): Pick<Columns, 'parent' | 'ordinal' | 'children'> {
  const parent = new Int32Array(size.length).fill(-1);
  const ordinal = new Uint32Array(size.length);
  const children = new Uint32Array(size.length);
  for (let at = 0; at < size.length; at++)
    for (let child = at + 1; child < at + size[at]!; child += size[child]!) {
      parent[child] = at;
      ordinal[child] = children[at]!++;
    }
  return { parent, ordinal, children };
}

function bytesOf(base64: string): ArrayBuffer {
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes.buffer;
}

/** From the root down, without itself. */
export function ancestorsOf({ parent }: Columns, at: number): readonly number[] {
  const path: number[] = [];
  for (let up = parent[at]!; up >= 0; up = parent[up]!) path.push(up);
  return path.reverse();
}

/** Above it, below it, or itself. */
export function isKin({ size }: Columns, one: number, other: number): boolean {
  const [above, below] = one < other ? [one, other] : [other, one];
  return below < above + size[above]!;
}

/** For each position of the old tree, where the same node is in the new one: the one that is reached by the same steps from
 *  the root. −1: nowhere. */
export function carried(old: Columns, now: Columns): Int32Array {
  const to = new Int32Array(old.count).fill(-1);
  if (old.count > 0 && now.count > 0) to[0] = 0;
  for (let at = 0; at < old.count; at++) {
    const target = to[at]!;
    if (target < 0) continue;
    const [end, targetEnd] = [at + old.size[at]!, target + now.size[target]!];
    for (let a = at + 1, b = target + 1; a < end && b < targetEnd; a += old.size[a]!, b += now.size[b]!)
      to[a] = b;
  }
  return to;
}

/** When answers came, in order. */
export function arrivalsOf({ ended }: Columns): Uint32Array {
  return ended.filter((time) => time !== NEVER).sort();
}

/** How many of them had come at that time. */
export function arrivedAt(arrivals: Uint32Array, time: number): number {
  let [low, high] = [0, arrivals.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (arrivals[middle]! <= time) low = middle + 1;
    else high = middle;
  }
  return low;
}
