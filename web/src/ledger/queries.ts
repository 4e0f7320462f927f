/** What the pages of the ledger ask for. */

import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import type { EntryPage, LedgerHead } from '../../../src/wire/ledger.ts';
import { get } from '../api.ts';
import type { FetchBytes } from '../verify/log.ts';

export interface Filter {
  readonly q?: string;
  readonly run?: string;
  readonly kind?: string;
}

const PAGE = 50;

export function useHead(isAllowed: boolean) {
  return useQuery({
    queryKey: ['ledger', undefined, 'head'],
    queryFn: ({ signal }) => get<LedgerHead | null>('/api/ledger', signal),
    enabled: isAllowed,
  });
}

/** The newest first, page by page. */
export function useEntries(filter: Filter) {
  return useInfiniteQuery({
    queryKey: ['ledger', undefined, 'entries', filter],
    queryFn: ({ signal, pageParam }) => {
      const query = new URLSearchParams({ ...filter, limit: String(PAGE) });
      if (pageParam !== undefined) query.set('before', String(pageParam));
      return get<EntryPage>(`/api/ledger/entries?${query}`, signal);
    },
    initialPageParam: undefined as number | undefined,
    getNextPageParam: ({ entries }) => (entries.length < PAGE ? undefined : entries.at(-1)?.seq),
  });
}

/** An entry, and those that follow from it. */
export function useEntry(seq: string) {
  return useQuery({
    queryKey: ['ledger', undefined, 'entry', seq],
    queryFn: ({ signal }) => get<EntryPage>(`/api/ledger/entries/${encodeURIComponent(seq)}`, signal),
  });
}

export async function receiptOf(seq: number): Promise<string> {
  return (await get<{ readonly receipt: string }>(`/api/ledger/receipts/${seq}`)).receipt;
}

const NOT_FOUND = 404;

/** The published files of the log, byte by byte. */
export const publishedBytes: FetchBytes = async (path) => {
  const response = await fetch(`/ledger/log/${path}`, { credentials: 'same-origin', cache: 'no-store' });
  if (response.status === NOT_FOUND) return undefined;
  if (!response.ok) throw new Error(`${path}: expected a published file, the server said ${response.status}`);
  return new Uint8Array(await response.arrayBuffer());
};
