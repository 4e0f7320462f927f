/** What the pages of checkpoints ask for, and what they have done. */

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { ActOutcome, ModelAct, ModelDifference, ModelRow, ModelView } from '../../../src/wire/model.ts';
import { get, send } from '../api.ts';
import { count } from '../figures.ts';
import { useToast } from '../toast.tsx';

export function useModels(isAllowed: boolean) {
  return useQuery({
    queryKey: ['models'],
    queryFn: ({ signal }) => get<readonly ModelRow[]>('/api/models', signal),
    enabled: isAllowed,
  });
}

export function useModel(hash: string) {
  return useQuery({
    queryKey: ['models', hash],
    queryFn: ({ signal }) => get<ModelView>(`/api/models/${encodeURIComponent(hash)}`, signal),
  });
}

/** It stays as it is: both are named by what is in them. */
export function useDifference(from: string, hash: string, isAsked: boolean) {
  return useQuery({
    queryKey: ['difference', from, hash],
    queryFn: ({ signal }) => get<ModelDifference>(`/api/models/${hash}/difference?from=${from}`, signal),
    enabled: isAsked,
    staleTime: Number.POSITIVE_INFINITY,
  });
}

export interface Act {
  readonly path: string;
  readonly reason: string;
}

export const modelPath = (hash: string, act: ModelAct): string => `/api/models/${hash}/${act}`;
export const approvalPath = (request: number): string => `/api/requests/${request}/approve`;

/** What it came to is said, and whatever shows something of it is asked for again. */
export function useAct() {
  const queries = useQueryClient();
  const say = useToast();
  return useMutation({
    mutationFn: ({ path, reason }: Act) => send<ActOutcome>('POST', path, { reason }),
    onSuccess: (outcome) => {
      say(outcomeWords(outcome));
      for (const what of ['models', 'controls', 'ledger', 'runs'])
        void queries.invalidateQueries({ queryKey: [what] });
    },
  });
}

function outcomeWords(outcome: ActOutcome): string {
  if (outcome.kind === 'done') return `Done: entry ${outcome.entry} of the ledger.`;
  return `Requested: it waits for ${count(outcome.needed - outcome.people.length, 'more person', 'more people')}.`;
}
