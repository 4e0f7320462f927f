/** Which positions are shown, in which order: those of which all ancestors are open, or those that were found, with their
 *  ancestors. It is one pass over what is shown, which of 50,000 takes less than a millisecond; so there is no structure to
 *  keep in step. */

import { ancestorsOf, type Columns } from './columns.ts';

/** 1 for each position whose children are shown. */
export type Open = Uint8Array;

export function visibleOf({ count, size }: Pick<Columns, 'count' | 'size'>, open: Open): Uint32Array {
  const shown = new Uint32Array(count);
  let found = 0;
  for (let at = 0; at < count; at += open[at] === 1 ? 1 : size[at]!) shown[found++] = at;
  return shown.slice(0, found);
}

/** Those and all above them. */
export function withAncestors({ count, parent }: Columns, positions: Iterable<number>): Uint32Array {
  const isShown = new Uint8Array(count);
  for (const position of positions)
    for (let at = position; at >= 0 && at < count && isShown[at] === 0; at = parent[at]!) isShown[at] = 1;
  const shown = new Uint32Array(isShown.reduce((sum, one) => sum + one, 0));
  let found = 0;
  for (const [at, one] of isShown.entries()) if (one === 1) shown[found++] = at;
  return shown;
}

/** Where it is among what is shown, or whatever hides it. */
export function indexOf(visible: Uint32Array, at: number): number {
  let [low, high] = [0, visible.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (visible[middle]! <= at) low = middle + 1;
    else high = middle;
  }
  return Math.max(0, low - 1);
}

export function opened(open: Open, at: number, isOpen: boolean): Open {
  const changed = open.slice();
  changed[at] = isOpen ? 1 : 0;
  return changed;
}

/** So that it is shown. */
export function revealed(columns: Columns, open: Open, at: number): Open {
  const above = ancestorsOf(columns, at);
  if (above.every((up) => open[up] === 1)) return open;
  const changed = open.slice();
  for (const up of above) changed[up] = 1;
  return changed;
}

/** As many whole levels as there is room for; the root's children in any case. */
export function firstOpen({ count, depth }: Columns, room: number): Open {
  const levels: number[] = [];
  for (const level of depth) levels[level] = (levels[level] ?? 0) + 1;
  let shown = (levels[0] ?? 0) + (levels[1] ?? 0);
  let last = 0;
  while (last + 2 < levels.length && shown + levels[last + 2]! <= room) shown += levels[++last + 1]!;
  return Uint8Array.from({ length: count }, (_, at) => (depth[at]! <= last ? 1 : 0));
}

/** What was open stays so in the new tree. */
export function openAfter(open: Open, to: Int32Array, now: Columns): Open {
  const after = new Uint8Array(now.count);
  for (const [at, target] of to.entries()) if (target >= 0 && open[at] === 1) after[target] = 1;
  return after;
}
