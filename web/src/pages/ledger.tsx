/** The ledger: what it comes to, who vouches for it, what is in it. What it proves is proved in this browser. */

import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import type { LedgerHead } from '../../../src/wire/ledger.ts';
import { Ago } from '../ago.tsx';
import { count } from '../figures.ts';
import { Hash } from '../hash.tsx';
import { Entry, EntryLine } from '../ledger/entry.tsx';
import { FilterForm } from '../ledger/filter-form.tsx';
import { PinnedKey, usePinned } from '../ledger/pinned.tsx';
import { type Filter, useEntries, useEntry, useHead } from '../ledger/queries.ts';
import { VerifyEntry } from '../ledger/verify-entry.tsx';
import { VerifyLog } from '../ledger/verify-log.tsx';
import { useAccess, useSession } from '../session.ts';
import { Empty, Loading, NotAllowed, ProblemPanel } from '../states.tsx';
import '../marks.css';
import '../run/run.css';
import '../ledger/ledger.css';

export function Page() {
  const { entry } = useParams({ strict: false });
  const mayAudit = useAccess('audit');
  const { data, error, refetch } = useHead(mayAudit);
  if (!mayAudit) return <NotAllowed what="The ledger" who="auditors" />;
  if (data === undefined)
    return error ? (
      <ProblemPanel error={error} onRetry={() => void refetch()} />
    ) : (
      <Loading what="Reading the head" />
    );
  if (data === null)
    return (
      <Empty title="Nothing is written down yet">
        <p>The first run or the first decision begins the ledger of this project.</p>
      </Empty>
    );
  return entry === undefined ? <Ledger head={data} /> : <OneEntry seq={entry} head={data} />;
}

function Ledger({ head }: { readonly head: LedgerHead }) {
  const search = useSearch({ strict: false });
  const navigate = useNavigate();
  const filter: Filter = Object.fromEntries(
    (['q', 'run', 'kind'] as const).flatMap((name) =>
      search[name] === undefined ? [] : [[name, String(search[name])]],
    ),
  );
  return (
    <div className="page">
      <h1>Ledger</h1>
      <Head head={head} />
      <section aria-labelledby="entries">
        <h2 id="entries">Entries</h2>
        <FilterForm
          filter={filter}
          onChange={(next) => void navigate({ to: '/ledger', search: { ...next }, replace: true })}
        />
        <Entries filter={filter} />
      </section>
    </div>
  );
}

function Head({ head }: { readonly head: LedgerHead }) {
  const { origin, size, root, key, unpublished, witnessed } = head;
  const pinned = usePinned(useSession()?.project ?? '', key);
  return (
    <>
      <dl className="head">
        <div>
          <dt>log</dt>
          <dd>{origin}</dd>
        </div>
        <div>
          <dt>signed head</dt>
          <dd>
            {count(size, 'entry', 'entries')} under the root <Hash value={root} of="root" />
            {unpublished > 0 && (
              <span className="faint">, and {unpublished} after it that are not published yet</span>
            )}
          </dd>
        </div>
        <div>
          <dt>witnesses</dt>
          <dd>
            {witnessed.length === 0 ? (
              <span className="faint">
                none has vouched for it: whoever holds its key could show different people different logs
              </span>
            ) : (
              witnessed.map(({ witness, size: seen, time }) => (
                <span key={witness} className="said">
                  {witness} vouches for {count(seen, 'entry', 'entries')}, <Ago time={time} />{' '}
                </span>
              ))
            )}
          </dd>
        </div>
      </dl>
      <PinnedKey pinned={pinned} verifier={key} />
      {pinned.kind !== 'changed' && <VerifyLog head={head} />}
    </>
  );
}

function Entries({ filter }: { readonly filter: Filter }) {
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useEntries(filter);
  if (!data)
    return error ? (
      <ProblemPanel error={error} onRetry={() => void refetch()} />
    ) : (
      <Loading what="Reading the entries" />
    );
  const entries = data.pages.flatMap((page) => page.entries);
  return (
    <>
      <p className="faint" role="status">
        {count(data.pages[0]!.total, 'entry', 'entries')}, the newest first
      </p>
      <div className="entries">
        {entries.map((entry) => (
          <EntryLine key={entry.seq} entry={entry} />
        ))}
      </div>
      {hasNextPage && (
        <p>
          <button type="button" disabled={isFetchingNextPage} onClick={() => void fetchNextPage()}>
            Older entries
          </button>
        </p>
      )}
    </>
  );
}

function OneEntry({ seq, head }: { readonly seq: string; readonly head: LedgerHead }) {
  const { data, error, refetch } = useEntry(seq);
  const pinned = usePinned(useSession()?.project ?? '', head.key);
  if (error) return <ProblemPanel error={error} onRetry={() => void refetch()} />;
  if (!data) return <Loading what="Reading the entry" />;
  const [own, ...after] = data.entries;
  return (
    <div className="page entry-page">
      <p>
        <Link to="/ledger">Ledger</Link>
      </p>
      <h1>
        Entry {own!.seq}: {own!.kind}
      </h1>
      <PinnedKey pinned={pinned} verifier={head.key} />
      {pinned.kind !== 'changed' && <VerifyEntry key={own!.seq} seq={own!.seq} verifier={head.key} />}
      <Entry entry={own!} />
      <h2>What follows from it</h2>
      {after.length === 0 ? (
        <p className="faint">Nothing, so far.</p>
      ) : (
        <div className="entries">
          {after.map((entry) => (
            <EntryLine key={entry.seq} entry={entry} />
          ))}
        </div>
      )}
    </div>
  );
}
