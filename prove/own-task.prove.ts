/** A task of somebody's own, examples/chains copied out of the repository, learned from its script, from H′, and from a person,
 *  played by a script that reads and types words. Runs are made afresh, in a temporary folder. */

import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { VERSION } from '../src/base/version.ts';
import { configure } from '../src/run/configuration.ts';
import { createRun } from '../src/run/folder.ts';
import { ownTask } from '../src/run/own.ts';
import { Folder } from '../src/storage/folder.ts';
import { inWords } from '../test/in-words.ts';
import { carryOutTiny } from '../test/tiny-run.ts';
import { percent, table } from './markdown.ts';
import { Checks, inTurn, type Proof } from './proof.ts';

const ACCURATE = 0.98;
/** Decisions that a person is asked for at most, and how many of them come after each training step. */
const DECISIONS = 500;
const ANSWERS_PER_STEP = 4;

export const proof: Proof = {
  claim: `X answers ${ACCURATE * 100} % of the held-out questions of a task in a folder outside of the repository at every level, learned from its script, from H′ and from a (played) person.`,
  defaults: { seeds: [1, 2, 3], sizes: [] },
  async prove({ seeds }) {
    const checks = new Checks();
    const root = mkdtempSync(join(tmpdir(), 'capstan-prove-own-'));
    try {
      const chains = join(root, 'chains');
      cpSync('examples/chains', chains, { recursive: true });
      const rows = await inTurn(['person', 'predictor', 'script'] as const, (overseer) =>
        inTurn(seeds, async (seed) => {
          const own = ownTask(chains)!;
          const configuration = configure(
            { task: chains, overseer, seed, ...(overseer === 'person' && { decisions: DECISIONS }) },
            own,
          );
          const path = join(root, `${overseer}-${seed}`);
          const command = `capstan run ./chains --overseer ${overseer} --seed ${seed}`;
          const about = { baselines: false, started: '2026-01-31T12:00:00.000Z', version: VERSION };
          createRun(path, { configuration, command, ...about }, undefined, own.texts);
          const [person, folder] = [inWords(chains), new Folder(path)];
          const { record } = await carryOutTiny(
            { path, ledger: `${path}-ledger` },
            {
              clock: () => performance.now() / 1000,
              tell: (event) => {
                if (event.kind === 'trained' && overseer === 'person')
                  person.answer(folder, ANSWERS_PER_STEP);
              },
              pause: async () => {
                person.answer(folder);
              },
            },
          );
          const arm = record.arms[0]!;
          const levels = arm.iterations.at(-1)?.accuracy?.map(({ value }) => value) ?? [];
          const name = `${overseer}, seed ${seed}`;
          process.stderr.write(`${name}: ${levels.map(percent).join(' ')}, ${arm.seconds.toFixed(0)} s\n`);
          checks.hold(arm.state === 'finished', `${name}: ${arm.state}`);
          checks.hold(Math.min(...levels) >= ACCURATE, `${name}: ${levels.map(percent).join(', ')}`);
          const spent = [arm.steps, arm.decisions.toLocaleString('en'), arm.seconds.toFixed(0)];
          return [name, ...levels.map(percent), ...spent];
        }),
      );
      const head = ['H', 'one fact', 'two', 'three or four', 'steps', 'decisions of H', 's'];
      return { text: table(head, rows.flat()), failures: checks.failures };
    } finally {
      rmSync(root, { recursive: true, force: true });
    }
  },
};
