/** What the overseer's page asks of the server and tells it. */

import { type QueryClient, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { Draft, Next } from '../../../src/wire/turn.ts';
import { get, send } from '../api.ts';

const NEXT = ['turns', 'next'] as const;

/** While events do not come: this often, while nothing waits and while nothing is reached. */
const LOOK_MS = 15_000;
const RETRY_MS = 2000;

const pathOf = (turn: string, what: string) => `/api/turns/${encodeURIComponent(turn)}/${what}`;

/** Asking for it takes a lease, and a longer one where it is held: nothing is asked for ahead, nor by itself while somebody
 *  decides, who would hold it for ever by leaving the page open. */
export function useNext(isWanted: boolean) {
  return useQuery({
    queryKey: NEXT,
    queryFn: fetchNext,
    enabled: isWanted,
    staleTime: 0,
    // Whoever comes back to the page asks anew: what was told before may be decided by now.
    gcTime: 0,
    refetchInterval: ({ state }) =>
      state.status === 'error' ? RETRY_MS : state.data?.turn === undefined ? LOOK_MS : false,
  });
}

/** What the server keeps: of two the later. */
export function putDraft(turn: string, draft: Draft): Promise<Draft> {
  return send('PUT', pathOf(turn, 'draft'), draft);
}

interface OfLease {
  readonly turn: string;
  readonly lease: string;
}

/** Each changes what is told of the turn, which is then asked for again, and so it is where it was refused. */
export function useTurnAct(what: 'extend' | 'suggestion') {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ turn, lease }: OfLease) => send('POST', pathOf(turn, what), { lease }),
    onSettled: () => askAgain(queries),
  });
}

/** What was taken back is there again at once, whatever is held besides. */
export function useUndo() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ turn, lease }: OfLease) => send<Next>('POST', pathOf(turn, 'undo'), { lease }),
    onSuccess: (next) => queries.setQueryData(NEXT, next),
  });
}

export function askAgain(queries: QueryClient): Promise<unknown> {
  return queries.fetchQuery({ queryKey: NEXT, queryFn: fetchNext, staleTime: 0 });
}

const fetchNext = ({ signal }: { readonly signal: AbortSignal }) => get<Next>('/api/turns/next', signal);
