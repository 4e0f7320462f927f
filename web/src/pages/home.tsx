/** In ten seconds: what waits for whoever looks, how the runs are, what is halted, where to begin. */

import { Link } from '@tanstack/react-router';
import type { RunRow } from '../../../src/wire/run.ts';
import { Ago } from '../ago.tsx';
import { haltedWords, useControls } from '../controls.tsx';
import { count } from '../figures.ts';
import { Mark } from '../marks.tsx';
import { byUrgency, STATES, useRuns, useWaiting } from '../runs.ts';
import { useSession } from '../session.ts';
import { Loading, ProblemPanel } from '../states.tsx';
import { nameOf } from '../who.tsx';
import './home.css';

/** More are one click away. */
const SHOWN = 8;

export function Page() {
  const session = useSession();
  const runs = useRuns();
  if (!session) return null;
  const mayLook = session.access.includes('look');
  return (
    <div className="home">
      <h1>{session.project}</h1>
      <Halted />
      {session.access.includes('oversee') && <ForYou mayLook={mayLook} />}
      {mayLook &&
        (runs.data ? <Runs runs={runs.data} /> : runs.error ? null : <Loading what="Reading the runs" />)}
      {mayLook && runs.error && <ProblemPanel error={runs.error} onRetry={() => void runs.refetch()} />}
    </div>
  );
}

function Halted() {
  const controls = useControls();
  const own = controls?.requests.filter(({ isMine }) => isMine) ?? [];
  if (!controls?.halted && own.length === 0) return null;
  return (
    <section aria-labelledby="halted">
      <h2 id="halted">Wants attention</h2>
      {controls?.halted && (
        <p className="home-line">
          <span className="halted" aria-hidden="true">
            ‖
          </span>{' '}
          Work is {haltedWords(controls.halted)}
          {controls.halted.time !== undefined && (
            <>
              {' '}
              <Ago time={controls.halted.time} />
            </>
          )}
          : nothing begins until somebody resumes it.
        </p>
      )}
      {own.map(({ number, act, about, people, needed }) => (
        <p key={number} className="home-line">
          <Mark name="waiting" /> {act} {about}: asked for by {people.map(nameOf).join(', ')},{' '}
          {count(needed - people.length, 'more person', 'more people')} needed.{' '}
          <Link to="/controls">Look at it</Link>
        </p>
      ))}
    </section>
  );
}

function ForYou({ mayLook }: { readonly mayLook: boolean }) {
  const byRun = useWaiting();
  const waiting = byRun && [...byRun.values()].reduce((sum, n) => sum + n, 0);
  return (
    <section aria-labelledby="for-you">
      <h2 id="for-you">For you</h2>
      <p className="home-line home-turn">
        <span>
          {waiting === undefined && 'Questions come to you one at a time.'}
          {waiting === 0 && 'Nothing waits for people now.'}
          {waiting !== undefined && waiting > 0 && (
            <>
              <Mark name="waiting" /> {count(waiting, 'question waits', 'questions wait')} for people.
            </>
          )}
        </span>
        <Link to="/turn" className={waiting === 0 ? undefined : 'button primary'}>
          {waiting === 0 ? 'My turn' : 'Take the next one'}
        </Link>
      </p>
      {mayLook && byRun && byRun.size > 0 && (
        <p className="home-where faint">
          {[...byRun].slice(0, SHOWN).map(([run, n]) => (
            <span key={run}>
              {n.toLocaleString('en')} in{' '}
              <Link to="/trees/$run" params={{ run }} className="said">
                {run}
              </Link>
            </span>
          ))}
        </p>
      )}
    </section>
  );
}

function Runs({ runs }: { readonly runs: readonly RunRow[] }) {
  const waiting = useWaiting();
  if (runs.length === 0) return waiting?.size ? null : <Beginning />;
  const shown = runs.toSorted(byUrgency).slice(0, SHOWN);
  return (
    <>
      <section aria-labelledby="runs">
        <h2 id="runs">Runs</h2>
        <ul className="home-runs">
          {shown.map((run) => (
            <RunLine key={run.name} run={run} />
          ))}
        </ul>
        <p>
          <Link to="/runs">
            {runs.length > shown.length ? `All ${count(runs.length, 'run')}` : 'Look at runs, compare them'}
          </Link>
        </p>
      </section>
      {!runs.some(({ kind }) => kind === 'tree') && <TreesToCome />}
    </>
  );
}

function RunLine({ run }: { readonly run: RunRow }) {
  const { name, kind, what, state, horizon, waiting, started, error } = run;
  const [words, mark] = STATES[state];
  return (
    <li>
      <span className="home-mark">{mark && <Mark name={mark} word={words} />}</span>
      <Link
        to={kind === 'tree' ? '/trees/$run' : '/runs/$run'}
        params={{ run: name }}
        className="home-name said"
      >
        {name}
      </Link>
      <span className="faint home-what said">{what}</span>
      <span className="home-state" title={error}>
        {waiting > 0 ? `${waiting.toLocaleString('en')} for people` : words}
      </span>
      <span className="home-horizon faint">{horizon !== undefined && `horizon ${horizon}`}</span>
      <span className="home-started faint">{started !== undefined && <Ago time={started} />}</span>
    </li>
  );
}

function Beginning() {
  return (
    <section aria-labelledby="begin">
      <h2 id="begin">Where to begin</h2>
      <p>There are no runs here yet. In a terminal, in this folder:</p>
      <dl className="home-begin">
        <dt>
          <code>npx --no-install capstan run permutation-powering</code>
        </dt>
        <dd>
          A network learns to answer harder and harder questions. It takes a few minutes, and is watched here.
        </dd>
        <FirstTree />
      </dl>
      <p className="faint">What begins shows here by itself.</p>
    </section>
  );
}

/** For whoever has not seen one. */
function TreesToCome() {
  return (
    <section aria-labelledby="trees">
      <h2 id="trees">A question for you</h2>
      <p>None of these runs asks people. In a terminal, in this folder:</p>
      <dl className="home-begin">
        <FirstTree />
      </dl>
    </section>
  );
}

function FirstTree() {
  return (
    <>
      <dt>
        <code>npx --no-install capstan run examples/picnic.ts --escalate person</code>
      </dt>
      <dd>
        A question in words, broken into smaller ones that programs, people and language models answer. Yours
        come up under <Link to="/turn">My turn</Link>. The example is in a checkout of Capstan; the file can
        be one of your own.
      </dd>
    </>
  );
}
