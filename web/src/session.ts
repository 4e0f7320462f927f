/** Who is signed in here. */

import { useQuery } from '@tanstack/react-query';
import type { Access, Session } from '../../src/wire/session.ts';
import { get, setCsrf } from './api.ts';

export const SESSION = ['session'] as const;

/** Undefined while it is not known; null for nobody. */
export function useSession(): Session | null | undefined {
  return useQuery({
    queryKey: SESSION,
    queryFn: async ({ signal }) => {
      const { session } = await get<{ readonly session: Session | null }>('/api/session', signal);
      setCsrf(session?.csrf ?? '');
      return session;
    },
    staleTime: Number.POSITIVE_INFINITY,
  }).data;
}

export function useAccess(access: Access): boolean {
  return useSession()?.access.includes(access) ?? false;
}
