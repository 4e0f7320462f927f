/** The first thing that a newcomer sees: the default run. */

import { percent, table, withInterval } from './markdown.ts';
import { Checks, inTurn, type Proof } from './proof.ts';
import { runOf } from './runs.ts';
import { meanOf } from './statistics.ts';

const MEAN = 0.99;
const LEVEL_ONE = 0.95;
const LEVELS_ABOVE = 0.97;
const SECONDS = 90;
const MEGABYTES = 1000;

export const proof: Proof = {
  claim: `IDA alone learns powers of permutations: mean accuracy ≥ ${MEAN}, level 1 ≥ ${LEVEL_ONE}, every other level ≥ ${LEVELS_ABOVE}, within ${SECONDS} s and ${MEGABYTES} MB, the horizon rising with every iteration.`,
  defaults: { seeds: [1, 2, 3], sizes: [64] },
  async prove({ seeds, sizes: [size], fresh }) {
    const args = (seed: number) => [...(size === 64 ? [] : ['--size', String(size)]), '--seed', String(seed)];
    const runs = await inTurn(seeds, (seed) => runOf(args(seed), { fresh }));
    const checks = new Checks();
    const rows = runs.map(({ summary }) => {
      const { seed, accuracy, seconds, peakMemoryMb, horizon, state, steps, overseerDecisions } = summary;
      const [first = 0, ...above] = accuracy.perLevel;
      const lowest = Math.min(...above);
      checks.hold(state === 'finished', `seed ${seed}: ended ${state}`);
      checks.hold(accuracy.mean >= MEAN, `seed ${seed}: mean accuracy ${accuracy.mean}`);
      checks.hold(first >= LEVEL_ONE, `seed ${seed}: accuracy ${first} at level 1`);
      checks.hold(lowest >= LEVELS_ABOVE, `seed ${seed}: accuracy ${lowest} at some level above 1`);
      checks.hold(seconds <= SECONDS, `seed ${seed}: ${seconds} s`);
      checks.hold(peakMemoryMb < MEGABYTES, `seed ${seed}: ${peakMemoryMb} MB`);
      checks.hold(
        horizon.every((level, i) => level > (horizon[i - 1] ?? 0)),
        `seed ${seed}: horizon ${horizon.join(', ')}`,
      );
      return [
        seed,
        percent(accuracy.mean),
        percent(first),
        percent(lowest),
        seconds.toFixed(1),
        steps,
        [0, ...horizon].join(' → '),
        peakMemoryMb,
        overseerDecisions,
      ];
    });
    const mean = meanOf(runs.map(({ summary }) => summary.accuracy.mean));
    const seconds = meanOf(runs.map((run) => run.summary.seconds));
    const head = ['seed', 'mean', 'level 1', 'lowest above', 's', 'steps', 'horizon', 'MB', 'decisions of H'];
    return {
      text: `${table(head, rows)}\n\nOver the seeds: accuracy ${withInterval(mean, percent)}, seconds ${withInterval(seconds, (x) => x.toFixed(1))}.`,
      failures: checks.failures,
    };
  },
};
