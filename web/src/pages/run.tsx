/** One run that trains: in ten seconds, whether it is healthy; then what its gates, curves and alarms say. */

import { Link, useNavigate, useParams } from '@tanstack/react-router';
import type { RunView } from '../../../src/wire/run.ts';
import { Ago } from '../ago.tsx';
import { Panels } from '../charts/panel-grid.tsx';
import { panelsOf } from '../charts/panels.ts';
import { count, duration } from '../figures.ts';
import { Gates } from '../run/gates.tsx';
import { columnsOf } from '../run/horizon.ts';
import { Horizon, HorizonKey } from '../run/horizon.tsx';
import { useRun } from '../run/queries.ts';
import { StateWord } from '../run/state-word.tsx';
import { useAccess } from '../session.ts';
import { Loading, NotAllowed, ProblemPanel } from '../states.tsx';
import '../marks.css';
import '../run/run.css';

const MS = 1000;

export function Page() {
  const { run } = useParams({ strict: false });
  const mayLook = useAccess('look');
  const { data, error, refetch } = useRun(mayLook ? run : undefined);
  if (!mayLook) return <NotAllowed what="How runs are" who="operators and auditors" />;
  if (data) return <Run view={data} />;
  if (error) return <ProblemPanel error={error} onRetry={() => void refetch()} />;
  return <Loading what="Reading the run" />;
}

function Run({ view }: { readonly view: RunView }) {
  const { row, levels, threshold, series, gates, alarms } = view;
  const columns = columnsOf(view);
  const navigate = useNavigate();
  const marks = alarms.map(({ step, text, entry }) => ({
    ...{ step, text },
    ...(entry !== undefined && {
      open: () => void navigate({ to: '/ledger/$entry', params: { entry: String(entry) } }),
    }),
  }));
  return (
    <div className="page">
      <h1 className="said">{row.name}</h1>
      <TopLine view={view} />
      {columns.length === 0 ? (
        <p className="faint">No iteration ended.</p>
      ) : (
        <>
          <Horizon {...{ columns, levels, threshold }} caption="The horizon of complexity" />
          <HorizonKey threshold={threshold} hasOpen={columns.some(({ isOpen }) => isOpen)} />
        </>
      )}
      {alarms.length > 0 && <Alarms alarms={alarms} />}
      {series.length > 0 && (
        <section aria-labelledby="curves">
          <h2 id="curves">Curves</h2>
          <Panels
            panels={panelsOf(series)}
            passed={gates.filter(({ passed }) => passed).map(({ step }) => step)}
            alarms={marks}
          />
        </section>
      )}
      {gates.length > 0 && <Gates gates={gates} />}
      <section aria-labelledby="settings">
        <h2 id="settings">What it was told to do</h2>
        <dl className="settings">
          {view.settings.map(([label, value]) => (
            <div key={label}>
              <dt>{label}</dt>
              <dd className="said">{value}</dd>
            </div>
          ))}
        </dl>
      </section>
    </div>
  );
}

function TopLine({ view }: { readonly view: RunView }) {
  const { row, horizons, levels, seconds, left, people, decisions } = view;
  const iteration = horizons.length - (row.state === 'finished' ? 1 : 0);
  const mayLookBack = horizons.length > 2;
  return (
    <p className="top-line">
      <span>
        <b>
          <StateWord state={row.state} />
        </b>
      </span>
      <span>
        {row.state === 'finished' ? (
          count(iteration, 'iteration')
        ) : (
          <>
            iteration <b>{iteration}</b>
          </>
        )}
        , horizon <b>{horizons.at(-1)}</b> of {levels}
      </span>
      {people.waiting > 0 && (
        <span>
          <span className="mark-waiting" aria-hidden="true">
            ◌
          </span>{' '}
          waits for {count(people.waiting, 'decision')} of people: <Link to="/turn">My turn</Link>
        </span>
      )}
      <span>
        spent {duration(seconds * MS)}, {count(row.steps ?? 0, 'step')}
        {decisions > 0 && `, ${count(decisions, 'decision')} of H`}
      </span>
      {people.decided > 0 && (
        <span>
          people: {count(people.decided, 'decision')} in {duration(people.seconds * MS)}
        </span>
      )}
      {left !== undefined && <span>left: {left}</span>}
      {row.started && (
        <span>
          begun <Ago time={row.started} />
        </span>
      )}
      {mayLookBack && (
        <span>
          <Link
            to="/compare"
            search={{
              first: `${row.name}@${horizons.length - 2}`,
              second: `${row.name}@${horizons.length - 1}`,
            }}
          >
            compare its last two iterations
          </Link>
        </span>
      )}
      {view.isEvaluated && (
        <span>
          <a href={`/api/runs/${encodeURIComponent(row.name)}/evaluation`}>how good it is</a>
        </span>
      )}
    </p>
  );
}

function Alarms({ alarms }: Pick<RunView, 'alarms'>) {
  return (
    <section aria-labelledby="alarms">
      <h2 id="alarms">Alarms</h2>
      <ul className="alarms">
        {alarms.map(({ step, text, entry }, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: they are only ever added
          <li key={i}>
            <span className="mark-rejected" aria-hidden="true">
              ✕
            </span>{' '}
            <span className="faint">step {step.toLocaleString('en')}</span>{' '}
            {entry === undefined ? (
              <span className="said">{text}</span>
            ) : (
              <Link to="/ledger/$entry" params={{ entry: String(entry) }} className="said">
                {text}
              </Link>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}
