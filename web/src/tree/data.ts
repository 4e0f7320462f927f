/** What the tree page asks the server. A change of a tree makes everything out of date whose key begins with «trees» and its
 *  run; what is asked about a version of it («tree-version») stays true of that. */

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react';
import type { LedgerHead } from '../../../src/wire/ledger.ts';
import type {
  Corrected,
  ErrorPath,
  Found,
  NodeView,
  Rows,
  Skeleton,
  TreeSummary,
} from '../../../src/wire/tree.ts';
import { get, send } from '../api.ts';
import type { VerifiedEntry } from '../verify/receipt.ts';
import { type Columns, carried, columnsOf } from './columns.ts';
import { RowStore } from './rows.ts';

const base = (run: string) => `/api/trees/${encodeURIComponent(run)}`;
const FOREVER = Number.POSITIVE_INFINITY;
/** Of 50,000 nodes 700 kB are fetched, once in 5 s at most. */
const MS_PER_NODE = 0.1;

export function useSummary(run: string) {
  return useQuery({
    queryKey: ['trees', run, 'summary'],
    queryFn: ({ signal }) => get<TreeSummary>(base(run), signal),
  });
}

/** Decoded once for each version; of those before nothing is kept. The larger a tree, the more seldom it is fetched anew while
 *  it grows. */
export function useColumns(run: string, latest: string | undefined, nodes: number) {
  const version = useSeldom(latest, nodes * MS_PER_NODE);
  return useQuery({
    queryKey: ['tree-version', run, 'columns', version],
    queryFn: async ({ signal }) => columnsOf(await get<Skeleton>(`${base(run)}/skeleton`, signal)),
    enabled: version !== undefined,
    // The version before, until the next is there.
    placeholderData: (before: Columns | undefined, query) =>
      query?.queryKey[1] === run ? before : undefined,
    structuralSharing: false,
    staleTime: FOREVER,
    gcTime: 0,
  });
}

/** What is held of the rows of this version; whoever uses it shows what comes. */
export function useRows(run: string, columns: Columns): RowStore {
  const queries = useQueryClient();
  const held = useRef<{ readonly columns: Columns; readonly store: RowStore }>(undefined);
  const store = useMemo(() => {
    const before = held.current?.store.movedTo(carried(held.current.columns, columns));
    return new RowStore(
      columns.version,
      ({ from, to }) => get<Rows>(`${base(run)}/rows?from=${from}&to=${to}`),
      () => void queries.invalidateQueries({ queryKey: ['trees', run, 'summary'] }),
      before,
    );
  }, [run, columns, queries]);
  useEffect(() => {
    held.current = { columns, store };
  }, [columns, store]);
  useSyncExternalStore(store.subscribe, store.snapshot);
  return store;
}

export function useNode(run: string, id: string | undefined, version: string) {
  return useQuery({
    queryKey: ['trees', run, 'node', id, version],
    queryFn: ({ signal }) => get<NodeView>(`${base(run)}/nodes/${encodeURIComponent(id!)}`, signal),
    enabled: id !== undefined,
    // The same node in the version before is better than nothing; another node is not.
    placeholderData: (before) => (before?.row.id === id ? before : undefined),
    staleTime: FOREVER,
  });
}

export function useFound(run: string, words: string, version: string) {
  return useQuery({
    queryKey: ['tree-version', run, 'found', words, version],
    queryFn: ({ signal }) => get<Found>(`${base(run)}/search?q=${encodeURIComponent(words)}`, signal),
    enabled: words !== '',
    staleTime: FOREVER,
    retry: false,
  });
}

/** `about`: a node that whoever asks holds for wrong; empty for what is known to be. */
export function useErrorPath(run: string, about: string | undefined, version: string) {
  return useQuery({
    queryKey: ['tree-version', run, 'error-path', about, version],
    queryFn: ({ signal }) => {
      const query = about ? `?node=${encodeURIComponent(about)}` : '';
      return get<ErrorPath>(`${base(run)}/error-path${query}`, signal);
    },
    enabled: about !== undefined,
    staleTime: FOREVER,
    retry: false,
  });
}

export function useCorrect(run: string, id: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (said: { readonly answer: string; readonly reason: string }) =>
      send<Corrected>('POST', `${base(run)}/nodes/${encodeURIComponent(id)}/correction`, said),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['trees', run] }),
  });
}

export interface Checked {
  readonly verified: VerifiedEntry;
  /** The log's verifier key. */
  readonly key: string;
}

/** Fetches a receipt and verifies it here. */
export function useVerify(seq: number) {
  return useMutation({
    mutationFn: async (): Promise<Checked> => {
      const [{ verifyEntry }, { key }, { receipt }] = await Promise.all([
        import('../verify/receipt.ts'),
        get<LedgerHead>('/api/ledger'),
        get<{ readonly receipt: string }>(`/api/ledger/receipts/${seq}`),
      ]);
      return { verified: verifyEntry(seq, receipt, key), key };
    },
  });
}

/** The latest value, which changes no more often than that. */
function useSeldom<T>(latest: T, ms: number): T {
  const [shown, setShown] = useState(latest);
  const since = useRef(Number.NEGATIVE_INFINITY);
  useEffect(() => {
    if (latest === shown) return;
    const show = () => {
      since.current = performance.now();
      setShown(latest);
    };
    const timer = setTimeout(show, Math.max(0, since.current + ms - performance.now()));
    return () => clearTimeout(timer);
  }, [latest, shown, ms]);
  return shown;
}
