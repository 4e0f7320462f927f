/** From the root to the first wrong node: one that was corrected or rejected, or is marked by whoever asks, below which
 *  nothing is wrong; and what leans on it. «Below» is whatever was asked, also where it is remembered from elsewhere. */

import { FLAGS } from '../wire/tree.ts';
import { itemsOf, type Lists, type Outline } from './outline.ts';

export interface Wrong {
  /** From the root down; none where nothing is wrong. */
  readonly path: readonly number[];
  /** In order, without itself. */
  readonly touched: readonly number[];
}

/** `marked`: held to be wrong; the way goes through it. */
export function firstWrong(outline: Outline, marked?: number): Wrong {
  const { count, flags, question, asked, askers } = outline;
  const isWrong = (at: number) => at === marked || (flags[at]! & (FLAGS.corrected | FLAGS.rejected)) > 0;
  const wrong: number[] = [];
  for (let at = 0; at < count; at++) if (isWrong(at)) wrong.push(at);
  const leading = reached(askers, wrong, count);
  if (count === 0 || (marked === undefined && !leading[0])) return { path: [], touched: [] };
  const path = marked === undefined ? [0] : wayTo(outline, marked);
  for (;;) {
    const next = itemsOf(asked, path.at(-1)!).find((at) => leading[at] === 1);
    if (next === undefined) break;
    path.push(next);
  }
  const last = path.at(-1)!;
  // Where the same question stands elsewhere, it has the same answer.
  const same: number[] = [];
  for (let at = 0; at < count; at++) if (question[at] === question[last]) same.push(at);
  const leaning = reached(askers, same, count);
  const touched: number[] = [];
  for (let at = 0; at < count; at++) if (leaning[at] && at !== last) touched.push(at);
  return { path, touched };
}

/** Those, and whatever leans on them by any way. */
function reached(askers: Lists, from: readonly number[], count: number): Uint8Array {
  const seen = new Uint8Array(count);
  const open = [...from];
  for (const at of open) seen[at] = 1;
  for (let at = open.pop(); at !== undefined; at = open.pop())
    for (const above of itemsOf(askers, at))
      if (!seen[above]) {
        seen[above] = 1;
        open.push(above);
      }
  return seen;
}

/** By those who asked it first. */
function wayTo({ parent }: Outline, at: number): number[] {
  const way = [at];
  while (way.at(-1)! > 0) way.push(parent[way.at(-1)!]!);
  return way.reverse();
}
