/** The experiment of Christiano, Shlegeris & Amodei 2018 on their five tasks: IDA with the learned overseer H′ against
 *  supervised learning of the same network. */

import type { GroupRecord, LineRecord } from '../src/sweep/record.ts';
import { estimated, percent, table, withInterval } from './markdown.ts';
import { Checks, inTurn, type Proof } from './proof.ts';
import { runOf } from './runs.ts';
import { meanOf } from './statistics.ts';
import { type Sweep, sweepOf } from './sweeps.ts';

/** Of the supervised final accuracy, and of the steps that it took to get there. */
const SHARE = 0.98;
const STEPS_RATIO = 2;
const DECISIONS = 4000;
const FIDELITY = { value: 0.99, low: 0.98 };
const SECONDS = 3600;
/** README of rmoehn/amplification: 4 elements, powers below 8, 4,000 steps, about 25 minutes on a CPU. */
const FORK = { size: 4, powers: 8, minutes: 25, accuracy: 0.95 };

export const proof: Proof = {
  claim: `On each of the paper's five tasks IDA with the learned overseer H′ reaches ≥ ${SHARE} of the supervised final accuracy in ≤ ${STEPS_RATIO} times its steps, from ≤ ${DECISIONS} decisions of H, with H′ functionally faithful in ≥ ${FIDELITY.value} (lower bound ≥ ${FIDELITY.low}), all within an hour on 2 cores.`,
  defaults: { seeds: [1, 2, 3], sizes: [] },
  async prove({ seeds, fresh }) {
    const sweep = await sweepOf('paper.json', seeds, fresh);
    const checks = new Checks();
    const rows = sweep.record.groups.map((group) => rowOf(sweep, group, checks));
    const spent = sweep.record.groups
      .flatMap(({ lines }) => lines.flatMap(({ runs }) => runs.map(({ figures }) => figures?.seconds ?? 0)))
      .reduce((a, b) => a + b, 0);
    checks.hold(spent / 2 <= SECONDS, `${(spent / 2).toFixed(0)} s on two cores`);
    const head = [
      'task',
      'supervised',
      'IDA with H′',
      `steps to ${percent(SHARE)} of supervised: IDA / supervised`,
      'ratio',
      'decisions of H',
      'fidelity of H′, lowest seed',
      's, IDA / supervised',
    ];
    const fork = await theFork(seeds, fresh);
    return {
      text: `${table(head, rows)}\n\nTraining took ${(spent / 60).toFixed(0)} minutes of one core in all; the page is ${sweep.folder}/sweep.html.\n\n${fork}`,
      failures: checks.failures,
    };
  },
};

function rowOf(sweep: Sweep, group: GroupRecord, checks: Checks): readonly (string | number)[] {
  const line = (baseline: boolean) => group.lines.find(({ isBaseline }) => isBaseline === baseline)!;
  const [supervised, ida] = [line(true), line(false)];
  const hold = (condition: boolean, otherwise: string) =>
    checks.hold(condition, `${group.name}: ${otherwise}`);
  const goal = (of: LineRecord) => of.goals.find(({ share }) => share === SHARE)!;
  const { stepsRatio, reached, of } = goal(ida);
  hold(reached === of, `${reached} of ${of} seeds reached ${SHARE} of supervised`);
  hold(stepsRatio !== null && stepsRatio.value <= STEPS_RATIO, `steps ${stepsRatio?.value} times supervised`);
  const [own, other] = [ida.final!, supervised.final!];
  hold(own.value >= SHARE * other.value, `final accuracy ${own.value} of ${other.value}`);
  const most = Math.max(...ida.runs.map(({ figures }) => figures!.decisions));
  hold(most <= DECISIONS, `${most} decisions`);
  const fidelities = ida.runs.map(({ folder }) => sweep.run(folder).arms[0]!.fidelity!.functional);
  const worst = fidelities.reduce((a, b) => (a.low < b.low ? a : b));
  hold(worst.value >= FIDELITY.value, `functional fidelity ${worst.value}`);
  hold(worst.low >= FIDELITY.low, `lower bound of functional fidelity ${worst.low}`);
  return [
    group.name,
    estimated(other, percent),
    estimated(own, percent),
    `${goal(ida).steps ?? '–'} / ${goal(supervised).steps ?? '–'}`,
    stepsRatio ? estimated(stepsRatio, (x) => x.toFixed(2)) : '–',
    most.toLocaleString('en'),
    `${percent(worst.value)} (${percent(worst.low)} to ${percent(worst.high)})`,
    `${ida.seconds!.value.toFixed(0)} / ${supervised.seconds!.value.toFixed(0)}`,
  ];
}

/** The only public continuation of the paper's code, on its own setting. */
async function theFork(seeds: readonly number[], fresh: boolean): Promise<string> {
  const { size, powers, minutes, accuracy } = FORK;
  const args = (seed: number) => ['--size', `${size}`, '--powers', `${powers}`, '--seed', `${seed}`];
  const seconds = await inTurn(seeds, async (seed) => {
    const { record, summary } = await runOf(args(seed), { fresh });
    const point = record.arms[0]!.points.find(({ overall }) => (overall?.answerer ?? 0) >= accuracy);
    return point?.seconds ?? (summary.accuracy.mean >= accuracy ? summary.trainingSeconds : Number.NaN);
  });
  return `Permutations of ${size} elements, powers below ${powers} (the setting of rmoehn/amplification, whose README says about ${minutes} minutes): ${percent(accuracy)} after ${withInterval(meanOf(seconds), (x) => x.toFixed(1))} s.`;
}
