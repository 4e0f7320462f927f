/** What amplification adds: shared depth generalises by itself, so every level is held against the same network, trained
 *  for as many steps, but only on what H answers alone, and only up to the level before. */

import { accuracyNow, controlUpTo } from '../src/report/arms.ts';
import type { ArmRecord, RunRecord } from '../src/report/record.ts';
import { percent, table, withInterval } from './markdown.ts';
import { Checks, inTurn, type Proof } from './proof.ts';
import { runOf } from './runs.ts';
import { meanOf } from './statistics.ts';

export const proof: Proof = {
  claim:
    'At every level beyond those that H answers alone, IDA gains over the same network trained for as many steps on what H answers alone, by the lower bound over the seeds. What it gains over the one trained up to the level before is printed beside it, whatever it is.',
  defaults: { seeds: [1, 2, 3], sizes: [64] },
  async prove({ seeds, sizes: [size], fresh }) {
    const runs = await inTurn(seeds, (seed) =>
      runOf(['--size', String(size), '--seed', String(seed), '--baselines'], { fresh }),
    );
    const records = runs.map(({ record }) => record);
    const { levels, levelsOfPrimitives } = records[0]!;
    const checks = new Checks();
    const rows = [];
    for (let level = levelsOfPrimitives + 1; level <= levels; level++) {
      const own = records.map((record) => accuracyAt(record.arms[0]!, level));
      const before = records.map((record) => accuracyAt(control(record, level - 1), level));
      const alone = records.map((record) => accuracyAt(control(record, levelsOfPrimitives), level));
      const gain = meanOf(own.map((value, i) => value - before[i]!));
      const gainOverAlone = meanOf(own.map((value, i) => value - alone[i]!));
      checks.hold(
        records.length > 1 ? gainOverAlone.low > 0 : gainOverAlone.value > 0,
        `level ${level}: a gain of ${withInterval(gainOverAlone, points)}`,
      );
      rows.push([
        level,
        percent(meanOf(own).value),
        percent(meanOf(before).value),
        withInterval(gain, points),
        percent(meanOf(alone).value),
        withInterval(gainOverAlone, points),
      ]);
    }
    const upTo = `trained up to ${levelsOfPrimitives}`;
    const head = ['level', 'IDA', 'trained up to the level before', 'gain, points', upTo, 'gain, points'];
    return {
      text: `${table(head, rows)}\n\nMeans over the seeds, gains with 95 % intervals (Student, paired).`,
      failures: checks.failures,
    };
  },
};

function control(record: RunRecord, levelMax: number): ArmRecord {
  const arm = controlUpTo(record, levelMax);
  if (!arm) throw new Error(`run of seed ${record.seed}: expected a control up to level ${levelMax}`);
  return arm;
}

function accuracyAt(arm: ArmRecord, level: number): number {
  return accuracyNow(arm)[level - 1]?.value ?? Number.NaN;
}

function points(share: number): string {
  return (100 * share).toFixed(1);
}
