/** All runs: those that train and those that answer one question. Two are chosen to be put side by side. */

import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import type { RunRow } from '../../../src/wire/run.ts';
import { Ago } from '../ago.tsx';
import { NumberColumn } from '../column.tsx';
import { count } from '../figures.ts';
import { matches } from '../run/filter.ts';
import { StateWord } from '../run/state-word.tsx';
import { byUrgency, useRuns } from '../runs.ts';
import { useAccess } from '../session.ts';
import { Empty, Loading, NotAllowed, ProblemPanel } from '../states.tsx';
import '../marks.css';
import '../run/run.css';

export function Page() {
  const mayLook = useAccess('look');
  const { data, error, refetch } = useRuns();
  if (!mayLook) return <NotAllowed what="What runs there are" who="operators and auditors" />;
  if (!data)
    return error ? (
      <ProblemPanel error={error} onRetry={() => void refetch()} />
    ) : (
      <Loading what="Reading the runs" />
    );
  if (data.length === 0)
    return (
      <Empty title="No runs yet">
        <p>
          <code>capstan run permutation-powering</code>, in this project's folder, begins one that takes a
          minute; it appears here by itself.
        </p>
      </Empty>
    );
  return <Runs rows={data} />;
}

interface RunsSearch {
  readonly q?: string;
  readonly first?: string;
  readonly second?: string;
}

function Runs({ rows }: { readonly rows: readonly RunRow[] }) {
  const search = useSearch({ strict: false });
  const navigate = useNavigate();
  const q = String(search.q ?? '');
  const chosen = [search.first, search.second].flatMap((one) => (one === undefined ? [] : [String(one)]));
  const set = (next: RunsSearch) => void navigate({ to: '/runs', search: { ...next }, replace: true });
  const shown = rows.filter((row) => matches(row, q)).toSorted(byUrgency);
  const choose = (name: string, isChosen: boolean) => {
    // A third takes the place of the second.
    const next = isChosen
      ? [...chosen, name].toSpliced(1, chosen.length - 1)
      : chosen.filter((one) => one !== name);
    set(searchOf(q, next));
  };
  return (
    <div className="page">
      <h1>Runs</h1>
      <div className="tools">
        <label>
          <span className="quiet">Filter the runs</span>
          <input
            type="search"
            placeholder="Filter: words, state:waiting, kind:tree"
            value={q}
            onChange={(event) => set(searchOf(event.target.value, chosen))}
          />
        </label>
        <span className="faint" role="status">
          {shown.length === rows.length
            ? count(rows.length, 'run')
            : `${shown.length} of ${count(rows.length, 'run')}`}
        </span>
        <CompareLink chosen={chosen} />
      </div>
      <RunTable {...{ shown, chosen, choose }} />
    </div>
  );
}

function searchOf(q: string, [first, second]: readonly string[]): RunsSearch {
  return {
    ...(q && { q }),
    ...(first !== undefined && { first }),
    ...(second !== undefined && { second }),
  };
}

function CompareLink({ chosen }: { readonly chosen: readonly string[] }) {
  const [first, second] = chosen;
  if (first === undefined) return <span className="faint">choose two to put them side by side</span>;
  if (second === undefined) return <span className="faint">choose one more to compare</span>;
  return (
    <Link to="/compare" search={{ first, second }}>
      Compare the two chosen
    </Link>
  );
}

interface TableProps {
  readonly shown: readonly RunRow[];
  readonly chosen: readonly string[];
  readonly choose: (name: string, isChosen: boolean) => void;
}

function RunTable({ shown, chosen, choose }: TableProps) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by keyboard
    <section className="wide" tabIndex={0} aria-label="Runs">
      <table className="rows">
        <thead>
          <tr>
            <th scope="col">
              <span className="quiet">Compare</span>
            </th>
            <th scope="col">State</th>
            <th scope="col">Run</th>
            <NumberColumn>Horizon</NumberColumn>
            <NumberColumn>Trained</NumberColumn>
            <NumberColumn>Waiting</NumberColumn>
            <th scope="col">Begun</th>
          </tr>
        </thead>
        <tbody>
          {shown.map((row) => (
            <tr key={row.name}>
              <td>
                {row.kind === 'training' && row.state !== 'damaged' && (
                  <input
                    type="checkbox"
                    aria-label={`compare ${row.name}`}
                    checked={chosen.includes(row.name)}
                    onChange={(event) => choose(row.name, event.target.checked)}
                  />
                )}
              </td>
              <td>
                <StateWord state={row.state} />
              </td>
              <td>
                <RunName row={row} />
              </td>
              <td className="number">{row.horizon ? `level ${row.horizon}` : <None />}</td>
              <td className="number">{row.steps === undefined ? <None /> : count(row.steps, 'step')}</td>
              <td className="number">
                {row.waiting > 0 ? (
                  <span>
                    <span className="mark-waiting" aria-hidden="true">
                      ◌
                    </span>{' '}
                    {row.waiting.toLocaleString('en')}
                  </span>
                ) : (
                  <None />
                )}
              </td>
              <td>{row.started ? <Ago time={row.started} /> : <None />}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function None() {
  return (
    <>
      <span aria-hidden="true" className="faint">
        –
      </span>
      <span className="quiet">none</span>
    </>
  );
}

function RunName({ row: { name, kind, what, question, error } }: { readonly row: RunRow }) {
  const params = { run: name };
  return (
    <>
      {kind === 'tree' ? (
        <Link to="/trees/$run" params={params} className="said run-question">
          {question ?? name}
        </Link>
      ) : (
        <Link to="/runs/$run" params={params} className="said">
          {name}
        </Link>
      )}{' '}
      <span className="faint said">{kind === 'tree' ? `tree by ${what}, ${name}` : what}</span>
      {error !== undefined && <span className="problem-line said"> {error}</span>}
    </>
  );
}
