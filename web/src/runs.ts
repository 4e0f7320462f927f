/** Runs in words: how they are, and what of them wants somebody. */

import { useQuery } from '@tanstack/react-query';
import type { RunRow } from '../../src/wire/run.ts';
import { get } from './api.ts';
import type { MarkName } from './marks.tsx';
import { useAccess } from './session.ts';

export const RUNS = ['runs'] as const;

export function useRuns() {
  return useQuery({
    queryKey: RUNS,
    queryFn: ({ signal }) => get<readonly RunRow[]>('/api/runs', signal),
    enabled: useAccess('look'),
  });
}

type State = RunRow['state'];

export const STATES: { readonly [state in State]: readonly [words: string, mark: MarkName | undefined] } = {
  damaged: ['damaged', 'rejected'],
  'gate-failed': ['a gate failed', 'rejected'],
  waiting: ['waits for people', 'waiting'],
  running: ['running', undefined],
  new: ['not begun', undefined],
  stopped: ['stopped', undefined],
  finished: ['finished', 'verified'],
};

const URGENCY = Object.keys(STATES) as readonly State[];

/** What wants somebody comes first, then what is newest. */
export function byUrgency(one: RunRow, other: RunRow): number {
  const urgency = URGENCY.indexOf(one.state) - URGENCY.indexOf(other.state);
  return (
    urgency || (other.started ?? '').localeCompare(one.started ?? '') || one.name.localeCompare(other.name)
  );
}
