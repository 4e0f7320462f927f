/** My turn: one question, what has been asked about it, and what to do about it. */

import { useEffect, useRef } from 'react';
import type { Turn } from '../../../src/wire/turn.ts';
import { sentence } from '../figures.ts';
import { isForPage } from '../keys.ts';
import { useSession } from '../session.ts';
import { Empty, Loading, NotAllowed, ProblemLine, ProblemPanel } from '../states.tsx';
import { Bar } from '../turn/bar.tsx';
import { Policy, Reviews, Suggestion } from '../turn/beside.tsx';
import { MODE_OF } from '../turn/commit.ts';
import { Confirm } from '../turn/confirm.tsx';
import { Documents } from '../turn/documents.tsx';
import { Editor } from '../turn/editor.tsx';
import { Exchanges } from '../turn/exchanges.tsx';
import { type MyTurn, useMyTurn } from '../turn/my-turn.ts';
import { PostedLine } from '../turn/posted.tsx';
import { intentOf } from '../turn/shortcuts.ts';
import { placeOf } from '../turn/state.ts';
import { RunName, TurnStrip } from '../turn/strip.tsx';
import '../turn/turn.css';

export function Page() {
  const session = useSession();
  if (!session) return null;
  if (!session.access.includes('oversee'))
    return <NotAllowed what="Deciding about questions" who="overseers" />;
  return <Desk key={session.person} person={session.person} />;
}

/** Where Enter is a click. */
const CLICKED = 'a, button, summary';

function Desk({ person }: { readonly person: string }) {
  const mine = useMyTurn(person);
  const { state, act } = mine;
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.key === 'Escape' && event.target instanceof HTMLElement && !event.defaultPrevented) {
        if (state.phase === 'open') return event.target.blur();
      }
      if (!isForPage(event)) return;
      if (event.key === 'Enter' && event.target instanceof Element && event.target.closest(CLICKED)) return;
      const intent = intentOf(state, event.key);
      if (!intent) return;
      event.preventDefault();
      act(intent);
    };
    addEventListener('keydown', press);
    return () => removeEventListener('keydown', press);
  });
  return (
    <div className="turn">
      <Shown mine={mine} />
      <Foot mine={mine} />
    </div>
  );
}

function Shown({ mine }: { readonly mine: MyTurn }) {
  const { state, next, posted } = mine;
  const last = useRef<string>(undefined);
  if (state.turn) last.current = state.turn.run;
  if (state.turn) return <Workspace mine={mine} turn={state.turn} />;
  if (posted.some(({ state }) => state.kind === 'unsent'))
    return (
      <Empty title="Waiting for the server">
        <p>What you decided is kept here and goes out first. Then your next question comes.</p>
      </Empty>
    );
  if (state.phase === 'none')
    return (
      <div className="turn-none" role="status">
        <h1>Nothing waits for you</h1>
        <p className="said">{sentence(state.meanwhile ?? 'No run needs a person at the moment')}</p>
        {last.current !== undefined && (
          <p>
            Your last answer is in <RunName run={last.current} />.
          </p>
        )}
        <p className="faint">The next question comes up here by itself.</p>
      </div>
    );
  if (next.error) return <ProblemPanel error={next.error} kept="What you typed is kept in this browser." />;
  return <Loading what="Looking for your next question" />;
}

function Workspace({ mine, turn }: { readonly mine: MyTurn; readonly turn: Turn }) {
  const { state, act, dispatch } = mine;
  const { draft, acked } = state;
  const saved = draft.revision === 0 ? undefined : acked === draft.revision ? 'everywhere' : 'here';
  const isSent = state.phase === 'sent';
  return (
    <div className="workspace" inert={isSent} aria-busy={isSent}>
      <TurnStrip turn={turn} saved={saved} onExtend={() => act({ kind: 'extend' })} />
      <QuestionHeading turn={turn} />
      <Policy policy={turn.policy} />
      <Reviews reviews={turn.reviews} />
      <Exchanges
        exchanges={turn.exchanges}
        place={placeOf(state)}
        onPlace={(place) => dispatch({ kind: 'place', place })}
      />
      {turn.question.documents && turn.question.documents.length > 0 && (
        <Documents key={turn.id} documents={turn.question.documents} />
      )}
      <Suggestion
        suggestion={turn.suggestion}
        onOpen={() => act({ kind: 'suggestion' })}
        onUse={() => act({ kind: 'suggestion' })}
      />
    </div>
  );
}

/** Whoever listens to the page rather than sees it hears that another question is there: it takes the focus, but not when
 *  the page is opened. */
function QuestionHeading({ turn }: { readonly turn: Turn }) {
  const heading = useRef<HTMLHeadingElement>(null);
  const { id } = turn;
  const shown = useRef(id);
  useEffect(() => {
    if (shown.current === id) return;
    shown.current = id;
    heading.current?.focus({ preventScroll: true });
    scrollTo({ top: 0 });
  }, [id]);
  return (
    <h1 ref={heading} tabIndex={-1} className="said">
      {turn.question.text}
    </h1>
  );
}

function Foot({ mine }: { readonly mine: MyTurn }) {
  const { state, posted, act, dispatch, error } = mine;
  const { turn, proposed } = state;
  return (
    <div className="turn-foot">
      <div aria-live="polite">
        {posted.map((one) => (
          <PostedLine
            key={one.commit.lease}
            one={one}
            onUndo={() => mine.undo(one)}
            onForget={() => mine.forget(one)}
          />
        ))}
        {error != null && <ProblemLine error={error} />}
        {state.following && (
          <p className="posted">
            This question is no longer yours; what you wrote is kept with it.{' '}
            <button type="button" aria-keyshortcuts="N" onClick={() => act({ kind: 'go-on' })}>
              <kbd>N</kbd> go on with the next
            </button>
          </p>
        )}
        {state.other && (
          <p className="posted">
            Another draft of yours, from another device, is kept.{' '}
            <button type="button" onClick={() => dispatch({ kind: 'other-used' })}>
              Use that one
            </button>
          </p>
        )}
        {state.hint && <p className="posted problem-line">{state.hint}</p>}
      </div>
      {turn && state.phase === 'confirming' && proposed && (
        <Confirm
          action={proposed}
          reason={state.draft.reason}
          onReason={(text) => dispatch({ kind: 'typed', field: 'reason', text })}
          onConfidence={(confidence) => act({ kind: 'confidence', confidence })}
          onBack={() => act({ kind: 'back' })}
        />
      )}
      {turn && state.phase === 'open' && (
        <>
          <div className="editor">
            <div className="editor-fields">
              <Editor
                state={state}
                turn={turn}
                dispatch={dispatch}
                onCommit={() => act({ kind: 'commit' })}
              />
            </div>
            <button type="button" className="primary" onClick={() => act({ kind: 'commit' })}>
              Commit
            </button>
          </div>
          <Bar
            state={state}
            onAct={(kind) => {
              const mode = MODE_OF[kind];
              act(mode ? { kind: 'write', mode } : { kind: 'act', act: kind });
            }}
          />
        </>
      )}
    </div>
  );
}
