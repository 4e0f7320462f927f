/** What the record costs a run: the entries it waits for, and the look after every step at whether work has to halt. */

import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Benchmark, built, figure, median } from './benchmark.ts';

const SIZE = 64;
const SEEDS = [1, 2];

export const benchmark: Benchmark = {
  measures: `share of the wall time of a run of permutation powering at size ${SIZE} that goes into the ledger`,
  async run(say) {
    const { carryOut } = await built<typeof import('../src/run/run.ts')>('run/run');
    const { createRun } = await built<typeof import('../src/run/folder.ts')>('run/folder');
    const { configure } = await built<typeof import('../src/run/configuration.ts')>('run/configuration');
    const { recorder } = await built<typeof import('../src/project/recorder.ts')>('project/recorder');
    const { isHaltAsked } = await built<typeof import('../src/record/control.ts')>('record/control');
    const { VERSION } = await built<typeof import('../src/base/version.ts')>('base/version');
    const folder = mkdtempSync(join(tmpdir(), 'capstan-bench-'));
    const home = process.cwd();
    process.chdir(folder); // a project of its own, with its own ledger
    const ledger = 'ledger';
    let [spent, entries] = [0, 0];
    const timed = <T>(act: () => T): T => {
      const started = performance.now();
      try {
        return act();
      } finally {
        spent += performance.now() - started;
      }
    };
    const record = recorder();
    try {
      const shares: number[] = [];
      for (const seed of SEEDS) {
        [spent, entries] = [0, 0];
        const path = join(folder, String(seed));
        const configuration = configure({ task: 'permutation-powering', size: SIZE, seed });
        createRun(path, {
          configuration,
          baselines: false,
          started: '',
          command: 'a benchmark',
          version: VERSION,
        });
        const started = performance.now();
        await carryOut(path, {
          threads: 1,
          backend: 'auto',
          clock: () => performance.now() / 1000,
          machine: 'a benchmark',
          signal: new AbortController().signal,
          tell: () => {},
          by: 'person:bench',
          record: (make) =>
            timed(() =>
              record((first) => {
                const drafts = make(first);
                entries += drafts.length;
                return drafts;
              }),
            ),
          promotion: () => 'gate',
          revoked: () => new Map(),
          halted: () => timed(() => (isHaltAsked(ledger) ? 'halted' : undefined)),
        });
        const seconds = (performance.now() - started) / 1000;
        shares.push(spent / 1000 / seconds);
        const percent = (100 * shares.at(-1)!).toFixed(2);
        say(
          `seed ${seed}: ${entries} entries and the looks took ${spent.toFixed(0)} ms of ${seconds.toFixed(1)} s, ${percent} %`,
        );
      }
      if (!existsSync(join(ledger, 'log', 'checkpoint'))) throw new Error('expected a ledger, found none');
      return [figure('recording', 'share', median(shares))];
    } finally {
      process.chdir(home);
      rmSync(folder, { recursive: true, force: true });
    }
  },
};
