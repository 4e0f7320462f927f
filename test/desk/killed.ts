/** Kills a process in which people decide, by SIGKILL at any moment, and looks whether what it acknowledged is on the ledger,
 *  once, and has taken effect. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Random } from '../../src/base/random.ts';
import { LEDGER } from '../../src/project/home.ts';
import { withProject } from '../../src/project/recorder.ts';
import { Turns } from '../../src/project/turns.ts';
import { verifyLedger } from '../../src/record/verify.ts';
import { offer, writeRun } from './project.ts';

export interface Killed {
  readonly kills: number;
  readonly acknowledged: number;
  /** On the ledger, though the process could not say so any more. */
  readonly adopted: number;
  readonly violations: readonly string[];
}

/** A process may live so long after its first acknowledgement. */
const LIFE_MS = 150;
const WORKER = fileURLToPath(new URL('worker.ts', import.meta.url));

/** In a folder of its own, which is the current one meanwhile. */
export async function killed(kills: number, random: Random, items: number): Promise<Killed> {
  const before = process.cwd();
  const home = mkdtempSync(join(tmpdir(), 'capstan-killed-'));
  process.chdir(home);
  try {
    writeRun('one');
    writeRun('two', { reviewers: 2, freshEyes: false, suggestion: 'hidden' });
    const keys = [...(await offer('one', items)), ...(await offer('two', items))];
    const acked = new Set<string>();
    for (let i = 0; i < kills; i++) for (const one of await life(random.uniform() * LIFE_MS)) acked.add(one);
    return { kills, ...judged(keys, acked) };
  } finally {
    process.chdir(before);
    rmSync(home, { recursive: true, force: true });
  }
}

/** What it said before it was killed. */
async function life(afterMs: number): Promise<readonly string[]> {
  const child = spawn(process.execPath, ['--import', import.meta.resolve('tsx'), WORKER], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (part: string) => {
    if (said === '') setTimeout(() => child.kill('SIGKILL'), afterMs);
    said += part;
  });
  await once(child, 'close');
  return said.split('\n').slice(0, -1);
}

function judged(keys: readonly string[], acked: ReadonlySet<string>): Omit<Killed, 'kills'> {
  const violations: string[] = [];
  const turns = Turns.open({ undoMs: 0 });
  try {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 50); // until what was committed last is due
    turns.desk.settle();
    // What is in the journal is acknowledged; a kill may have come before its head, which whoever opens the ledger next makes.
    withProject(() => undefined);
    const acts = verifyLedger(LEDGER).entries.filter(
      ({ kind, words }) => kind === 'action-taken' && words?.as !== 'agreement',
    );
    const found = acts.map(({ actor, subjects }) => `${actor.id} ${subjects![0]!.sha256}`);
    if (new Set(found).size < found.length) violations.push('an act is on the ledger twice');
    for (const one of acked) if (!found.includes(one)) violations.push(`lost: ${one}`);
    const { entries } = verifyLedger(LEDGER);
    const counts = entries.filter(({ subjects = [] }) => subjects[0]?.name === 'workspace');
    const decided = counts.map(({ subjects }) => subjects![0]!.sha256);
    if (new Set(decided).size < decided.length) violations.push('something was decided twice');
    for (const key of keys)
      if (decided.includes(key) !== (turns.trees.memory.decision(key) !== undefined))
        violations.push(`${key}: decided on the ledger, or in memory alone`);
    return { acknowledged: acked.size, adopted: found.length - acked.size, violations };
  } finally {
    turns.close();
  }
}
