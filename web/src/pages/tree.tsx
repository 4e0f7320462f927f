/** A question tree: left the outline, right the node that is open. What is looked at is in the address: the node, the filter,
 *  the tab, the error path and the time. */

import { Link, Navigate, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { useCallback, useEffect, useMemo, useReducer, useRef, useState } from 'react';
import type { NodeView, TreeSummary } from '../../../src/wire/tree.ts';
import { isNotFound } from '../api.ts';
import { count } from '../figures.ts';
import { KeyHelp } from '../key-help.tsx';
import { isForPage } from '../keys.ts';
import { Mark } from '../marks.tsx';
import type { Search } from '../routes.tsx';
import { Empty, Loading, ProblemPanel } from '../states.tsx';
import type { Columns } from '../tree/columns.ts';
import { useColumns, useErrorPath, useFound, useNode, useRows, useSummary } from '../tree/data.ts';
import { Detail, tabOf } from '../tree/detail.tsx';
import { Filter } from '../tree/filter.tsx';
import { KEYS, pressed } from '../tree/keys.ts';
import { Outline } from '../tree/outline.tsx';
import { PathStrip } from '../tree/path-strip.tsx';
import { Scrubber } from '../tree/scrubber.tsx';
import { begin, reduce } from '../tree/state.ts';
import '../tree/tree.css';

/** tree.css has the same. */
const WIDE = '(min-width: 60rem)';
/** The node beside follows the cursor once it rests. */
const REST_MS = 120;
const NONE: readonly number[] = [];

export function Page() {
  const { run = '' } = useParams({ strict: false });
  const summary = useSummary(run);
  const columns = useColumns(run, summary.data?.version, summary.data?.nodes ?? 0);
  const error = summary.error ?? columns.error;
  // A run of many questions has one tree for each.
  if (isNotFound(error) && !run.includes('@'))
    return <Navigate to="/trees/$run" params={{ run: `${run}@1` }} replace />;
  if (error && !columns.data) return <ProblemPanel error={error} onRetry={() => void summary.refetch()} />;
  if (!summary.data || !columns.data) return <Loading what="The tree is fetched" />;
  if (columns.data.count === 0)
    return (
      <Empty title="No questions yet">
        <p>The tree of this run has not begun. It appears here by itself.</p>
      </Empty>
    );
  return <Tree key={run} run={run} summary={summary.data} columns={columns.data} />;
}

interface TreeProps {
  readonly run: string;
  readonly summary: TreeSummary;
  readonly columns: Columns;
}

function Tree({ run, summary, columns }: TreeProps) {
  const { node: id } = useParams({ strict: false });
  const search = useSearch({ strict: false }) as Search;
  const navigate = useNavigate();
  const [state, dispatch] = useReducer(reduce, columns, begin);
  const version = state.columns.version;
  const words = String(search.q ?? '');
  const tab = tabOf(search.tab);
  const about = search.path === undefined ? undefined : String(search.path).replace(/^known$/, '');
  const store = useRows(run, state.columns);
  const node = useNode(run, id, version);
  const found = useFound(run, words, version);
  const errorPath = useErrorPath(run, about, version);
  const [lit, setLit] = useState(NONE);
  const [time, setTime] = useTime(search.time, (at) => say({ time: at }));

  const say = useCallback(
    (change: Search) =>
      void navigate({ to: '.', search: (was: Search) => ({ ...was, ...change }), replace: true }),
    [navigate],
  );
  const open = useCallback(
    (node: string, replace: boolean) =>
      void navigate({
        to: '/trees/$run/$node',
        params: { run, node },
        search: (was: Search) => was,
        replace,
      }),
    [navigate, run],
  );

  useEffect(() => {
    if (columns !== state.columns) dispatch({ kind: 'arrive', columns });
  }, [columns, state.columns]);

  // What the address says is shown, if it is about the tree as it is now.
  const view = node.data?.row.id === id ? node.data : undefined;
  const isNow = view?.version === version;
  const at = store.get(state.cursor)?.id === id ? state.cursor : isNow ? view?.row.at : undefined;
  const followed = useFollowing(state.moved, store.get(state.cursor)?.id, id, open);
  const arrived = useRef('');
  useEffect(() => {
    if (!isNow || at === undefined || arrived.current === `${id} ${version}`) return;
    arrived.current = `${id} ${version}`;
    // Whoever has moved on meanwhile is not called back.
    if (state.moved === followed.current) dispatch({ kind: 'reveal', at });
  }, [id, version, isNow, at, state.moved, followed]);

  const path = errorPath.data?.version === version ? errorPath.data : undefined;
  const positions = found.data?.version === version && words !== '' ? found.data.positions : undefined;
  const isFound = path !== undefined && path.path.length > 0;
  const only = useMemo(
    () => (isFound ? [...path.path.map((row) => row.at), ...path.touched] : positions),
    [isFound, path, positions],
  );
  useEffect(() => {
    dispatch({ kind: 'narrow', to: only });
  }, [only]);
  // Where there is room for both, the tree opens with its root.
  const root = store.get(0)?.id;
  useEffect(() => {
    if (id === undefined && about === undefined && root !== undefined && matchMedia(WIDE).matches)
      open(root, true);
  }, [id, about, root, open]);
  // Whoever asks for the way is led to its end.
  const isLed = useRef(id === undefined);
  useEffect(() => {
    const end = path?.path.at(-1);
    if (!end || !isLed.current) return;
    isLed.current = false;
    dispatch({ kind: 'choose', at: end.at });
  }, [path]);
  const askPath = (about: string | undefined) => {
    isLed.current = true;
    // It is drawn in the tree, which is the other step where only one of both is in sight.
    const isOutOfSight = id !== undefined && !matchMedia(WIDE).matches;
    const said = { ...search, path: about, q: undefined };
    if (isOutOfSight) void navigate({ to: '/trees/$run', params: { run }, search: said });
    else say(said);
  };
  const onPath = useMemo(() => path?.path.map((row) => row.at) ?? NONE, [path]);
  const touched = useMemo(() => new Set(path?.touched), [path]);

  const choose = useCallback(
    (position: number) => {
      dispatch({ kind: 'choose', at: position });
      const row = store.get(position);
      if (row) open(row.id, false);
    },
    [store, open],
  );
  const back = () => {
    // Where both are in sight, it is only the focus that goes there.
    if (matchMedia(WIDE).matches) focusTree();
    else void navigate({ to: '/trees/$run', params: { run }, search: (was: Search) => was });
  };
  useKeys((key, before) => {
    const intent = pressed(key, before);
    if (intent === undefined) return false;
    if (intent.kind === 'search') document.querySelector<HTMLElement>('[data-search]')?.focus();
    else if (intent.kind === 'open') {
      const row = store.get(state.cursor);
      if (row && row.id !== id) open(row.id, false);
      requestAnimationFrame(() => document.querySelector<HTMLElement>('[data-heading]')?.focus());
    } else if (intent.kind === 'back') back();
    else if (intent.kind !== 'wait-for-g') dispatch(intent);
    return true;
  });

  return (
    <div className={`tree-page${id === undefined ? '' : ' has-node'}`}>
      <h1 className="quiet">{summary.root}</h1>
      <section className="tree-list" aria-label="Tree">
        <header className="tree-head">
          <p className="tree-title said">{summary.root}</p>
          {summary.many && <Many run={run} {...summary.many} />}
          <p className="faint">{factsOf(summary)}</p>
          {summary.error !== undefined && (
            <p>
              <Mark name="rejected" word="cannot go on" /> {summary.error}
            </p>
          )}
          <div className="tree-tools">
            <Filter
              words={words}
              found={positions && found.data}
              error={found.error}
              at={positions?.indexOf(state.cursor) ?? -1}
              onWords={(q) => say({ q: q === '' ? undefined : q, path: undefined })}
              onStep={(by) => dispatch({ kind: 'match', by })}
              onLeave={focusTree}
            />
            <button
              type="button"
              aria-pressed={about !== undefined}
              onClick={() => askPath(about === undefined ? 'known' : undefined)}
            >
              Error path
            </button>
            <KeyHelp keys={KEYS} />
          </div>
        </header>
        {about !== undefined && (
          <PathStrip
            {...{ run, path, about }}
            error={errorPath.error}
            onWrong={askPath}
            onClose={() => say({ path: undefined })}
          />
        )}
        {store.error !== undefined && <ProblemPanel error={store.error} onRetry={() => store.retry()} />}
        <Outline
          {...{ state, store, dispatch, touched, time }}
          path={onPath}
          selected={at}
          lit={lit.flatMap((of) => view?.evidence[of]?.at ?? [])}
          onChoose={choose}
        />
        <Scrubber columns={state.columns} time={time} onTime={setTime} />
      </section>
      <article className="tree-node" aria-label="Node">
        <button type="button" className="back" onClick={back}>
          ‹ the tree
        </button>
        <NodePane
          {...{ id, view }}
          error={node.error}
          show={(shown) => (
            <Detail
              key={shown.row.id}
              node={shown}
              {...{ run, tab, lit }}
              onLit={setLit}
              onTab={(chosen) => say({ tab: chosen === 'answer' ? undefined : chosen })}
              onPath={() => askPath(shown.row.id)}
            />
          )}
        />
      </article>
    </div>
  );
}

/** From one tree to the next, of a run that has several. */
function Many({ run, at, count }: { readonly run: string } & NonNullable<TreeSummary['many']>) {
  const to = (place: number, words: string, sign: string) =>
    place >= 1 && place <= count ? (
      <Link to="/trees/$run" params={{ run: run.replace(/@\d+$/, `@${place}`) }} aria-label={words}>
        {sign}
      </Link>
    ) : (
      <span aria-hidden="true">{sign}</span>
    );
  return (
    <nav className="tree-many" aria-label="Questions of this run">
      {to(at - 1, 'the question before', '‹')}
      <span>
        question {at.toLocaleString('en')} of {count.toLocaleString('en')}
      </span>
      {to(at + 1, 'the next question', '›')}
    </nav>
  );
}

function NodePane({
  id,
  view,
  error,
  show,
}: {
  readonly id: string | undefined;
  readonly view: NodeView | undefined;
  readonly error: unknown;
  readonly show: (view: NodeView) => React.ReactNode;
}) {
  if (id === undefined)
    return (
      <Empty title="No question is open">
        <p>
          Choose one in the tree, or go through it with <kbd>j</kbd> and <kbd>k</kbd>. <kbd>?</kbd> says all
          keys.
        </p>
      </Empty>
    );
  if (error && !view) return <ProblemPanel error={error} />;
  return view ? show(view) : <Loading what="The node is fetched" />;
}

function factsOf({ nodes, waiting, state, overseer, assistant }: TreeSummary): string {
  const waits =
    waiting > 0
      ? `${waiting.toLocaleString('en')} ${waiting === 1 ? 'waits' : 'wait'} for people`
      : undefined;
  return [count(nodes, 'question'), state, waits, `H is ${overseer}`, `X is ${assistant}`]
    .filter((part) => part !== undefined)
    .join(' · ');
}

function focusTree(): void {
  document.querySelector<HTMLElement>('.outline [tabindex="0"]')?.focus();
}

/** The time that is looked at; the address has it once it rests. */
function useTime(written: string | number | undefined, write: (time: number | undefined) => void) {
  const given = written === undefined || Number.isNaN(Number(written)) ? undefined : Number(written);
  const [time, setTime] = useState(given);
  useEffect(() => setTime(given), [given]);
  useEffect(() => {
    if (time === given) return;
    const timer = setTimeout(() => write(time), 2 * REST_MS);
    return () => clearTimeout(timer);
  });
  return [time, setTime] as const;
}

/** Where there is room for both, the node that is open is the one that somebody moved to. Gives up to which of their moves. */
function useFollowing(
  moved: number,
  cursor: string | undefined,
  open: string | undefined,
  onOpen: (id: string, replace: boolean) => void,
): React.RefObject<number> {
  const followed = useRef(0);
  useEffect(() => {
    if (!matchMedia(WIDE).matches) followed.current = moved;
    if (moved === followed.current || cursor === undefined) return;
    const timer = setTimeout(() => {
      followed.current = moved;
      if (cursor !== open) onOpen(cursor, true);
    }, REST_MS);
    return () => clearTimeout(timer);
  }, [moved, cursor, open, onOpen]);
  return followed;
}

/** Keys of the page, wherever the focus is but in what somebody writes. `press` says whether it took the key. */
function useKeys(press: (key: string, before: string | undefined) => boolean): void {
  const before = useRef<string>(undefined);
  const latest = useRef(press);
  useEffect(() => {
    latest.current = press;
  });
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      if (!isForPage(event) || isOfControl(event)) return;
      if (latest.current(event.key, before.current)) event.preventDefault();
      before.current = before.current === 'g' ? undefined : event.key;
    };
    addEventListener('keydown', listen);
    return () => removeEventListener('keydown', listen);
  }, []);
}

const CONTROLS = 'button, a, summary, [role="tab"]';
const READING = '.tree-node';

/** Buttons and links have Enter for themselves, and what is read beside is scrolled with the keys that scroll. */
function isOfControl({ key, target }: KeyboardEvent): boolean {
  if (!(target instanceof Element)) return false;
  if (target.closest(CONTROLS) && (key === 'Enter' || key === ' ' || key.startsWith('Arrow'))) return true;
  return target.closest(READING) !== null && (key.startsWith('Arrow') || /^(Page|Home|End|Enter)/.test(key));
}
