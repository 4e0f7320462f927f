/** Trees grown in processes of their own: what one takes, what it leaves on the disk, and what it asks again after it was
 *  killed. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type Growth, sizeOf } from './growing.ts';

/** Arguments of `node` for a program that grows a tree. */
export type Grower = readonly string[];

export const OURS: Grower = ['--import', 'tsx', fileURLToPath(new URL('grower.ts', import.meta.url))];

export interface Grown {
  readonly seconds: number;
  /** At most resident. */
  readonly megabytes: number;
  /** Left on the disk. */
  readonly bytes: number;
}

export interface Struck {
  /** Calls that had ended before the kill. */
  readonly ended: number;
  /** Of those, begun once more afterwards. */
  readonly repeated: number;
  /** Begun before the kill and not ended, begun once more. */
  readonly inFlight: number;
}

/** A folder that is gone afterwards; not that for temporary files, which is often in memory. */
export async function inFolder<T>(act: (folder: string) => Promise<T>): Promise<T> {
  const runs = fileURLToPath(new URL('../runs/', import.meta.url));
  mkdirSync(runs, { recursive: true });
  const folder = mkdtempSync(join(runs, 'bench-trees-'));
  try {
    return await act(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

export function takes(grower: Grower, growth: Growth): Promise<Grown> {
  return inFolder(async (folder) => {
    const { seconds, megabytes } = await finish(grower, [join(folder, 'tree.db'), JSON.stringify(growth)]);
    const bytes = readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
    return { seconds, megabytes, bytes };
  });
}

/** By SIGKILL when half of its calls have ended; then it goes on to the end. */
export function strikes(grower: Grower, growth: Growth): Promise<Struck> {
  return inFolder(async (folder) => {
    const log = join(folder, 'calls');
    const words = [join(folder, 'tree.db'), JSON.stringify(growth), log];
    const child = spawn(process.execPath, [...grower, ...words], { stdio: 'ignore' });
    const closed = once(child, 'close');
    const half = sizeOf(growth) / 2;
    while (child.exitCode === null && told(log, 'ended').length < half) await sleep(5);
    child.kill('SIGKILL');
    await closed;
    const [ended, begun] = [new Set(told(log, 'ended')), told(log, 'began')];
    await finish(grower, words);
    const again = told(log, 'began').slice(begun.length);
    const seen = new Set(begun);
    return {
      ended: ended.size,
      repeated: again.filter((question) => ended.has(question)).length,
      inFlight: again.filter((question) => seen.has(question) && !ended.has(question)).length,
    };
  });
}

function told(log: string, what: string): readonly string[] {
  if (!existsSync(log)) return [];
  const lines = readFileSync(log, 'utf8').split('\n').slice(0, -1);
  return lines.filter((line) => line.startsWith(what)).map((line) => line.slice(what.length + 1));
}

async function finish(grower: Grower, words: readonly string[]): Promise<Omit<Grown, 'bytes'>> {
  const child = spawn(process.execPath, [...grower, ...words], { stdio: ['ignore', 'pipe', 'pipe'] });
  let [said, complaint] = ['', ''];
  child.stdout.on('data', (part) => {
    said += part;
  });
  child.stderr.on('data', (part) => {
    complaint += part;
  });
  const [status] = await once(child, 'close');
  if (status !== 0) throw new Error(`${grower.at(-1)}: ended with ${status}: ${complaint.slice(-500)}`);
  return JSON.parse(said) as Omit<Grown, 'bytes'>;
}
