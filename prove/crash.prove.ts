/** What a crash does to a journal: nothing that was acknowledged is lost. */

import { Random } from '../src/base/random.ts';
import { histories, SYNCS } from '../test/crash/history.ts';
import { kills } from '../test/crash/kill.ts';
import { table } from './markdown.ts';
import { Checks, inTurn, type Proof } from './proof.ts';

const HISTORIES = 10_000;
const MUTANT_HISTORIES = 1000;
const KILLS = 300;
/** Apart from each other, so that two seeds share no history. */
const STRIDE = 1_000_000;
const FOUND = ['acknowledged', 'adopted', 'openings that cut', 'segments'];
const SIMULATED = ['simulated disk, histories of', 'histories', 'violated', 'crashes', 'faults', ...FOUND];
const KILLED = ['real disk, kills', 'violations', ...FOUND];

export const proof: Proof = {
  claim: `In ${HISTORIES} histories of a journal on a disk that forgets what was not synced, and after ${KILLS} kills by SIGKILL on the real one, no acknowledged record is lost or changed and none is invented; without any one of its syncs, or with one too late, histories are violated.`,
  defaults: { seeds: [1], sizes: [] },
  async prove({ seeds }) {
    const checks = new Checks();
    const texts = await inTurn(seeds, async (seed) => {
      const rows = [undefined, ...Object.keys(SYNCS)].map((missing) => {
        const sum = histories(missing === undefined ? HISTORIES : MUTANT_HISTORIES, seed * STRIDE, missing);
        if (missing === undefined) checks.hold(sum.violated === 0, `seed ${seed}: ${sum.example}`);
        else checks.hold(sum.violated > 0, `seed ${seed}: nobody misses the sync of ${missing}`);
        const name = missing === undefined ? 'the journal' : `without the sync of ${missing}`;
        const found = [sum.acknowledged, sum.adopted, sum.cut, sum.segments];
        return [name, sum.histories, sum.violated, sum.crashes, sum.faults, ...found];
      });
      const module = new URL('../dist/storage/journal.js', import.meta.url);
      const found = await kills(KILLS, Random.seeded(seed).split('kills'), module);
      checks.hold(found.violations.length === 0, `seed ${seed}: ${found.violations[0]}`);
      const killed = [
        [found.kills, found.violations.length, found.acknowledged, found.adopted, found.cut, found.segments],
      ];
      return `${table(SIMULATED, rows)}\n\n${table(KILLED, killed)}`;
    });
    return { text: texts.join('\n\n'), failures: checks.failures };
  },
};
