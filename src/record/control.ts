/** Whether work goes on in a project. The ledger decides: its last word of control, whatever happened since. Beside it lies
 *  a file for those at work, who look at it after every step, and for a hand that cannot get at the ledger:
 *      halt: the file, then the entry         resume: the entry, then the file is gone
 *  Either is enough to halt. So halting waits for nothing, and outlives restarts, a crash in between, and a ledger that
 *  somebody has damaged: what cannot be read is no permission. A ledger that has forgotten is none either (`latch.ts`). */

import type { Entry } from '../ledger/entry.ts';
import type { Disk } from '../storage/disk.ts';
import { Folder } from '../storage/folder.ts';
import type { Latch, Lost } from './latch.ts';
import { type Replay, replayed } from './replay.ts';

export type Halt = 'work-paused' | 'work-stopped';

export interface Halted {
  readonly kind: Halt;
  /** On the ledger; undefined where only the file says so. */
  readonly entry: Entry | undefined;
}

/** Why work may not go on; both undefined if it may. */
export interface Hindered {
  readonly halted: Halted | undefined;
  readonly lost: Lost | undefined;
}

/** Whether anybody at work has to halt: a look at one file. */
export function isHaltAsked(path: string, disk?: Disk): boolean {
  return new Folder(path, disk).exists(FILE);
}

/** What ledger, file and latch say. Reads the whole journal. */
export function hinderedIn(path: string, latch: Latch, disk?: Disk): Hindered {
  return hindered(replayed(path, disk), path, latch, disk);
}

/** The same, of a ledger that was replayed. */
export function hindered(replay: Replay, path: string, latch: Latch, disk?: Disk): Hindered {
  const { halt } = replay.authority;
  const byFile: Halted | undefined = isHaltAsked(path, disk)
    ? { kind: 'work-stopped', entry: undefined }
    : undefined;
  return { halted: halt ? { kind: halt.kind as Halt, entry: halt } : byFile, lost: latch.lost(replay) };
}

/** For those at work, before the entry. */
export function askToHalt(path: string, kind: Halt, disk?: Disk): void {
  new Folder(path, disk).writeAtomic(FILE, `${kind}\n`);
}

/** After the entry that lets work go on. */
export function stopAsking(path: string, disk?: Disk): void {
  new Folder(path, disk).remove(FILE);
}

const FILE = 'halt';
