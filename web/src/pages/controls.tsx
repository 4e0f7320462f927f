/** Whether work goes on, who said so, and what waits for more people. */

import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import type { Controls as ControlsValue } from '../../../src/wire/model.ts';
import { Ago } from '../ago.tsx';
import { ACTS, actsOf, useControls } from '../controls.tsx';
import { Dialog } from '../dialog.tsx';
import { useAct } from '../models/queries.ts';
import { Requests } from '../models/requests.tsx';
import { useAccess } from '../session.ts';
import { Loading, NotAllowed } from '../states.tsx';
import { nameOf } from '../who.tsx';
import '../marks.css';
import '../run/run.css';
import '../models/models.css';

type Act = ControlsValue['may'][number];

export function Page() {
  const mayLook = useAccess('look');
  const mayOperate = useAccess('operate');
  const controls = useControls();
  if (!mayLook) return <NotAllowed what="Halting work" who="operators" />;
  if (!controls) return <Loading what="Asking whether work goes on" />;
  const { halted, requests } = controls;
  return (
    <div className="page">
      <h1>Controls</h1>
      <State halted={halted} />
      {mayOperate && <Possible acts={actsOf(controls)} isLost={halted?.kind === 'refused'} />}
      <section aria-labelledby="requests">
        <h2 id="requests">Waiting for more people</h2>
        {requests.length === 0 ? (
          <p className="faint">
            Nothing. What takes two people by the policy appears here once the first asked for it.
          </p>
        ) : (
          <Requests requests={requests} />
        )}
      </section>
    </div>
  );
}

function State({ halted }: Pick<ControlsValue, 'halted'>) {
  if (!halted)
    return (
      <p className="verdict">
        <span aria-hidden="true">▸</span> Work goes on: whatever is begun in this project runs.
      </p>
    );
  const { kind, by, time, entry } = halted;
  return (
    <p className="verdict">
      <span className="mark-waiting" aria-hidden="true">
        ‖
      </span>{' '}
      {kind === 'refused' ? (
        <span className="said">Nothing may begin: {by}</span>
      ) : (
        <>
          Work is {kind}, by <span className="said">{nameOf(by)}</span>
        </>
      )}
      {time && (
        <>
          , <Ago time={time} />
        </>
      )}
      {entry !== undefined && (
        <>
          {' '}
          (
          <Link to="/ledger/$entry" params={{ entry: String(entry) }}>
            entry {entry}
          </Link>
          )
        </>
      )}
      .
    </p>
  );
}

const WITHOUT = 'Work goes on with the ledger as it is here, without what is missing of it.';

function Possible({ acts, isLost }: { readonly acts: readonly Act[]; readonly isLost: boolean }) {
  const consequenceOf = (act: Act): string => (isLost && act === 'resume' ? WITHOUT : ACTS[act][1]);
  const [asked, setAsked] = useState<Act>();
  const doing = useAct();
  return (
    <div className="acts">
      {acts.map((act) => (
        <p key={act}>
          <button type="button" onClick={() => setAsked(act)}>
            {ACTS[act][0]} …
          </button>{' '}
          <span className="faint">{consequenceOf(act)}</span>
        </p>
      ))}
      {asked && (
        <Dialog
          title={`${ACTS[asked][0]} everything?`}
          verb={ACTS[asked][0]}
          reason="needed"
          onConfirm={(reason) => doing.mutateAsync({ path: `/api/controls/${asked}`, reason })}
          onClose={() => setAsked(undefined)}
        >
          <p>{consequenceOf(asked)}</p>
        </Dialog>
      )}
    </div>
  );
}
