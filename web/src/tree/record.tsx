/** What the ledger has about a node, and whether it does: verified here, in the browser, not by the server. */

import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import type { NodeView } from '../../../src/wire/tree.ts';
import { count, duration } from '../figures.ts';
import { Hash } from '../hash.tsx';
import { Mark } from '../marks.tsx';
import { useSession } from '../session.ts';
import { Empty, ProblemLine } from '../states.tsx';
import { type Pinned, pin, repin } from '../verify/pin.ts';
import { type Checked, useVerify } from './data.ts';

export function Record({ node }: { readonly node: NodeView }) {
  if (node.entries.length === 0)
    return (
      <Empty title="Nothing on the ledger">
        <p>
          What people decide and correct is entered there, and nothing of that kind was done at this question.
        </p>
      </Empty>
    );
  return (
    <ul className="record">
      {node.entries.map((seq) => (
        <li key={seq}>
          <Entry seq={seq} />
        </li>
      ))}
    </ul>
  );
}

function Entry({ seq }: { readonly seq: number }) {
  const { mutate, data, error, isPending } = useVerify(seq);
  return (
    <>
      <p className="record-head">
        <Link to="/ledger/$entry" params={{ entry: String(seq) }}>
          Entry {seq}
        </Link>
        <button type="button" onClick={() => mutate()} disabled={isPending}>
          {isPending ? 'verifying …' : 'Verify here'}
        </button>
      </p>
      <div role="status">
        {data && <Verdict checked={data} />}
        {error && (
          <p>
            <Mark name="rejected" word="does not verify" /> <ProblemLine error={error} />
          </p>
        )}
      </div>
    </>
  );
}

function Verdict({ checked: { verified, key } }: { readonly checked: Checked }) {
  const project = useSession()?.project ?? '';
  const [pinned, setPinned] = useState<Pinned>(() => pin(localStorage, project, key));
  const { entry, size, root, hashes, witnesses, ms } = verified;
  const believe = () => {
    repin(localStorage, project, key);
    setPinned({ kind: 'same' });
  };
  const isKnown = pinned.kind !== 'changed';
  const keyLine = <KeyLine {...{ pinned, shown: key }} onBelieve={believe} />;
  return (
    <>
      {!isKnown && keyLine}
      <p>
        <Mark
          name={isKnown ? 'verified' : 'uncertain'}
          word={isKnown ? 'verified' : 'verified by an unknown key'}
        />{' '}
        <strong>{entry.kind}</strong> by <code>{entry.actor.id}</code> at{' '}
        <time dateTime={entry.time}>{new Date(entry.time).toLocaleString()}</time>
      </p>
      <p className="faint">
        It is entry {entry.seq} of {count(size, 'entry', 'entries')} with the root{' '}
        <Hash value={root} of="root" />, shown by a proof of {count(hashes, 'hash', 'hashes')}; that root is
        signed by the log
        {witnesses.length > 0 && ` and cosigned by ${witnesses.join(', ')}`}. Verified in this browser in{' '}
        {duration(ms)}.
      </p>
      {isKnown && keyLine}
    </>
  );
}

/** Which key all of it rests on. */
export function KeyLine({
  pinned,
  shown,
  onBelieve,
}: {
  readonly pinned: Pinned;
  readonly shown: string;
  readonly onBelieve: () => void;
}) {
  if (pinned.kind !== 'changed')
    return (
      <p className="faint key-line">
        By the key <code className="whole">{shown}</code>,{' '}
        {pinned.kind === 'first'
          ? 'seen here for the first time and remembered from now on: compare it with one that you had another way.'
          : 'the same as ever in this browser.'}
      </p>
    );
  return (
    <div className="key-changed" role="alert">
      <p>
        <Mark name="rejected" word="danger" />{' '}
        <strong>The log has another key than this browser knows.</strong> Either the ledger was begun anew, or
        somebody shows you another one. Nothing it says is proof before you know which.
      </p>
      <p>
        known: <code className="whole">{pinned.known}</code>
        <br />
        shown: <code className="whole">{shown}</code>
      </p>
      <button type="button" onClick={onBelieve}>
        I know why: remember the shown one
      </button>
    </div>
  );
}
