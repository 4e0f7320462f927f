/** Killed at any moment and resumed = uninterrupted. */

import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Random } from '../src/base/random.ts';
import type { RunRecord } from '../src/report/record.ts';
import { readState } from '../src/run/state.ts';
import { Folder } from '../src/storage/folder.ts';
import { bitsOf } from './determinism.prove.ts';
import { table } from './markdown.ts';
import { Checks, inTurn, type Proof } from './proof.ts';
import { capstan, folderOf, runOf } from './runs.ts';

const KILLS = 10;
/** Of the uninterrupted run: how far the last kill may come, so that the run does not end before it. */
const SHARE = 0.9;
/** Steps between two lines of progress: the moment of a kill lies anywhere between two of them. */
const LINE_EVERY = 25;

export const proof: Proof = {
  claim: `A run killed ${KILLS} times by SIGKILL at random moments, and resumed each time, ends in the same checkpoint, examples and curve as one that ran through.`,
  defaults: { seeds: [1], sizes: [16] },
  async prove({ seeds, sizes: [size], fresh }) {
    const checks = new Checks();
    const tables = await inTurn(seeds, async (seed) => {
      const args = ['--size', String(size), '--seed', String(seed)];
      const whole = await runOf(args, { fresh });
      const folder = folderOf([...args, 'killed']);
      rmSync(folder, { recursive: true, force: true });
      const random = Random.seeded(seed).split('kills');
      const { steps, seconds } = whole.summary;
      const kills = Array.from({ length: KILLS }, () => ({
        step: Math.floor(SHARE * steps * random.uniform()),
        after: (random.uniform() * LINE_EVERY * seconds) / steps,
      })).sort((a, b) => a.step - b.step);
      let command = ['run', 'permutation-powering', ...args, '--json', '--run', folder];
      const rows = await inTurn(kills, async (kill, i) => {
        const { status } = await capstan(command, kill);
        command = ['run', '--resume', folder, '--json'];
        const ending = status === null ? 'killed' : `ended with ${status}`;
        return [i + 1, `${kill.step} + ${kill.after.toFixed(2)} s`, ending, savedStep(folder)] as const;
      });
      await capstan(command);
      const record: RunRecord = JSON.parse(readFileSync(join(folder, 'record.json'), 'utf8'));
      const [one, two] = [bitsOf(whole), bitsOf({ ...whole, record })];
      const killed = rows.filter((row) => row[2] === 'killed').length;
      checks.hold(killed === KILLS, `seed ${seed}: expected ${KILLS} kills, got ${killed}`);
      checks.hold(
        JSON.stringify(one) === JSON.stringify(two),
        `seed ${seed}: ${one.join(' ')} and ${two.join(' ')}`,
      );
      checks.hold(curveOf(whole.record) === curveOf(record), `seed ${seed}: the curves differ`);
      const verdict = `Seed ${seed}: uninterrupted ${one.join(' ')}, killed ${two.join(' ')}`;
      return `${verdict}\n\n${table(['kill', 'after step', 'session', 'saved step'], rows)}`;
    });
    return { text: tables.join('\n\n'), failures: checks.failures };
  },
};

function savedStep(folder: string): number {
  return readState(new Folder(join(folder, 'ida')))?.progress.step ?? 0;
}

/** All looks and gates, less the time they were made at. */
function curveOf({ arms }: RunRecord): string {
  const { points, iterations } = arms[0]!;
  return JSON.stringify([...points, ...iterations].map((one) => ({ ...one, seconds: 0 })));
}
