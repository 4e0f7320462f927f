/** Ctrl-C: the first asks to stop, the second kills. Either way a run goes on from its last save. */

import { CapstanError } from '../base/errors.ts';

export function stopOnSignals(note: () => void): {
  readonly signal: AbortSignal;
  readonly release: () => void;
} {
  const controller = new AbortController();
  const stop = (): void => {
    release();
    controller.abort(new CapstanError('interrupted', 'stopped on request'));
    note();
  };
  const release = (): void => {
    for (const name of SIGNALS) process.off(name, stop);
  };
  for (const name of SIGNALS) process.on(name, stop);
  return { signal: controller.signal, release };
}

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;
