/** What may be done about a checkpoint, each with its consequence in words, and a reason before it is done. */

import { useState } from 'react';
import type { ModelView } from '../../../src/wire/model.ts';
import { Dialog } from '../dialog.tsx';
import { count } from '../figures.ts';
import { modelPath, useAct } from './queries.ts';

const VERBS = { promote: 'Promote', rollback: 'Roll back to it', revoke: 'Revoke' } as const;

type Possible = ModelView['acts'][number];

export function Acts({ view: { row, acts } }: { readonly view: ModelView }) {
  const [asked, setAsked] = useState<Possible>();
  const doing = useAct();
  if (acts.length === 0) return null;
  return (
    <div className="acts">
      {acts.map((one) => (
        <p key={one.act}>
          <button type="button" onClick={() => setAsked(one)}>
            {VERBS[one.act]} …
          </button>{' '}
          <span className="faint said">{one.consequence}</span>
        </p>
      ))}
      {asked && (
        <Dialog
          title={`${VERBS[asked.act]}: X${row.iteration} of ${row.run}?`}
          verb={asked.people > 1 ? `Request: ${VERBS[asked.act].toLowerCase()}` : VERBS[asked.act]}
          reason="needed"
          onConfirm={(reason) => doing.mutateAsync({ path: modelPath(row.hash, asked.act), reason })}
          onClose={() => setAsked(undefined)}
        >
          <p className="said">{asked.consequence}</p>
          {asked.people > 1 && (
            <p>
              It takes {asked.people} different people: nothing changes before{' '}
              {count(asked.people - 1, 'other has', 'others have')} approved it.
            </p>
          )}
        </Dialog>
      )}
    </div>
  );
}
