/** One row of the outline: how deep, whether open, and the node. */

import { memo } from 'react';
import { FLAGS } from '../../../src/wire/flags.ts';
import type { Row } from '../../../src/wire/tree.ts';
import { Mark, markOf } from '../marks.tsx';
import { Node } from '../node.tsx';
import type { Columns } from './columns.ts';
import type { Intent } from './state.ts';

export interface OutlineRowProps {
  readonly at: number;
  /** Pixels from the top of all. */
  readonly top: number;
  readonly columns: Columns;
  /** Undefined while it is on its way. */
  readonly row: Row | undefined;
  readonly isOpen: boolean;
  readonly isCursor: boolean;
  readonly isSelected: boolean;
  /** Neither above nor below what is selected. */
  readonly isFar: boolean;
  readonly isFound: boolean;
  readonly isLit: boolean;
  readonly isTouched: boolean;
  /** Had no answer yet at the time that is looked at. */
  readonly isLate: boolean;
  readonly wrong: 'way' | 'end' | undefined;
  /** Whether what is above it is on the way too. */
  readonly isTurn: boolean;
  readonly line: number | undefined;
  readonly dispatch: (intent: Intent) => void;
  readonly onChoose: (at: number) => void;
}

/** Pixels for each level; below some depth it costs more words than it tells. */
const INDENT = 14;
const DEEPEST = 16;

export const OutlineRow = memo(function OutlineRow(props: OutlineRowProps) {
  const { at, top, columns, row, isOpen, isCursor, isSelected, dispatch, onChoose, wrong, line } = props;
  const depth = columns.depth[at]!;
  const isParent = columns.children[at]! > 0;
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the page has the keys of all rows
    <div
      role="treeitem"
      data-at={at}
      className={classesOf(props)}
      style={{ transform: `translateY(${top}px)`, paddingLeft: indent(depth) }}
      tabIndex={isCursor ? 0 : -1}
      aria-level={depth + 1}
      aria-setsize={at === 0 ? 1 : columns.children[columns.parent[at]!]!}
      aria-posinset={columns.ordinal[at]! + 1}
      aria-selected={isSelected}
      {...(isParent && { 'aria-expanded': isOpen })}
      onClick={() => onChoose(at)}
    >
      {line !== undefined && <span className="wrong-line" style={{ left: indent(line) }} />}
      {wrong && props.isTurn && <span className="wrong-turn" style={{ left: indent(depth - 1) }} />}
      <span
        className="twisty"
        aria-hidden="true"
        onClick={(event) => {
          event.stopPropagation();
          dispatch({ kind: event.altKey && !isOpen ? 'unfold' : 'toggle', at });
        }}
      >
        {isParent && (isOpen ? '▾' : '▸')}
      </span>
      {row ? <Node row={props.isLate ? unanswered(row) : row} /> : <Coming flags={columns.flags[at]!} />}
      {wrong === 'end' && <span className="quiet">, the first wrong one</span>}
      {props.isTouched && (
        <span className="leans" title="leans on the first wrong answer">
          <span aria-hidden="true">⚠</span>
          <span className="quiet">, leans on the first wrong answer</span>
        </span>
      )}
    </div>
  );
});

function indent(depth: number): number {
  return Math.min(depth, DEEPEST) * INDENT;
}

function classesOf({ isFar, isFound, isLit, isSelected, isLate, wrong }: OutlineRowProps): string {
  const classes = [
    'outline-row',
    isFar && 'is-far',
    isFound && 'is-found',
    isLit && 'is-lit',
    isSelected && 'is-selected',
    isLate && 'is-late',
    wrong && `wrong-${wrong}`,
  ];
  return classes.filter(Boolean).join(' ');
}

/** What is known before the words are. */
function Coming({ flags }: { readonly flags: number }) {
  const mark = markOf(flags);
  return (
    <span className="coming">
      <span className="node-mark">{mark && <Mark name={mark} />}</span>
      <span className="coming-words" />
      <span className="quiet">being fetched</span>
    </span>
  );
}

function unanswered({ at, id, depth, question, descendants, flags }: Row): Row {
  const spent = { calls: 0, tokens: 0, micros: 0, seconds: 0 };
  return { at, id, depth, question, descendants, spent, flags: flags & FLAGS.waiting };
}
