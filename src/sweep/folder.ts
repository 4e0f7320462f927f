/** The folder of a sweep:
 *      sweep.json           what it does, written first and never changed
 *      lock                 the process at work on it
 *      LABEL-seedN/         one ordinary run folder for each label and seed
 *      sweep-record.json    figures, and sweep.html made from them */

import type { Json } from '../base/canonical.ts';
import { CapstanError } from '../base/errors.ts';
import { VERSION } from '../base/version.ts';
import type { RunRecord } from '../report/record.ts';
import type { Configuration } from '../run/configuration.ts';
import { createRun, openRun } from '../run/folder.ts';
import { readSealed, writeSealed } from '../run/sealed.ts';
import { readState } from '../run/state.ts';
import { Folder } from '../storage/folder.ts';
import { LOCK } from '../storage/lock.ts';
import type { RunStanding } from './gather.ts';
import { differences, type PlannedRun } from './plan.ts';
import type { SweepSpec } from './spec.ts';

export interface SweepFile {
  readonly spec: SweepSpec;
  /** ISO 8601 */
  readonly started: string;
  readonly command: string;
  readonly version: string;
}

const FORMAT = 'capstan-sweep-1';
const FILE = 'sweep.json';
export const RECORD = 'sweep-record.json';
export const PAGE = 'sweep.html';

/** Starts the folder of a sweep, or goes on with one that has the same spec. Only for the holder of its lock. */
export function openSweep(path: string, file: SweepFile): { folder: Folder; file: SweepFile } {
  const folder = new Folder(path);
  if (folder.exists(FILE)) return { folder, file: sameSweep(folder, file) };
  if (folder.list().some((name) => name !== LOCK))
    throw new CapstanError(
      'exists',
      `sweep folder ${path}: expected a new or empty folder, or one of this sweep; choose another by --out`,
    );
  writeSealed(folder, FILE, FORMAT, file);
  return { folder, file };
}

function sameSweep(folder: Folder, { spec, version }: SweepFile): SweepFile {
  const there = readSealed<SweepFile>(folder, FILE, FORMAT);
  const different = differences(
    jsonOf({ spec: there.spec, version: there.version }),
    jsonOf({ spec, version }),
  );
  if (different.length > 0)
    throw new CapstanError(
      'exists',
      `sweep folder ${folder.path}: expected the same sweep, got another: ${different.join('; ')}; choose another folder by --out`,
    );
  return there;
}

/** Makes the run's folder if it is not there yet; refuses one with another configuration. */
export function ensureRun(
  sweep: Folder,
  planned: PlannedRun,
  { started, command }: { started: string; command: string },
): string {
  const path = runPath(sweep, planned);
  if (new Folder(path).exists('run.json')) expectSame(path, planned.configuration);
  else
    createRun(path, {
      configuration: planned.configuration,
      baselines: false,
      started,
      command,
      version: VERSION,
    });
  return path;
}

export function runPath(sweep: Folder, { folder }: PlannedRun): string {
  return `${sweep.path}/${folder}`;
}

/** A run has ended when its record says so: it is written last. Throws if the folder holds another run. */
export function standingOf(sweep: Folder, planned: PlannedRun): RunStanding {
  const path = runPath(sweep, planned);
  const run = new Folder(path);
  if (!run.exists('run.json')) return { planned, state: 'new' };
  expectSame(path, planned.configuration);
  const record = endedRecord(run);
  const state = record?.arms[0]?.state;
  if (record && (state === 'finished' || state === 'gate-failed')) return { planned, state, record };
  return { planned, state: 'unfinished' };
}

/** A record that cannot be read is written again by going on with the run. */
function endedRecord(run: Folder): RunRecord | undefined {
  if (!run.exists('record.json')) return undefined;
  try {
    return JSON.parse(run.readText('record.json')) as RunRecord;
  } catch {
    return undefined;
  }
}

function expectSame(path: string, configuration: Configuration): void {
  const there = openRun(path).file.configuration;
  const different = differences(jsonOf(there), jsonOf(configuration));
  if (different.length > 0)
    throw new CapstanError(
      'exists',
      `run folder ${path}: expected the configuration of this sweep, got another: ${different.join('; ')}`,
    );
}

/** How far a run has come, at its last save. */
export interface Glimpse {
  readonly step: number;
  readonly seconds: number;
  /** Over all questions, at the last look. */
  readonly accuracy?: number;
}

export function glimpseOf(sweep: Folder, planned: PlannedRun): Glimpse | undefined {
  const arm = planned.configuration.overseer === 'truth' ? 'supervised' : 'ida';
  try {
    const state = readState(new Folder(`${runPath(sweep, planned)}/${arm}`));
    const accuracy = state?.points.at(-1)?.overall?.answerer;
    return (
      state && {
        step: state.progress.step,
        seconds: state.seconds,
        ...(accuracy !== undefined && { accuracy }),
      }
    );
  } catch (error) {
    // Damage is the run's to report; who looks on shows nothing.
    if (error instanceof CapstanError) return undefined;
    throw error;
  }
}

function jsonOf(value: object): Json {
  return JSON.parse(JSON.stringify(value)) as Json;
}
