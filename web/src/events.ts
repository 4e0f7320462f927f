/** What the server tells of changes: whatever shows something of that is asked for again. The first word of a query's key
 *  is what the API calls it, the second the run where it is of one: ['runs'], ['runs', 'r1'], ['trees', 't1', 'rows', …]. */

import { type QueryClient, type QueryKey, useQueryClient } from '@tanstack/react-query';
import { useEffect, useSyncExternalStore } from 'react';
import type { Change } from '../../src/wire/session.ts';
import { SESSION } from './session.ts';

const SHOWS: { readonly [topic in Change['topic']]: readonly string[] } = {
  turns: ['turns'],
  tree: ['trees', 'runs'],
  run: ['runs', 'compare'],
  models: ['models'],
  controls: ['controls'],
  ledger: ['ledger'],
};

/** Of which a key says no run: whose turn it is may change with any. */
const OF_ALL: ReadonlySet<string> = new Set(['compare', 'turns']);

/** Changes come in bursts. */
const TOGETHER_MS = 200;
const AGAIN_MS = 2000;
const AGAIN_MAX_MS = 15_000;

/** Whether what a query shows may be out of date. */
function isShownBy(key: QueryKey, { topic, run }: Change): boolean {
  const [what, which] = key;
  if (!SHOWS[topic].includes(String(what))) return false;
  if (run === undefined || which === undefined || OF_ALL.has(String(what))) return true;
  // Of a run of many questions it is about each of their trees.
  return String(which).replace(/@\d+$/, '') === run;
}

let isConnected = true;
const listeners = new Set<() => void>();

function setConnected(now: boolean): void {
  if (now === isConnected) return;
  isConnected = now;
  for (const listener of listeners) listener();
}

/** One connection for all pages; true until it is known to be lost. */
export function useConnected(): boolean {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => isConnected,
  );
}

export function useEvents(person: string | undefined): void {
  const queries = useQueryClient();
  useEffect(() => (person === undefined ? undefined : listen(queries)), [queries, person]);
}

function listen(queries: QueryClient): () => void {
  let source: EventSource;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let tries = 0;
  const gather = gathering(queries);
  const everything = () => void queries.invalidateQueries();

  const open = () => {
    source = new EventSource('/api/events');
    source.onopen = () => {
      setConnected(true);
      if (tries > 0) everything();
      tries = 0;
    };
    source.onmessage = ({ data }: MessageEvent<string>) => gather.add(JSON.parse(data) as Change);
    // What happened since is not known any more.
    source.addEventListener('reset', everything);
    source.onerror = () => {
      tries++;
      // A browser tries again by itself, but not after it got an answer that is no stream: the server is there, and says no.
      setConnected(source.readyState === EventSource.CLOSED);
      if (source.readyState !== EventSource.CLOSED) return;
      void queries.invalidateQueries({ queryKey: SESSION });
      timer = setTimeout(open, Math.min(AGAIN_MS * tries, AGAIN_MAX_MS));
    };
  };
  open();
  return () => {
    source.close();
    clearTimeout(timer);
    gather.stop();
    setConnected(true);
  };
}

function gathering(queries: QueryClient) {
  let changes: Change[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;
  const tell = () => {
    const told = changes;
    changes = [];
    timer = undefined;
    void queries.invalidateQueries({
      predicate: ({ queryKey }) => told.some((change) => isShownBy(queryKey, change)),
    });
  };
  return {
    add: (change: Change) => {
      changes.push(change);
      timer ??= setTimeout(tell, TOGETHER_MS);
    },
    stop: () => clearTimeout(timer),
  };
}
