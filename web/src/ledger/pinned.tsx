/** Which key the log is verified with, and whether it is the one that this browser has known from the beginning. */

import { useState } from 'react';
import { type Pinned, pin, repin } from '../verify/pin.ts';

/** Of a key, its name and its first characters tell it from another by eye. */
const SHOWN = 44;

export function usePinned(project: string, key: string): Pinned & { readonly believe: () => void } {
  const [pinned, setPinned] = useState(() => pin(localStorage, project, key));
  const believe = () => {
    repin(localStorage, project, key);
    setPinned({ kind: 'same' });
  };
  return { ...pinned, believe };
}

export function PinnedKey({
  pinned,
  verifier,
}: {
  readonly pinned: ReturnType<typeof usePinned>;
  readonly verifier: string;
}) {
  if (pinned.kind !== 'changed')
    return (
      <p className="faint">
        Verifier key <KeyText text={verifier} />
        {pinned.kind === 'first'
          ? ', seen here for the first time: compare it with one that came to you another way.'
          : ', the one that this browser has known since it first came here.'}
      </p>
    );
  return (
    <div role="alert">
      <p>
        <span className="mark-rejected" aria-hidden="true">
          ✕
        </span>{' '}
        <b>The log has another key than the one that this browser knows.</b> Either it is another log, or
        somebody stands in between. Known: <KeyText text={pinned.known} />, now: <KeyText text={verifier} />.
      </p>
      <p>
        <button type="button" onClick={pinned.believe}>
          I have compared it: believe the new one
        </button>
      </p>
    </div>
  );
}

function KeyText({ text }: { readonly text: string }) {
  return (
    <code title={text} className="key">
      {text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text}
    </code>
  );
}
