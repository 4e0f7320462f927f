/** What other processes change in a project, noticed by looking: a file is another one once its size, its time or
 *  its place on the disk is. Looking at a hundred runs takes some milliseconds, none of which blocks. */

import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { INBOX } from '../run/inbox.ts';
import { HOME, LEDGER } from './home.ts';

export type Seen =
  | { readonly what: 'ledger' | 'halt' | 'inbox' }
  | { readonly what: 'run'; readonly run: string };

/** Looks every so many milliseconds, until the function that it gives is called. */
export function watchProject(milliseconds: number, tell: (seen: Seen) => void): () => void {
  let isOver = false;
  let timer: NodeJS.Timeout | undefined;
  let before: Stamps | undefined;
  const look = async (): Promise<void> => {
    const now = await stamps();
    if (isOver) return;
    for (const seen of before ? changed(before, now) : []) tell(seen);
    before = now;
    timer = setTimeout(look, milliseconds);
  };
  void look();
  return () => {
    isOver = true;
    clearTimeout(timer);
  };
}

interface Stamps {
  readonly ledger: string;
  readonly halt: string;
  /** What waits for people in training runs, and what they said. */
  readonly inbox: string;
  readonly runs: ReadonlyMap<string, string>;
}

function changed(before: Stamps, now: Stamps): readonly Seen[] {
  const parts = (['ledger', 'halt', 'inbox'] as const).filter((what) => before[what] !== now[what]);
  const names = new Set([...before.runs.keys(), ...now.runs.keys()]);
  const runs = [...names].filter((name) => before.runs.get(name) !== now.runs.get(name));
  return [...parts.map((what) => ({ what })), ...runs.map((run) => ({ what: 'run' as const, run }))];
}

async function stamps(): Promise<Stamps> {
  const runs = new Map<string, string>();
  let inbox = '';
  for (const name of await names(HOME)) {
    runs.set(name, await stampOfRun(join(HOME, name)));
    inbox += await stampOfFiles(join(HOME, name, INBOX));
  }
  return {
    ledger: await stampOfFiles(join(LEDGER, 'journal')),
    halt: await stampOf(join(LEDGER, 'halt')),
    inbox,
    runs,
  };
}

/** Files are replaced, so that the folder of each is another one after it. */
async function stampOfRun(path: string): Promise<string> {
  const parts = [await stampOf(path)];
  for (const name of await names(path)) if (!name.includes('.')) parts.push(await stampOf(join(path, name)));
  return parts.join();
}

/** Of those whose name begins so. */
async function stampOfFiles(path: string, beginning = ''): Promise<string> {
  const parts: string[] = [];
  for (const name of await names(path))
    if (name.startsWith(beginning)) parts.push(`${name} ${await stampOf(join(path, name))}`);
  return parts.join();
}

/** Without those that start with a dot, which are there for a moment only. */
async function names(path: string): Promise<readonly string[]> {
  try {
    return (await readdir(path)).filter((name) => !name.startsWith('.') && !NOISE.test(name)).sort();
  } catch {
    return []; // not there, or not for us to read
  }
}

/** A lock is taken by whoever looks. */
const NOISE = /^lock$/;

async function stampOf(path: string): Promise<string> {
  try {
    const { ino, size, mtimeMs } = await stat(path);
    return `${ino} ${size} ${mtimeMs}`;
  } catch {
    return '';
  }
}
