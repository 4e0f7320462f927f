/** A whole run of a few steps with its ledger, for those who look at what runs leave behind: two iterations whose gates
 *  anybody passes. What it says of anything is nonsense; where it lies and who knows it is not. */

import { CapstanError } from '../src/base/errors.ts';
import { VERSION } from '../src/base/version.ts';
import type { Entry } from '../src/ledger/entry.ts';
import { type LedgerOptions, withLedger } from '../src/record/ledger.ts';
import { verifyLedger } from '../src/record/verify.ts';
import type { Recorder } from '../src/run/chronicle.ts';
import { type Choices, type Configuration, configure } from '../src/run/configuration.ts';
import { createRun } from '../src/run/folder.ts';
import { carryOut, type RunOptions } from '../src/run/run.ts';

/** For a hook that makes one, on a machine that has other things to do. */
export const PATIENCE_MS = 60_000;
const SEED_BYTES = 32;

export const LEDGER_OPTIONS: LedgerOptions = {
  origin: 'a-test',
  seed: () => new Uint8Array(SEED_BYTES).fill(7),
  now: () => '2026-01-31T12:00:00.000Z',
};

export const recorderIn =
  (ledger: string): Recorder =>
  (make) =>
    withLedger(ledger, LEDGER_OPTIONS, (open) => open.append(make(open.size)));

export const entriesOf = (ledger: string): readonly Entry[] => verifyLedger(ledger).entries;

/** Two warm-ups of two steps, then two iterations of as many. */
export function tiny(choices: Partial<Choices> = {}): Configuration {
  const chosen = { task: 'permutation-powering', size: 8, powers: 8, width: 16, replicas: 1, ...choices };
  const configuration = configure(chosen);
  const { training } = configuration;
  return {
    ...configuration,
    training: {
      ...training,
      curriculum: { ...training.curriculum, contexts: 4 },
      gate: {
        ...training.gate,
        advance: 0,
        finish: 0,
        questions: 16,
        attempt: -1,
        stepsMin: 2,
        warmUpMin: 2,
      },
    },
  };
}

export interface TinyRun {
  readonly path: string;
  readonly ledger: string;
  readonly configuration?: Configuration;
  readonly baselines?: boolean;
  /** Decisions to be played back. */
  readonly known?: string;
}

export function createTiny({
  path,
  configuration = tiny(),
  baselines = false,
  known,
}: Omit<TinyRun, 'ledger'> & { readonly ledger?: string }): void {
  const file = {
    configuration,
    baselines,
    started: '2026-01-31T12:00:00.000Z',
    command: `capstan run --run ${path}`,
    version: VERSION,
  };
  createRun(path, file, known);
}

/** From wherever it stands to its end. */
export async function carryOutTiny({ path, ledger }: TinyRun, options: Partial<RunOptions> = {}) {
  return carryOut(path, {
    threads: 1,
    backend: 'native',
    machine: 'a test',
    clock: () => 0,
    signal: new AbortController().signal,
    tell: () => {},
    record: recorderIn(ledger),
    by: 'person:ada',
    halted: () => undefined,
    promotion: () => 'gate',
    revoked: () => new Map(),
    ...options,
  });
}

/** What is said of damage. */
export function saidOf(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    if (error instanceof CapstanError && error.code === 'corrupt') return error.message;
    throw error;
  }
  return '';
}
