/** How far IDA with H′ reaches in size on the paper's tasks, and what size costs: the largest sizes at which it ends
 *  beside supervised learning, and those of the paper's table for the law of cost. */

import type { GroupRecord, RunFigures } from '../src/sweep/record.ts';
import { taskEntry } from '../src/tasks/tasks.ts';
import { estimated, percent, scientific, table, withInterval } from './markdown.ts';
import { Checks, type Proof } from './proof.ts';
import { meanOf, powerLaw } from './statistics.ts';
import { type Sweep, sweepOf } from './sweeps.ts';

/** Points that IDA may end below supervised learning, */
const POINTS = 2;
/** in so many times its steps. */
const STEPS_RATIO = 2;
/** The paper: 6k to 24k decisions a task, at 64 elements. */
const DECISIONS = 24_000;

export const proof: Proof = {
  claim: `On every task IDA with H′ ends at most ${POINTS} points below supervised learning of the same network: permutation powering and union find at the paper's 64 elements, wildcard search, sequential assignments and shortest path at 16; in at most ${STEPS_RATIO} times its steps, from at most ${DECISIONS} decisions of H.`,
  defaults: { seeds: [1, 2, 3], sizes: [] },
  async prove({ seeds, fresh }) {
    const largest = await sweepOf('reach.json', seeds, fresh);
    const small = await sweepOf('paper.json', seeds, fresh);
    const checks = new Checks();
    const groups = [small, largest]
      .flatMap((sweep) => sweep.record.groups.map((group) => measured(sweep, group)))
      .sort((a, b) => a.task.localeCompare(b.task) || a.size - b.size);
    for (const { name, supervised, ida, gap } of groups) {
      checks.hold(100 * gap.value >= -POINTS, `${name}: IDA ends ${(100 * gap.value).toFixed(2)} points off`);
      const ratio = ida.steps!.value / supervised.steps!.value;
      checks.hold(ratio <= STEPS_RATIO, `${name}: ${ratio.toFixed(2)} times the steps`);
      checks.hold(ida.decisions!.value <= DECISIONS, `${name}: ${ida.decisions!.value} decisions`);
    }
    const head = [
      '',
      'seeds',
      'supervised',
      'IDA with H′',
      'points',
      'fidelity',
      'decisions of H',
      'steps, IDA / supervised',
      'operations of IDA',
      's, IDA / supervised',
    ];
    const rows = groups.map(({ name, supervised, ida, gap }) => [
      name,
      ida.runs.length,
      estimated(supervised.final!, percent),
      estimated(ida.final!, percent),
      withInterval(gap, (x) => (100 * x).toFixed(2)),
      percent(ida.fidelity!.value),
      Math.round(ida.decisions!.value).toLocaleString('en'),
      `${ida.steps!.value} / ${supervised.steps!.value}`,
      scientific(ida.operations!.value),
      `${ida.seconds!.value.toFixed(0)} / ${supervised.seconds!.value.toFixed(0)}`,
    ]);
    const tasks = [...new Set(groups.map(({ task }) => task))];
    const laws = tasks.flatMap((task) => {
      const sizes = groups.filter((group) => group.task === task);
      const law = (of: (run: RunFigures) => number) => {
        const points = sizes.flatMap(({ size, ida }) =>
          ida.runs.map(({ figures }) => ({ x: size, y: of(figures!) })),
        );
        const { slope, factor } = powerLaw(points);
        return `${scientific(factor)} · n^${withInterval(slope)}`;
      };
      if (new Set(sizes.map(({ size }) => size)).size < 2) return [];
      const of = [law((run) => run.operations), law((run) => run.seconds), law((run) => run.decisions)];
      return [[task, sizes.map(({ size }) => size).join(', '), ...of]];
    });
    return {
      text: `${table(head, rows)}\n\n${table(['task', 'sizes n', 'operations', 'seconds', 'decisions of H'], laws)}\n\nThe curves are in ${largest.folder}/sweep.html.`,
      failures: checks.failures,
    };
  },
};

function measured(sweep: Sweep, { name, lines }: GroupRecord) {
  const line = (baseline: boolean) => lines.find(({ isBaseline }) => isBaseline === baseline)!;
  const [supervised, ida] = [line(true), line(false)];
  const { task, parameters } = sweep.run(ida.runs[0]!.folder);
  const size = taskEntry(task).open(parameters).sizeMax;
  const gap = meanOf(ida.difference!.bySeed.map(({ value }) => value));
  return { name, task, size, supervised, ida, gap };
}
