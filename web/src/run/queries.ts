/** What the pages of runs ask for. */

import { keepPreviousData, useQuery } from '@tanstack/react-query';
import type { Comparison, RunView } from '../../../src/wire/run.ts';
import { get } from '../api.ts';

/** A process that was killed tells nobody. */
const STILL_MS = 10_000;

export function useRun(run: string | undefined) {
  return useQuery({
    queryKey: ['runs', run],
    queryFn: ({ signal }) => get<RunView>(`/api/runs/${encodeURIComponent(run!)}`, signal),
    enabled: run !== undefined,
    refetchInterval: ({ state }) => (state.data?.row.state === 'running' ? STILL_MS : false),
  });
}

/** «run» or «run@3» each. */
export function useComparison(first: string | undefined, second: string | undefined) {
  const query = new URLSearchParams({ first: first ?? '', second: second ?? '' });
  return useQuery({
    queryKey: ['compare', first, second],
    queryFn: ({ signal }) => get<Comparison>(`/api/compare?${query}`, signal),
    enabled: first !== undefined && second !== undefined,
    placeholderData: keepPreviousData,
  });
}
