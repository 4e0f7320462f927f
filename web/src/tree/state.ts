/** What is open and where the cursor is, in one reducer. The cursor is always on something that is shown. */

import { ancestorsOf, type Columns, carried } from './columns.ts';
import {
  firstOpen,
  indexOf,
  type Open,
  openAfter,
  opened,
  revealed,
  visibleOf,
  withAncestors,
} from './visible.ts';

export interface State {
  readonly columns: Columns;
  readonly open: Open;
  /** Positions to which the tree is narrowed, with their ancestors; absent: all that is open. */
  readonly only: readonly number[] | undefined;
  /** What is shown, in order. */
  readonly visible: Uint32Array;
  /** A position. */
  readonly cursor: number;
  /** Counts how often somebody moved it: then it is followed, by the focus and by what is opened. */
  readonly moved: number;
}

export type Intent =
  | { readonly kind: 'move'; readonly by: number }
  | { readonly kind: 'first' | 'last' | 'into' | 'out' }
  /** The next after the cursor with one of these flags, around the end too. */
  | { readonly kind: 'seek'; readonly flags: number }
  /** The next or the previous of those to which the tree is narrowed. */
  | { readonly kind: 'match'; readonly by: 1 | -1 }
  | { readonly kind: 'toggle'; readonly at: number }
  /** With all below; that at the cursor, if nothing is said. */
  | { readonly kind: 'unfold'; readonly at?: number }
  | { readonly kind: 'choose'; readonly at: number }
  /** Shows it without anybody having moved there. */
  | { readonly kind: 'reveal'; readonly at: number }
  | { readonly kind: 'narrow'; readonly to: readonly number[] | undefined }
  | { readonly kind: 'arrive'; readonly columns: Columns };

/** Rows that are open from the start, if there are so many. */
const ROOM = 400;

export function begin(columns: Columns): State {
  const open = firstOpen(columns, ROOM);
  return { columns, open, only: undefined, visible: visibleOf(columns, open), cursor: 0, moved: 0 };
}

export function reduce(state: State, intent: Intent): State {
  const { columns, visible, cursor, only } = state;
  const here = indexOf(visible, cursor);
  switch (intent.kind) {
    case 'move':
      return movedTo(state, visible[clamp(here + intent.by, visible.length)] ?? 0);
    case 'first':
      return movedTo(state, visible[0] ?? 0);
    case 'last':
      return movedTo(state, visible.at(-1) ?? 0);
    case 'into':
      if (columns.children[cursor] === 0) return state;
      if (!only && state.open[cursor] === 0) return withOpen(state, opened(state.open, cursor, true));
      return visible[here + 1] !== undefined && columns.parent[visible[here + 1]!] === cursor
        ? movedTo(state, visible[here + 1]!)
        : state;
    case 'out':
      if (!only && state.open[cursor] === 1 && columns.children[cursor]! > 0)
        return withOpen(state, opened(state.open, cursor, false));
      return columns.parent[cursor]! < 0 ? state : movedTo(state, columns.parent[cursor]!);
    case 'seek':
      return shownAt(state, seek(columns, cursor, intent.flags), true);
    case 'match':
      return only && only.length > 0 ? shownAt(state, matchAfter(only, cursor, intent.by), true) : state;
    case 'toggle': {
      if (columns.children[intent.at] === 0) return state;
      return withOpen(state, opened(state.open, intent.at, state.open[intent.at] === 0));
    }
    case 'unfold': {
      const { at = cursor } = intent;
      const open = state.open.slice();
      open.fill(1, at, at + (columns.size[at] ?? 0));
      return withOpen(state, open);
    }
    case 'choose':
      return shownAt(state, intent.at, true);
    case 'reveal':
      return shownAt(state, intent.at, false);
    case 'narrow':
      return narrowed(state, intent.to);
    case 'arrive':
      return arrived(state, intent.columns);
  }
}

function clamp(index: number, count: number): number {
  return Math.max(0, Math.min(count - 1, index));
}

function movedTo(state: State, cursor: number): State {
  return { ...state, cursor, moved: state.moved + 1 };
}

function withOpen(state: State, open: Open): State {
  if (state.only) return { ...state, open };
  const visible = visibleOf(state.columns, open);
  return { ...state, open, visible, cursor: visible[indexOf(visible, state.cursor)] ?? 0 };
}

/** What hides it is opened; if the tree is narrowed to others, it is so no more. */
function shownAt(state: State, at: number | undefined, isMoved: boolean): State {
  if (at === undefined || at < 0 || at >= state.columns.count) return state;
  const isShown = state.visible[indexOf(state.visible, at)] === at;
  const wide = isShown || !state.only ? state : narrowed(state, undefined);
  const shown = isShown ? state : withOpen(wide, revealed(wide.columns, wide.open, at));
  return { ...shown, cursor: at, moved: state.moved + (isMoved ? 1 : 0) };
}

function seek({ flags, count }: Columns, cursor: number, wanted: number): number | undefined {
  for (let step = 1; step <= count; step++) {
    const at = (cursor + step) % count;
    if ((flags[at]! & wanted) !== 0) return at;
  }
  return undefined;
}

function matchAfter(only: readonly number[], cursor: number, by: 1 | -1): number {
  if (by === 1) return only.find((at) => at > cursor) ?? only[0]!;
  return only.findLast((at) => at < cursor) ?? only.at(-1)!;
}

function narrowed(state: State, to: readonly number[] | undefined): State {
  const { columns, cursor } = state;
  if (!to) {
    const open = revealed(columns, state.open, cursor);
    return { ...state, open, only: undefined, visible: visibleOf(columns, open) };
  }
  const only = [...to].filter((at) => at < columns.count).sort((a, b) => a - b);
  const visible = withAncestors(columns, only);
  const isShown = visible[indexOf(visible, cursor)] === cursor;
  return {
    ...state,
    only,
    visible,
    cursor: isShown ? cursor : (only.find((at) => at > cursor) ?? only[0] ?? 0),
  };
}

/** The tree is another one by now: what was open stays open, and the cursor stays where it was. */
function arrived(state: State, columns: Columns): State {
  const to = carried(state.columns, columns);
  const open = openAfter(state.open, to, columns);
  const cursor =
    to[[...ancestorsOf(state.columns, state.cursor), state.cursor].findLast((at) => to[at]! >= 0) ?? 0];
  const after = { ...state, columns, open, only: undefined, visible: visibleOf(columns, open) };
  return shownAt(after, Math.max(0, cursor ?? 0), false);
}
