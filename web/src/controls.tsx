/** Pausing, stopping and going on, in the one place where they always are: in the strip, for whoever may. */

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { ActOutcome, Controls as ControlsValue } from '../../src/wire/model.ts';
import { get, send } from './api.ts';
import { Dialog } from './dialog.tsx';
import { count } from './figures.ts';
import { useSession } from './session.ts';
import { useToast } from './toast.tsx';

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
    enabled: access.includes('look'),
    retry: false,
  }).data;
}

/** What makes sense now, of what whoever asks may do. */
export function actsOf({ may, halted }: ControlsValue): readonly Act[] {
  const acts: readonly Act[] = !halted
    ? ['pause', 'stop']
    : halted.kind === 'paused'
      ? ['stop', 'resume']
      : ['resume'];
  return acts.filter((act) => may.includes(act));
}

export function haltedWords({ kind, by }: NonNullable<ControlsValue['halted']>): string {
  // What is missing takes a sentence, which the page of controls has.
  if (kind === 'refused') return 'nothing may begin';
  return `${kind} by ${by.replace(/^\w+:/, '')}`;
}

export function Controls() {
  const controls = useControls();
  const queries = useQueryClient();
  const say = useToast();
  const [act, setAct] = useState<Act>();
  const doing = useMutation({
    mutationFn: ({ act, reason }: { readonly act: Act; readonly reason: string }) =>
      send<ActOutcome>('POST', `/api/controls/${act}`, { reason }),
    onSuccess: (outcome) => {
      if (outcome.kind === 'waits')
        say(`waits for ${count(outcome.needed - outcome.people.length, 'more person', 'more people')}`);
      return queries.invalidateQueries({ queryKey: CONTROLS });
    },
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
      {actsOf(controls).map((one) => (
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
