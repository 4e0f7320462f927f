/** What a crash does to a tree of questions: nothing that was acknowledged is asked again, or lost. */

import { Random } from '../src/base/random.ts';
import { sizeOf } from '../test/trees/grown.ts';
import { type GrowOptions, growths } from '../test/trees/kill.ts';
import { table } from './markdown.ts';
import { Checks, inTurn, type Proof } from './proof.ts';

const KILLS = 200;
const FILLS = 50;
const JUDGED = 60;
const OPTIONS: GrowOptions = { shape: { depth: 6, fan: 4 }, concurrency: 32, milliseconds: 2, lifeMs: 400 };
/** Each answer is judged by a critic, whose verdicts are calls too. */
const JUDGED_OPTIONS: GrowOptions = { ...OPTIONS, concurrency: 8, judged: true };
const HEAD = [
  'trees of',
  'struck by',
  'times',
  'trees',
  'calls',
  'repeated',
  'in vain at once, at most',
  'by people',
  'violations',
];

export const proof: Proof = {
  claim: `In trees of ${sizeOf(OPTIONS.shape)} questions with ${OPTIONS.concurrency} calls in flight, struck by ${KILLS} kills by SIGKILL and ${FILLS} full disks at any moment while people answer in another process, no acknowledged answer is asked again and none of a person's is lost; at most ${OPTIONS.concurrency} calls are repeated after each, and the tree comes to the same answer. So it is with a critic that judges each answer, ${JUDGED_OPTIONS.concurrency} calls in flight and ${JUDGED} kills: no acknowledged verdict is asked again.`,
  defaults: { seeds: [1], sizes: [] },
  async prove({ seeds }) {
    const checks = new Checks();
    const texts = await inTurn(seeds, async (seed) => {
      const random = Random.seeded(seed);
      const rows: (string | number)[][] = [];
      for (const [what, times, options] of [
        ['SIGKILL', KILLS, OPTIONS],
        ['a full disk', FILLS, { ...OPTIONS, fills: true }],
        ['SIGKILL, judged', JUDGED, JUDGED_OPTIONS],
      ] as const) {
        const found = await growths(times, random.split(what), options);
        checks.hold(found.violations.length === 0, `seed ${seed}: ${found.violations[0]}`);
        checks.hold(found.lostMost <= options.concurrency, `seed ${seed}: ${found.lostMost} calls in vain`);
        const { trees, kills, calls, repeated, lostMost, answeredByPeople, violations } = found;
        rows.push([
          sizeOf(OPTIONS.shape),
          what,
          kills,
          trees,
          calls,
          repeated,
          lostMost,
          answeredByPeople,
          violations.length,
        ]);
      }
      return table(HEAD, rows);
    });
    return { text: texts.join('\n\n'), failures: checks.failures };
  },
};
