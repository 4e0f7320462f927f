/** What the overseer's page asks of the server and tells it. */

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { Draft, Next } from '../../../src/wire/turn.ts';
import { get, send } from '../api.ts';

export const NEXT = ['turns', 'next'] as const;

/** While events do not come: this often, while nothing waits and while nothing is reached. */
const LOOK_MS = 15_000;
const RETRY_MS = 2000;

const pathOf = (turn: string, what: string) => `/api/turns/${encodeURIComponent(turn)}/${what}`;

/** Asking for it takes a lease, so nothing is asked for ahead. */
export function useNext(isWanted: boolean) {
  return useQuery({
    queryKey: NEXT,
    queryFn: ({ signal }) => get<Next>('/api/turns/next', signal),
    enabled: isWanted,
    staleTime: 0,
    refetchInterval: ({ state }) =>
      state.status === 'error' ? RETRY_MS : state.data?.turn === undefined ? LOOK_MS : false,
  });
}

/** The next one; after a commit that means another one. */
export function useAskAgain(): () => Promise<void> {
  const queries = useQueryClient();
  return () => queries.invalidateQueries({ queryKey: NEXT });
}

export function putDraft(turn: string, draft: Draft): Promise<unknown> {
  return send('PUT', pathOf(turn, 'draft'), draft);
}

interface OfLease {
  readonly turn: string;
  readonly lease: string;
}

/** Each changes what is told of the turn, which is then asked for again. */
export function useTurnAct(what: 'extend' | 'suggestion' | 'undo') {
  const askAgain = useAskAgain();
  return useMutation({
    mutationFn: ({ turn, lease }: OfLease) => send('POST', pathOf(turn, what), { lease }),
    onSuccess: () => askAgain(),
  });
}
