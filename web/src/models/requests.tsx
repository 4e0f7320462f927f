/** What waits for a second person: who wants it, who is still needed, until when. */

import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import type { RequestRow } from '../../../src/wire/model.ts';
import { Ago } from '../ago.tsx';
import { Dialog } from '../dialog.tsx';
import { count } from '../figures.ts';
import { nameOf } from '../who.tsx';
import { approvalPath, useAct } from './queries.ts';

export function Requests({ requests }: { readonly requests: readonly RequestRow[] }) {
  const [asked, setAsked] = useState<RequestRow>();
  const doing = useAct();
  return (
    <>
      <ul className="requests">
        {requests.map((one) => (
          <li key={one.number}>
            <span className="mark-waiting" aria-hidden="true">
              ◌
            </span>{' '}
            <Link to="/ledger/$entry" params={{ entry: String(one.number) }}>
              #{one.number}
            </Link>{' '}
            <b>{one.act}</b> <span className="said">{one.about}</span>{' '}
            <span className="faint">
              approved by {one.people.map(nameOf).join(', ')}; {neededWords(one)}, or it lapses{' '}
              <Ago time={one.expires} />
            </span>{' '}
            {one.isMine && (
              <button type="button" onClick={() => setAsked(one)}>
                Approve …
              </button>
            )}
          </li>
        ))}
      </ul>
      {asked && (
        <Dialog
          title={`Approve: ${asked.act}?`}
          verb="Approve"
          reason="needed"
          onConfirm={(reason) => doing.mutateAsync({ path: approvalPath(asked.number), reason })}
          onClose={() => setAsked(undefined)}
        >
          <p className="said">{asked.about}</p>
          <p>
            Wanted by {asked.people.map(nameOf).join(', ')}.{' '}
            {asked.needed - asked.people.length === 1
              ? 'With you it has whom it needs, and takes effect at once.'
              : `After you ${count(asked.needed - asked.people.length - 1, 'more is', 'more are')} needed.`}
          </p>
        </Dialog>
      )}
    </>
  );
}

function neededWords({ needed, people }: RequestRow): string {
  return `${count(needed - people.length, 'more person is', 'more people are')} needed`;
}
