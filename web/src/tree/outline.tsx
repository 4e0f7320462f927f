/** The tree as an outline of one-line rows, of which those in sight are in the page. */

import { defaultRangeExtractor, type Range, useVirtualizer } from '@tanstack/react-virtual';
import { useCallback, useEffect, useLayoutEffect, useRef } from 'react';
import { NODE_HEIGHT } from '../node.tsx';
import { type Columns, isKin } from './columns.ts';
import { OutlineRow } from './outline-row.tsx';
import type { RowStore } from './rows.ts';
import type { Intent, State } from './state.ts';
import { indexOf } from './visible.ts';

/** Rows around those in sight that are there before they are. */
const OVERSCAN = 12;
/** Rows further away whose words are fetched. */
const AHEAD = 60;

export interface OutlineProps {
  readonly state: State;
  readonly store: RowStore;
  readonly dispatch: (intent: Intent) => void;
  /** The position that is open beside. */
  readonly selected: number | undefined;
  /** Positions from the root to the first wrong node, and those that lean on it. */
  readonly path: readonly number[];
  readonly touched: ReadonlySet<number>;
  /** Positions whose words came up in the phrase that is looked at. */
  readonly lit: readonly number[];
  /** Milliseconds after the start of the tree; undefined: now. */
  readonly time: number | undefined;
  readonly onChoose: (at: number) => void;
}

export function Outline(props: OutlineProps) {
  const { state, store, dispatch, selected, path, touched, lit, time, onChoose } = props;
  const { columns, visible, cursor, open, only } = state;
  const scroller = useRef<HTMLDivElement>(null);
  const here = indexOf(visible, cursor);
  const virtualizer = useVirtualizer({
    count: visible.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => NODE_HEIGHT,
    overscan: OVERSCAN,
    // The row that Tab leads to is there wherever one has scrolled to.
    rangeExtractor: useCallback(
      (range: Range) => {
        const shown = defaultRangeExtractor(range);
        return here >= range.count || shown.includes(here) ? shown : [...shown, here].sort((a, b) => a - b);
      },
      [here],
    ),
  });
  const items = virtualizer.getVirtualItems();
  const [first, last] = [virtualizer.range?.startIndex ?? 0, virtualizer.range?.endIndex ?? 0];
  useEffect(() => {
    const part = (from: number, to: number) => [...visible.subarray(Math.max(0, from), Math.max(0, to))];
    store.want([
      ...part(first, last + 1),
      cursor,
      ...part(last + 1, last + AHEAD),
      ...part(first - AHEAD, first),
    ]);
  }, [store, visible, first, last, cursor]);
  useCursor(scroller, virtualizer.scrollToIndex, state, here);
  const found = only && path.length === 0 ? new Set(only) : undefined;
  return (
    <div className="outline" ref={scroller}>
      <div
        role="tree"
        aria-label="Questions"
        className={selected === undefined ? '' : 'has-selected'}
        style={{ height: virtualizer.getTotalSize() }}
      >
        {items.map(({ index, start }) => {
          const at = visible[index]!;
          return (
            <OutlineRow
              key={at}
              {...{ at, top: start, columns, dispatch, onChoose }}
              row={store.get(at)}
              isOpen={only ? columns.parent[visible[index + 1] ?? 0] === at : open[at] === 1}
              isCursor={at === cursor}
              isSelected={at === selected}
              isFar={selected !== undefined && !isKin(columns, at, selected)}
              isFound={found?.has(at) ?? false}
              isLit={lit.includes(at)}
              isTouched={touched.has(at)}
              isLate={time !== undefined && columns.ended[at]! > time}
              wrong={placeOnPath(path, at)}
              isTurn={path.includes(columns.parent[at]!)}
              line={lineBeside(columns, path, at)}
            />
          );
        })}
      </div>
    </div>
  );
}

/** «way» for what is above the first wrong node, «end» for it. */
function placeOnPath(path: readonly number[], at: number): 'way' | 'end' | undefined {
  if (!path.includes(at)) return undefined;
  return path.at(-1) === at ? 'end' : 'way';
}

/** How deep the line of the path runs past a row that is not on it: as deep as the one above, whose child comes later. A way
 *  that goes on elsewhere in the tree, where an answer was known from, has no line there. */
function lineBeside({ parent, depth }: Columns, path: readonly number[], at: number): number | undefined {
  const above = path.find((one, i) => {
    const next = path[i + 1];
    return next !== undefined && parent[next] === one && one < at && at < next;
  });
  return above === undefined ? undefined : depth[above];
}

/** Whoever moves the cursor takes the focus along; a row that is only revealed is scrolled to. What is in sight stays in its
 *  place when the tree becomes another one. */
function useCursor(
  scroller: React.RefObject<HTMLDivElement | null>,
  scrollTo: (index: number) => void,
  { cursor, moved, visible, columns }: State,
  here: number,
): void {
  const before = useRef({ moved, cursor, columns, top: 0 });
  useLayoutEffect(() => {
    const was = before.current;
    const element = scroller.current;
    if (!element) return;
    before.current = { moved, cursor, columns, top: here * NODE_HEIGHT - element.scrollTop };
    if (was.columns !== columns) {
      element.scrollTop = here * NODE_HEIGHT - was.top;
      return;
    }
    if (was.cursor !== cursor || was.moved !== moved) scrollTo(here);
    if (was.moved !== moved)
      element.querySelector<HTMLElement>(`[data-at="${cursor}"]`)?.focus({ preventScroll: true });
  }, [scroller, scrollTo, cursor, moved, columns, here]);
  // How far the cursor is from the top is what somebody sees, wherever they scrolled to since.
  useEffect(() => {
    const element = scroller.current;
    const note = () => {
      before.current.top = indexOf(visible, cursor) * NODE_HEIGHT - (element?.scrollTop ?? 0);
    };
    element?.addEventListener('scroll', note, { passive: true });
    return () => element?.removeEventListener('scroll', note);
  }, [scroller, visible, cursor]);
}
