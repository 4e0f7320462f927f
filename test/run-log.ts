/** A ledger of runs, for those who watch one, and the witness's own program. */

import { join } from 'node:path';
import { type Draft, withLedger } from '../src/record/ledger.ts';
import { BUILT, SCRATCH, start } from './command.ts';

export const WITNESS = join(BUILT, 'bin/capstan-witness.js');
export const witness = (...args: readonly string[]) => start(process.execPath, [WITNESS, ...args]).ended;

/** So many runs have begun, in the ledger of that name. */
export function record(ledger: string, count: number, run = 'run'): void {
  const began: Draft = { kind: 'run-started', actor: { id: 'program:capstan', kind: 'program' }, run };
  const options = {
    origin: 'example.org/log',
    seed: () => new Uint8Array(32).fill(7),
    now: () => '2026-11-28T12:00:00.000Z',
  };
  withLedger(join(SCRATCH, ledger), options, (open) =>
    open.append(Array.from({ length: count }, () => began)),
  );
}
