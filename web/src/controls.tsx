/** Pausing, stopping and going on, in the one place where they always are: in the strip, for whoever may. */

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { Controls as ControlsValue } from '../../src/wire/model.ts';
import { get, send } from './api.ts';
import { Dialog } from './dialog.tsx';
import { useSession } from './session.ts';

type Act = ControlsValue['may'][number];

export const ACTS: { readonly [act in Act]: readonly [verb: string, consequence: string] } = {
  pause: ['Pause', 'What is being worked on is finished, then nothing begins until somebody lets it go on.'],
  stop: [
    'Stop',
    'Everything ends now. What was done is kept, and what was under way is done again when it goes on.',
  ],
  resume: ['Resume', 'Work goes on where it was.'],
};

export const CONTROLS = ['controls'] as const;

export function useControls(): ControlsValue | undefined {
  const { access = [] } = useSession() ?? {};
  return useQuery({
    queryKey: CONTROLS,
    queryFn: ({ signal }) => get<ControlsValue>('/api/controls', signal),
    enabled: access.includes('look') || access.includes('operate'),
    retry: false,
  }).data;
}

export function haltedWords({ kind, by }: NonNullable<ControlsValue['halted']>): string {
  return `${kind} by ${by.replace(/^\w+:/, '')}`;
}

export function Controls() {
  const controls = useControls();
  const queries = useQueryClient();
  const [act, setAct] = useState<Act>();
  const doing = useMutation({
    mutationFn: ({ act, reason }: { readonly act: Act; readonly reason: string }) =>
      send('POST', `/api/controls/${act}`, { reason }),
    onSuccess: () => queries.invalidateQueries({ queryKey: CONTROLS }),
  });
  if (!controls) return null;
  return (
    <span className="controls">
      {controls.halted && (
        <span className="halted">
          <span aria-hidden="true">‖ </span>
          {haltedWords(controls.halted)}
        </span>
      )}
      {controls.may.map((one) => (
        <button key={one} type="button" onClick={() => setAct(one)}>
          {ACTS[one][0]}
        </button>
      ))}
      {act && (
        <Dialog
          title={`${ACTS[act][0]} everything?`}
          verb={ACTS[act][0]}
          reason="needed"
          onConfirm={(reason) => doing.mutateAsync({ act, reason })}
          onClose={() => setAct(undefined)}
        >
          <p>{ACTS[act][1]}</p>
        </Dialog>
      )}
    </span>
  );
}
