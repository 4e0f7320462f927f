/** What a witness gives out never contradicts itself, whatever crashes and whoever asks. */

import { LEFT_OUT, witnessHistories } from '../test/crash/witness-history.ts';
import { table } from './markdown.ts';
import { Checks, inTurn, type Proof } from './proof.ts';

const HISTORIES = 10_000;
const MUTANT_HISTORIES = 1000;
/** Apart from each other, so that two seeds share no history. */
const STRIDE = 1_000_000;
const HEAD = [
  'histories of',
  'histories',
  'violated',
  'cosigned',
  'refused',
  'evidence',
  'unproven',
  'crashes',
  'faults',
];

export const proof: Proof = {
  claim: `In ${HISTORIES} histories of a witness that a lying log asks, on a disk that forgets what was not synced, no two cosignatures are of trees of which neither begins the other, and no evidence that it spoke of is lost; without a sync, or without the lock, some are.`,
  defaults: { seeds: [1], sizes: [] },
  async prove({ seeds }) {
    const checks = new Checks();
    const texts = await inTurn(seeds, async (seed) => {
      const rows = [undefined, ...LEFT_OUT].map((leftOut) => {
        const count = leftOut === undefined ? HISTORIES : MUTANT_HISTORIES;
        const { violated, example, ...sum } = witnessHistories(count, seed * STRIDE, leftOut);
        if (leftOut === undefined) checks.hold(violated === 0, `seed ${seed}: ${example}`);
        else checks.hold(violated > 0, `seed ${seed}: nobody misses ${leftOut}`);
        const name = leftOut === undefined ? 'the witness' : `without ${leftOut}`;
        const seen = [sum.cosigned, sum.refused, sum.evidence, sum.unproven, sum.crashes, sum.faults];
        return [name, count, violated, ...seen];
      });
      return table(HEAD, rows);
    });
    return { text: texts.join('\n\n'), failures: checks.failures };
  },
};
