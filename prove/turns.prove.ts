/** What becomes of what people decide at the desk, whatever they do and wherever a process ends. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { Random } from '../src/base/random.ts';
import { killed } from '../test/desk/killed.ts';
import { type Counts, check, schedules } from '../test/desk/schedule.ts';
import { table } from './markdown.ts';
import { Checks, inTurn, type Proof } from './proof.ts';

const SCHEDULES = 2000;
const KILLS = 100;
/** Workspaces in each of two runs, so many that kills come before they are all decided. */
const ITEMS = 2000;

export const proof: Proof = {
  claim: `In ${SCHEDULES} random schedules of four people, with one to three reviewers, hidden questions, expired leases, crashes on the way to the ledger and work that is withdrawn, no workspace is in two hands, none is lost, and each acknowledged decision that was not taken back is on the ledger exactly once; so too after ${KILLS} kills by SIGKILL of a process in which people decide.`,
  defaults: { seeds: [1], sizes: [] },
  async prove({ seeds }) {
    const checks = new Checks();
    const texts = await inTurn(seeds, async (seed) => {
      const counts = await played(seed, checks);
      const state = process.env.XDG_STATE_HOME;
      const own = mkdtempSync(join(tmpdir(), 'capstan-own-'));
      process.env.XDG_STATE_HOME = own;
      const found = await killed(KILLS, Random.seeded(seed), ITEMS);
      process.env.XDG_STATE_HOME = state ?? '';
      rmSync(own, { recursive: true });
      checks.hold(found.violations.length === 0, `seed ${seed}: ${found.violations[0]}`);
      const names = Object.keys(counts) as (keyof Counts)[];
      return [
        table(['schedules', ...names], [[SCHEDULES, ...names.map((name) => counts[name])]]),
        table(['kills', 'acknowledged', 'adopted'], [[found.kills, found.acknowledged, found.adopted]]),
      ].join('\n\n');
    });
    return { text: texts.join('\n\n'), failures: checks.failures };
  },
};

async function played(seed: number, checks: Checks): Promise<Counts> {
  const folder = mkdtempSync(join(tmpdir(), 'capstan-desk-'));
  const sum = { acts: 0, gold: 0, agreed: 0, arbitrated: 0, late: 0, crashes: 0 };
  try {
    for (const [i, schedule] of fc.sample(schedules, { numRuns: SCHEDULES, seed }).entries()) {
      const path = join(folder, `${i}.db`);
      try {
        const counts = await check(path, schedule);
        for (const name of Object.keys(sum) as (keyof Counts)[]) sum[name] += counts[name];
      } catch (error) {
        checks.hold(false, `seed ${seed}, schedule ${i}: ${(error as Error).message}`);
      }
      for (const suffix of ['', '-wal', '-shm']) rmSync(path + suffix, { force: true });
    }
    return sum;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
