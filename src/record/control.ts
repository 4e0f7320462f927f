/** Whether work goes on in a project. The ledger decides: its last word of control, whatever happened since. Beside it lies
 *  a file for those at work, who look at it after every step, and for a hand that cannot get at the ledger:
 *      halt: the file, then the entry         resume: the entry, then the file is gone
 *  Either is enough to halt. So halting waits for nothing, and outlives restarts, a crash in between, and a ledger that
 *  somebody has damaged: what cannot be read is no permission. */

import { decodeEntry, type Entry } from '../ledger/entry.ts';
import { Folder } from '../storage/folder.ts';
import { Journal } from '../storage/journal.ts';

export type Halt = 'work-paused' | 'work-stopped';

export interface Halted {
  readonly kind: Halt;
  /** On the ledger; undefined where only the file says so. */
  readonly entry: Entry | undefined;
}

/** Whether anybody at work has to halt: a look at one file. */
export function isHaltAsked(path: string): boolean {
  return new Folder(path).exists(FILE);
}

/** What the ledger and the file say; undefined if work may go on. Reads the whole journal. */
export function haltedIn(path: string): Halted | undefined {
  const last = lastControl(path);
  if (last && last.kind !== 'work-resumed') return { kind: last.kind as Halt, entry: last };
  return isHaltAsked(path) ? { kind: 'work-stopped', entry: undefined } : undefined;
}

/** For those at work, before the entry. */
export function askToHalt(path: string, kind: Halt): void {
  new Folder(path).writeAtomic(FILE, `${kind}\n`);
}

/** After the entry that lets work go on. */
export function stopAsking(path: string): void {
  new Folder(path).remove(FILE);
}

const FILE = 'halt';
const CONTROLS: ReadonlySet<string> = new Set(['work-paused', 'work-stopped', 'work-resumed']);

function lastControl(path: string): Entry | undefined {
  const folder = `${path}/journal`;
  if (new Folder(folder).list().length === 0) return undefined;
  let [last, seq]: [Entry | undefined, number] = [undefined, 0];
  for (const record of Journal.look(folder).journal.read()) {
    const entry = decodeEntry(record, seq++);
    if (CONTROLS.has(entry.kind)) last = entry;
  }
  return last;
}
