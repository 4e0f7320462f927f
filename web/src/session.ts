/** Who is signed in here. */

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { Access, Session } from '../../src/wire/session.ts';
import { get, isSignedOut, send, setCsrf } from './api.ts';

export const SESSION = ['session'] as const;

const RETRY_MS = 2000;

/** The key in the address that «capstan serve» prints. It is taken out of the address before anything else happens, so that
 *  it is neither in the history nor where somebody looks over a shoulder. Whether there was one. */
let keyInAddress: string | undefined;

export function takeKey(): boolean {
  const key = /^#key=(.+)$/.exec(location.hash)?.[1];
  if (key === undefined) return false;
  keyInAddress = key;
  history.replaceState(history.state, '', location.pathname + location.search);
  return true;
}

/** Undefined while it is not known; null for nobody. */
export function useSession(): Session | null | undefined {
  return useSessionQuery().data;
}

export function useSessionQuery() {
  return useQuery({
    queryKey: SESSION,
    queryFn: async ({ signal }) => {
      const before = await read(signal);
      const key = keyInAddress;
      if (key === undefined) return before;
      try {
        await send('POST', '/api/session', { key });
      } catch (error) {
        // An address that was opened before changes nothing for whoever is signed in.
        if (!before || !isSignedOut(error)) throw error;
      }
      keyInAddress = undefined;
      return read(signal);
    },
    staleTime: Number.POSITIVE_INFINITY,
    // Until the server is there.
    refetchInterval: ({ state }) =>
      state.status === 'error' && keyInAddress === undefined ? RETRY_MS : false,
  });
}

/** With the token that goes along with what they do, be it to sign in as somebody else. */
async function read(signal: AbortSignal): Promise<Session | null> {
  const { session } = await get<{ readonly session: Session | null }>('/api/session', signal);
  setCsrf(session?.csrf ?? '');
  return session;
}

/** Without the key in the address, which opened nothing. */
export function forgetKey(): void {
  keyInAddress = undefined;
}

export function useSignIn() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (key: string) => send('POST', '/api/session', { key }),
    onSuccess: () => queries.invalidateQueries({ queryKey: SESSION }),
  });
}

/** Nothing that was shown to one is kept for the next. */
export function useSignOut() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: () => send('DELETE', '/api/session'),
    onSuccess: () => {
      queries.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== SESSION[0] });
      queries.setQueryData(SESSION, null);
    },
  });
}

export function useAccess(access: Access): boolean {
  return useSession()?.access.includes(access) ?? false;
}
