/** A time as it is from now, with the whole of it on hover. */

import { useSyncExternalStore } from 'react';
import { ago } from './figures.ts';

const STEP_MS = 5000;

/** One clock for all that show a time; it stands still while nobody looks. */
function listen(tick: () => void): () => void {
  const timer = setInterval(tick, STEP_MS);
  return () => clearInterval(timer);
}

export function Ago({ time }: { readonly time: string }) {
  const now = useSyncExternalStore(listen, () => Math.floor(Date.now() / STEP_MS) * STEP_MS);
  return (
    <time dateTime={time} title={new Date(time).toLocaleString()}>
      {ago(time, Math.max(now, Math.min(Date.now(), Date.parse(time))))}
    </time>
  );
}
