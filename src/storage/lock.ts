/** One process per run folder. The file `lock` names the holder; when it has died, however it died, the lock passes to
 *  an heir at once, and of several takers exactly one becomes it:
 *     lock: M (dead)  ←  .lock-M: N (dead)  ←  .lock-N: O (alive)          O holds the lock
 *  A taker hard-links its own complete file to the place after the last of this chain: one atomic step, which fails when
 *  the place is taken. No two holders have the same name, and nobody moves a lock that somebody lives by, so there is
 *  no moment at which two can win. The winner renames its place over `lock` and clears the rest of the chain away; a
 *  taker that slept meanwhile and links to a place of the past finds itself outside the chain, and so without the lock.
 *  Not covered: containers that share the folder and the host name but do not see each other's processes. */

import { randomUUID } from 'node:crypto';
import * as fs from 'node:fs';
import { hostname } from 'node:os';
import { join, resolve } from 'node:path';
import { CapstanError } from '../base/errors.ts';
import { attempt, isSystemError, makeFolder } from './disk.ts';

export interface Lock {
  /** Throws 'locked' unless the lock is still ours; to be called before each save. */
  assertHeld(): void;
  /** Gives the lock back; a second call does nothing. */
  release(): void;
}

/** Takes the lock of the folder, which is made if missing, or throws 'locked' and says who has it. */
export function lockFolder(path: string): Lock {
  const folder = resolve(path);
  const own = newHolder();
  attempt({ verb: 'lock', path: folder }, () => {
    makeFolder(folder, fs);
    while (!tryToTake(folder, own)); // each failure is another taker's progress
    for (const name of fs.readdirSync(folder))
      if (name.startsWith(HEIR)) fs.rmSync(join(folder, name), { force: true });
  });
  const current = () => attempt({ verb: 'lock', path: folder }, () => readHolder(join(folder, LOCK)));
  return {
    assertHeld() {
      const holder = current();
      if (holder?.nonce === own.nonce) return;
      if (holder !== undefined) throw heldBy(folder, holder);
      throw new CapstanError(
        'locked',
        `run folder ${folder}: expected our lock, but somebody has removed it`,
      );
    },
    release() {
      if (current()?.nonce === own.nonce)
        attempt({ verb: 'lock', path: folder }, () => fs.rmSync(join(folder, LOCK), { force: true }));
    },
  };
}

/** The same, but waits that long for a holder who is at work for moments only. The thread sleeps meanwhile. */
export function lockFolderWithin(path: string, milliseconds: number): Lock {
  for (let waited = 0; ; waited += NAP_MS)
    try {
      return lockFolder(path);
    } catch (error) {
      const isHeld = error instanceof CapstanError && error.code === 'locked';
      if (!isHeld || waited >= milliseconds) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, NAP_MS);
    }
}

/** Whether somebody who is alive holds it. */
export function isLocked(path: string): boolean {
  const last = lastOfChain(resolve(path));
  return last !== undefined && isAlive(last);
}

const NAP_MS = 10;
export const LOCK = 'lock';
const HEIR = '.lock-';

interface Holder {
  readonly pid: number;
  readonly host: string;
  /** Tells the process from a later one of the same number; null where the system does not say. */
  readonly processStart: string | null;
  readonly since: string;
  readonly nonce: string;
}

function newHolder(): Holder {
  const { pid } = process;
  const since = new Date().toISOString();
  return { pid, host: hostname(), processStart: processStart(pid), since, nonce: randomUUID() };
}

/** False when another taker was faster: time to look again at who is the last of the chain. */
function tryToTake(folder: string, own: Holder): boolean {
  const last = lastOfChain(folder);
  if (last !== undefined && isAlive(last)) throw heldBy(folder, last);
  const place = join(folder, last === undefined ? LOCK : HEIR + last.nonce);
  const file = join(folder, `${HEIR}taker-${own.nonce}`);
  try {
    fs.writeFileSync(file, JSON.stringify(own), { flush: true });
    fs.linkSync(file, place);
  } catch (error) {
    // EEXIST: the place is taken. ENOENT: a winner has cleared our file away.
    if (isSystemError(error, 'EEXIST') || isSystemError(error, 'ENOENT')) return false;
    throw error;
  } finally {
    fs.rmSync(file, { force: true });
  }
  if (lastOfChain(folder)?.nonce !== own.nonce) return false;
  fs.renameSync(place, join(folder, LOCK));
  return true;
}

/** Who holds the lock, dead or alive; undefined when it is free. */
function lastOfChain(folder: string): Holder | undefined {
  let last: Holder | undefined;
  let next = readHolder(join(folder, LOCK));
  while (next !== undefined) {
    last = next;
    next = readHolder(join(folder, HEIR + last.nonce));
  }
  return last;
}

function readHolder(path: string): Holder | undefined {
  let text: string;
  try {
    text = fs.readFileSync(path, 'utf8');
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return undefined;
    throw error;
  }
  const holder = parsed(text);
  if (isHolder(holder)) return holder;
  throw new CapstanError(
    'corrupt',
    `${path}: expected the process that holds the lock, got «${text.slice(0, 80)}»; remove it if no process uses the run`,
  );
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isHolder(value: unknown): value is Holder {
  const { pid, host, processStart, since, nonce } = Object(value) as { [key in keyof Holder]: unknown };
  const isProcess = Number.isInteger(pid) && Number(pid) > 0 && Number(pid) < 2 ** 31;
  const isStart = processStart === null || typeof processStart === 'string';
  const isNonce = typeof nonce === 'string' && /^[0-9a-f-]{36}$/.test(nonce);
  return isProcess && isStart && isNonce && typeof host === 'string' && typeof since === 'string';
}

function isAlive(holder: Holder): boolean {
  if (holder.host !== hostname()) return true; // nobody can tell from here
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    if (isSystemError(error, 'ESRCH')) return false;
  }
  const start = processStart(holder.pid);
  return start === null || holder.processStart === null || start === holder.processStart;
}

/** On Linux the boot and the clock tick in which the process started: proc(5), /proc/PID/stat, fields 3, 20 and 22. */
function processStart(pid: number): string | null {
  try {
    const stat = fs.readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' '); // field 2, the name, may hold anything
    const [state, threads, tick] = [fields[0], fields[17], fields[19]];
    if (state === 'Z' && threads === '1') return 'dead'; // all of it; its parent has just not asked how it ended
    return `${fs.readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()} ${tick}`;
  } catch {
    return null;
  }
}

function heldBy(folder: string, holder: Holder): CapstanError {
  const { pid, host, since } = holder;
  const [where, remedy] =
    host === hostname()
      ? ['', 'wait for it or stop it']
      : [` on ${host}`, `if it has ended, which cannot be seen from here, remove ${join(folder, LOCK)}`];
  return new CapstanError(
    'locked',
    `run folder ${folder} is in use by process ${pid}${where} (since ${since}); ${remedy}`,
  );
}
