/** Carries out a sweep from wherever it stands: so many runs at a time, each by a process of its own, until all have
 *  ended. Killed at any moment it goes on from the run folders, which lose nothing. */

import { CapstanError, messageOf } from '../base/errors.ts';
import { VERSION } from '../base/version.ts';
import type { Folder } from '../storage/folder.ts';
import { lockFolder } from '../storage/lock.ts';
import { ensureRun, openSweep, PAGE, RECORD, standingOf } from './folder.ts';
import { type RunStanding, sweepRecord } from './gather.ts';
import { renderSweep } from './page.ts';
import { type PlannedRun, planOf } from './plan.ts';
import type { SweepRecord } from './record.ts';
import type { SweepSpec } from './spec.ts';

/** How the process of a run ended. */
export type Exit =
  /** With the record of the run written, whether its gate passed or not. */
  | { readonly kind: 'ended' }
  /** Another process is at work in its folder: one that outlived a sweep that was killed. */
  | { readonly kind: 'locked'; readonly said: string }
  | { readonly kind: 'interrupted' }
  | { readonly kind: 'failed'; readonly said: string };

export interface SweepOptions {
  /** Runs at a time. */
  readonly jobs: number;
  /** Carries out the run in that folder; told to stop, it soon does. */
  readonly carryOut: (path: string) => Promise<Exit>;
  readonly signal: AbortSignal;
  /** The moment, ISO 8601. */
  readonly now: () => string;
  /** Waits a moment, or until the signal. */
  readonly pause: () => Promise<void>;
  readonly machine: string;
  readonly command: string;
  readonly tell: (event: SweepEvent) => void;
}

export type SweepEvent =
  | { readonly kind: 'opened'; readonly folder: Folder; readonly standings: readonly RunStanding[] }
  | { readonly kind: 'run-started'; readonly planned: PlannedRun }
  | { readonly kind: 'run-waits'; readonly planned: PlannedRun; readonly said: string }
  /** `state` is «unfinished» if it was interrupted. */
  | { readonly kind: 'run-ended'; readonly standing: RunStanding };

/** Throws «interrupted» when the signal says so. A run that fails does not end the sweep: the record names it. */
export async function carryOutSweep(
  path: string,
  spec: SweepSpec,
  options: SweepOptions,
): Promise<SweepRecord> {
  const plan = planOf(spec);
  const lock = lockFolder(path);
  try {
    const own = { spec, started: options.now(), command: options.command, version: VERSION };
    const { folder, file } = openSweep(path, own);
    folder.sweep();
    const standings = new Map(plan.map((planned) => [planned, standingOf(folder, planned)]));
    const write = (): SweepRecord => {
      const { started, command, version } = file;
      const { name, seeds, compare } = spec;
      const origin = {
        name,
        started,
        version,
        command,
        machine: options.machine,
        seeds,
        against: compare?.against ?? null,
      };
      const record = sweepRecord(origin, [...standings.values()]);
      lock.assertHeld();
      folder.writeAtomic(RECORD, `${JSON.stringify(record, null, 1)}\n`);
      folder.writeAtomic(PAGE, renderSweep(record));
      return record;
    };
    options.tell({ kind: 'opened', folder, standings: [...standings.values()] });
    const queue = plan.filter((planned) => standings.get(planned)!.record === undefined);
    const work = async (): Promise<void> => {
      try {
        for (let next = queue.shift(); next && !options.signal.aborted; next = queue.shift()) {
          const standing = await carryOutRun(folder, next, options);
          standings.set(next, standing);
          options.tell({ kind: 'run-ended', standing });
          write();
        }
      } catch (error) {
        queue.length = 0; // a sweep that cannot be written starts nothing more
        throw error;
      }
    };
    await Promise.all(Array.from({ length: Math.min(options.jobs, queue.length) }, work));
    const record = write();
    if (
      options.signal.aborted &&
      [...standings.values()].some(({ state }) => state === 'new' || state === 'unfinished')
    )
      throw new CapstanError(
        'interrupted',
        `stopped with ${endedOf(standings.values())} of ${plan.length} runs ended`,
      );
    return record;
  } finally {
    lock.release();
  }
}

async function carryOutRun(folder: Folder, planned: PlannedRun, options: SweepOptions): Promise<RunStanding> {
  try {
    const path = ensureRun(folder, planned, { started: options.now(), command: options.command });
    options.tell({ kind: 'run-started', planned });
    for (;;) {
      const exit = await options.carryOut(path);
      if (exit.kind === 'failed') return { planned, state: 'failed', error: exit.said };
      const standing = standingOf(folder, planned);
      if (exit.kind === 'interrupted' || options.signal.aborted) return standing;
      if (exit.kind === 'ended')
        return standing.record ? standing : { planned, state: 'failed', error: 'it ended without a record' };
      options.tell({ kind: 'run-waits', planned, said: exit.said });
      await options.pause();
      if (options.signal.aborted) return standing;
    }
  } catch (error) {
    // A folder that cannot be written is this run's trouble and maybe not the others'.
    if (!(error instanceof CapstanError)) throw error;
    return { planned, state: 'failed', error: messageOf(error) };
  }
}

function endedOf(standings: Iterable<RunStanding>): number {
  return [...standings].filter(({ record }) => record !== undefined).length;
}
