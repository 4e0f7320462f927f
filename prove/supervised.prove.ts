/** What it costs to have no ground truth: IDA against the same network told the answers, and H alone. */

import { overall } from '../src/evaluate/accuracy.ts';
import { overallAt, overallNow } from '../src/report/arms.ts';
import type { ArmKind, ArmRecord, RunRecord } from '../src/report/record.ts';
import { percent, table, withInterval } from './markdown.ts';
import { Checks, inTurn, type Proof } from './proof.ts';
import { runOf } from './runs.ts';
import { type Estimate, ratioOf } from './statistics.ts';

const GOALS = [0.95, 0.99];
const RATIO = 1.2;

export const proof: Proof = {
  claim: `IDA reaches ${GOALS.map(percent).join(' and ')} mean accuracy within ${RATIO} times the steps of the same network trained on ground truth; H alone never does.`,
  defaults: { seeds: [1, 2, 3], sizes: [64] },
  async prove({ seeds, sizes: [size], fresh }) {
    const runs = await inTurn(seeds, (seed) =>
      runOf(['--size', String(size), '--seed', String(seed), '--baselines'], { fresh }),
    );
    const checks = new Checks();
    const rows = runs.flatMap(({ record }) =>
      GOALS.map((goal) => {
        const [ida, supervised] = [reach(record, 'ida', goal), reach(record, 'supervised', goal)];
        checks.hold(ida !== undefined, `seed ${record.seed}: IDA never reached ${goal}`);
        checks.hold(!reach(record, 'overseer-alone', goal), `seed ${record.seed}: H alone reached ${goal}`);
        const alone = overallNow(armOf(record, 'overseer-alone'));
        return [
          record.seed,
          percent(goal),
          ida?.step ?? '–',
          supervised?.step ?? '–',
          ida?.seconds.toFixed(1) ?? '–',
          supervised?.seconds.toFixed(1) ?? '–',
          alone === undefined ? '–' : percent(alone),
        ];
      }),
    );
    const records = runs.map(({ record }) => record);
    const ratios = GOALS.map((goal) => {
      const [steps, seconds] = [ratio(records, goal, 'step'), ratio(records, goal, 'seconds')];
      if (steps)
        checks.hold(steps.value <= RATIO, `to ${percent(goal)}: ${steps.value.toFixed(2)} times the steps`);
      return [percent(goal), steps ? withInterval(steps) : '–', seconds ? withInterval(seconds) : '–'];
    });
    const head = ['seed', 'goal', 'IDA steps', 'supervised steps', 'IDA s', 'supervised s', 'H alone, mean'];
    return {
      text: [
        table(head, rows),
        table(['goal', 'steps, IDA / supervised', 'seconds, IDA / supervised'], ratios),
        'Ratios: geometric means over the seeds with 95 % intervals (Student, paired logarithms). A goal is reached at the first look, one in 25 steps and one at each checkpoint, that shows it; «–»: not before the arm passed its last gate.',
      ].join('\n\n'),
      failures: checks.failures,
    };
  },
};

function armOf(record: RunRecord, kind: ArmKind): ArmRecord {
  const arm = record.arms.find((one) => one.kind === kind);
  if (!arm) throw new Error(`run of seed ${record.seed}: expected an arm of kind ${kind}`);
  return arm;
}

interface Look {
  readonly step: number;
  readonly seconds: number;
}

/** The first look that shows it: a point of the curve, or the figures of a checkpoint. */
function reach(record: RunRecord, kind: ArmKind, goal: number): Look | undefined {
  const { points, iterations } = armOf(record, kind);
  const looks = [
    ...points.map((point) => ({ ...point, value: overallAt(point) ?? 0 })),
    ...iterations.map(({ accuracy = [], ...look }) => ({ ...look, value: overall(accuracy) })),
  ];
  return looks.sort((a, b) => a.step - b.step).find(({ value }) => value >= goal);
}

function ratio(records: readonly RunRecord[], goal: number, of: 'step' | 'seconds'): Estimate | undefined {
  const ratios = records.flatMap((record) => {
    const [ida, supervised] = [reach(record, 'ida', goal), reach(record, 'supervised', goal)];
    return ida && supervised ? [ida[of] / supervised[of]] : [];
  });
  return ratios.length > 0 ? ratioOf(ratios) : undefined;
}
