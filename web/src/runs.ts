/** Runs in words: how they are, and what of them wants somebody. */

import { useQuery } from '@tanstack/react-query';
import type { RunRow } from '../../src/wire/run.ts';
import type { TurnsState } from '../../src/wire/turn.ts';
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

/** How many questions wait for people, by run; undefined for whoever is not told. */
export function useWaiting(): ReadonlyMap<string, number> | undefined {
  const mayOperate = useAccess('operate');
  const turns = useQuery({
    queryKey: ['turns', 'state'],
    queryFn: ({ signal }) => get<TurnsState>('/api/turns', signal),
    enabled: mayOperate,
  });
  const runs = useRuns();
  if (!turns.data && !runs.data) return undefined;
  // A training run tells of its own; the turns come after and count what they hand out.
  const counts = [
    ...(runs.data ?? []).map(({ name, waiting }) => [name, waiting] as const),
    ...(turns.data?.runs ?? []).map(
      ({ run, deciding, arbitrating }) => [run, deciding + arbitrating] as const,
    ),
  ];
  return new Map(counts.filter(([, n]) => n > 0));
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
