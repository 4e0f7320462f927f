/** Two runs, or two iterations, side by side on the same held-out questions. */

import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import type { Comparison } from '../../../src/wire/run.ts';
import { Panels } from '../charts/panel-grid.tsx';
import { pairedPanels } from '../charts/panels.ts';
import { GatePairs, Horizons } from '../compare/apart.tsx';
import { isTold, points } from '../compare/difference.ts';
import { Forest } from '../compare/forest.tsx';
import { Pickers } from '../compare/pickers.tsx';
import { useComparison, useRun } from '../run/queries.ts';
import { useRuns } from '../runs.ts';
import { useAccess } from '../session.ts';
import { Empty, Loading, NotAllowed, ProblemPanel, problemOf } from '../states.tsx';
import '../run/run.css';
import '../compare/compare.css';

export function Page() {
  const mayLook = useAccess('look');
  if (!mayLook) return <NotAllowed what="Comparing runs" who="operators and auditors" />;
  return <Compare />;
}

function Compare() {
  const search = useSearch({ strict: false });
  const navigate = useNavigate();
  const [first, second] = [search.first, search.second].map((side) =>
    side === undefined ? undefined : String(side),
  );
  const runs = useRuns();
  const { data, error, refetch, isPlaceholderData } = useComparison(first, second);
  return (
    <div className="page">
      <h1>Side by side</h1>
      <Pickers
        runs={(runs.data ?? []).filter(({ kind, state }) => kind === 'training' && state !== 'damaged')}
        {...{ first, second }}
        onChoose={(one, other) =>
          void navigate({
            to: '/compare',
            search: { ...(one && { first: one }), ...(other && { second: other }) },
            replace: true,
          })
        }
      />
      {first === undefined || second === undefined ? (
        <p className="faint">Choose two: two runs of the same task, or two iterations of one.</p>
      ) : error ? (
        <Incomparable error={error} onRetry={() => void refetch()} />
      ) : data ? (
        <>
          {isPlaceholderData && <Comparing />}
          <div className={isPlaceholderData ? 'is-old' : ''}>
            <Compared comparison={data} />
          </div>
        </>
      ) : (
        <Comparing />
      )}
    </div>
  );
}

function Incomparable({ error, onRetry }: { readonly error: unknown; readonly onRetry: () => void }) {
  const { code, detail } = problemOf(error);
  if (code !== 'invalid') return <ProblemPanel error={error} onRetry={onRetry} />;
  return (
    <Empty title="These two cannot be compared">
      <p className="said">{detail}.</p>
      <p>Two of one task with the same parameters answer the same questions; choose another.</p>
    </Empty>
  );
}

function Comparing() {
  return (
    <div className="comparing" role="status">
      <p>Both answer the same held-out questions now; that takes some seconds, once for each pair.</p>
      <progress aria-label="comparing" />
    </div>
  );
}

function Compared({ comparison }: { readonly comparison: Comparison }) {
  const { first, second, rows, settings, series } = comparison;
  const views = [useRun(first.run), useRun(second.run)];
  const [one, other] = views.map(({ data }) => data);
  const names = [first, second].map(({ run, iteration }) => `${run}, iteration ${iteration}`);
  const isSame = first.run === second.run;
  return (
    <>
      <Verdict comparison={comparison} />
      <section aria-labelledby="paired">
        <h2 id="paired">The same held-out questions</h2>
        <Forest rows={rows} />
        <p className="faint">
          p: how often differences at least as large come about when sides are swapped at random, context by
          context. Each side is a checkpoint: <SideLink side={first} />, <SideLink side={second} />.
        </p>
      </section>
      {!isSame && (
        <section aria-labelledby="settings">
          <h2 id="settings">Settings that differ</h2>
          {settings.length === 0 ? (
            <p className="faint">None.</p>
          ) : (
            <table className="rows settings-table">
              <thead>
                <tr>
                  <th scope="col">Setting</th>
                  <th scope="col">First</th>
                  <th scope="col">Second</th>
                </tr>
              </thead>
              <tbody>
                {settings.map(([label, a, b]) => (
                  <tr key={label}>
                    <th scope="row">{label}</th>
                    <td className="said">{a}</td>
                    <td className="said">{b}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          )}
        </section>
      )}
      {!isSame && one && other && <Horizons first={one} second={other} />}
      {!isSame && one && other && <GatePairs first={one} second={other} />}
      {!isSame && !(one && other) && <Loading what="Reading both runs" />}
      {!isSame && series.length > 0 && (
        <section aria-labelledby="curves">
          <h2 id="curves">Curves</h2>
          <Panels panels={pairedPanels(series)} names={names} />
        </section>
      )}
    </>
  );
}

/** What it comes to, in a sentence. */
function Verdict({ comparison: { first, second, rows } }: { readonly comparison: Comparison }) {
  const all = rows.find(({ level }) => level === 0);
  if (!all) return null;
  const told = rows.filter((row) => row.level > 0 && isTold({ value: row.difference, ...row }));
  const where = told.map(({ level, difference }) => `level ${level} (${points(difference)} points)`);
  return (
    <p className="verdict">
      <span className="said">{first.run}</span> after iteration {first.iteration} against{' '}
      <span className="said">{second.run}</span> after iteration {second.iteration}:{' '}
      {where.length === 0
        ? `on ${all.n.toLocaleString('en')} questions no level tells them apart.`
        : `on ${all.n.toLocaleString('en')} questions they differ at ${where.join(', ')}.`}
    </p>
  );
}

function SideLink({ side: { checkpoint } }: { readonly side: Comparison['first'] }) {
  return (
    <Link to="/models/$hash" params={{ hash: checkpoint }} className="mono">
      {checkpoint.slice(0, 8)}
    </Link>
  );
}
