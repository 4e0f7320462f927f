/** Adaptive depth: each question is taken apart as far as that is worth its price, against the best depth that is the same for
 *  all. Its picture is docs/depth.svg. */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Random } from '../src/base/random.ts';
import type { Prices } from '../src/confidence/adaptive-depth.ts';
import { withCheckpoint } from '../test/checkpoints.ts';
import { type DepthFigures, depthFigures, SLACK, type Way } from '../test/depth.ts';
import { svg } from './curves.ts';
import { percent, table, withInterval } from './markdown.ts';
import { Checks, inTurn, type Proof } from './proof.ts';
import { REPOSITORY } from './runs.ts';
import { meanOf } from './statistics.ts';
import { type Sweep, sweepOf } from './sweeps.ts';

const SAVING = 0.3;
const [CONTEXTS, TESTED] = [60, 60];
const DEPTH = 3;
/** Levels beyond the frontier of the checkpoint, which is that of this iteration. */
const [BEYOND, ITERATION] = [2, 2];
/** What a decision of H costs in answers of X: a script's, and a person's who is dear. */
const PRICES: readonly Prices[] = [
  { answer: 1, decision: 1 },
  { answer: 1, decision: 20 },
];
const PICTURE = 'docs/depth.svg';

export const proof: Proof = {
  claim: `On questions of mixed levels, taking apart each only where that is worth its price costs at least ${100 * SAVING} % less than the best fixed depth, at an accuracy at most ${100 * SLACK} points below it.`,
  defaults: { seeds: [1, 2, 3], sizes: [] },
  async prove({ seeds, fresh }) {
    const sweep = await sweepOf('unsure.json', seeds, fresh);
    const checks = new Checks();
    const settings = sweep.record.groups.flatMap(({ lines }) =>
      lines.flatMap(({ label, runs }) => PRICES.map((prices) => ({ label, runs, prices }))),
    );
    const measured = await inTurn(settings, async ({ label, runs, prices }) => ({
      label: `${label}, a decision for ${prices.decision}`,
      bySeed: await inTurn(runs, ({ folder, seed }) => measure(sweep, folder, seed, prices)),
    }));
    for (const { label, bySeed } of measured) {
      const cost = meanOf(bySeed.map(({ adaptive, best }) => adaptive.cost / best.cost));
      const gap = meanOf(bySeed.map(({ adaptive, best }) => adaptive.accuracy - best.accuracy));
      checks.hold(
        cost.value <= 1 - SAVING,
        `${label}: costs ${cost.value.toFixed(2)} of the best fixed depth`,
      );
      checks.hold(gap.value >= -SLACK, `${label}: ${percent(gap.value)} below the best fixed depth`);
    }
    writeFileSync(join(REPOSITORY, PICTURE), picture(measured[0]!.label, measured[0]!.bySeed[0]!));
    const rows = measured.flatMap(({ label, bySeed }) => rowsOf(label, bySeed));
    const head = ['', 'accuracy', 'cost', 'of the best', 'points off the best', 'times the oracle'];
    return {
      text: [
        table(head, rows),
        `Cost is answers of X and decisions of H at the prices said, per question, none remembered. The best fixed depth is the cheapest within ${100 * SLACK} points of the most accurate, found on the test questions themselves; the adaptive one is tuned on the calibration pile. The oracle knows for each question the cheapest depth that is right. The curves of the first are in ${PICTURE}.`,
      ].join('\n\n'),
      failures: checks.failures,
    };
  },
};

function measure(sweep: Sweep, run: string, seed: number, prices: Prices): Promise<DepthFigures> {
  return withCheckpoint(join(sweep.folder, run), ITERATION, ({ task, examiner, assistant, level }) =>
    depthFigures({
      ...{ task, examiner, assistant, prices },
      levels: Math.min(task.levels, level + BEYOND),
      contexts: CONTEXTS,
      tested: TESTED,
      depth: DEPTH,
      random: Random.seeded(seed),
    }),
  );
}

function rowsOf(label: string, bySeed: readonly DepthFigures[]) {
  const of = (pick: (figures: DepthFigures) => Way) => {
    const shown = (what: (figures: DepthFigures) => number, show: (x: number) => string) =>
      withInterval(meanOf(bySeed.map(what)), show);
    return [
      shown((one) => pick(one).accuracy, percent),
      shown(
        (one) => pick(one).cost,
        (x) => x.toFixed(2),
      ),
      shown(
        (one) => pick(one).cost / one.best.cost,
        (x) => x.toFixed(2),
      ),
      shown(
        (one) => 100 * (pick(one).accuracy - one.best.accuracy),
        (x) => x.toFixed(2),
      ),
      shown(
        (one) => pick(one).cost / one.oracle.cost,
        (x) => x.toFixed(2),
      ),
    ];
  };
  return [
    ...bySeed[0]!.fixed.map(({ name }, d) => [`${label}: ${name}`, ...of(({ fixed }) => fixed[d]!)]),
    [`${label}: best fixed`, ...of(({ best }) => best)],
    [`${label}: **adaptive, as accurate**`, ...of(({ adaptive }) => adaptive)],
    [`${label}: adaptive, for half the cost`, ...of(({ halved }) => halved)],
    [`${label}: oracle`, ...of(({ oracle }) => oracle)],
  ];
}

function picture(label: string, { fixed, frontier, oracle }: DepthFigures): string {
  const most = Math.max(...[...fixed, ...frontier].map(({ cost }) => cost));
  const wrong = 1 - fixed[0]!.accuracy;
  const line = (name: string, colour: string, isDashed: boolean, ways: readonly Way[]) => {
    const points = [...ways]
      .sort((a, b) => a.cost - b.cost)
      .map(({ cost, accuracy }) => [cost / most, 1 - (1 - accuracy) / wrong] as const);
    return {
      ...{ name, colour, isDashed, points },
      whiskers: points.map(([x, value]) => ({ x, value, low: value, high: value })),
    };
  };
  return svg({
    title: `${label}: mistakes put right, by cost`,
    description: [...fixed, ...frontier, oracle]
      .map(({ name, accuracy, cost }) => `${name}: ${percent(accuracy)} for ${cost.toFixed(2)}`)
      .join('; '),
    x: `cost per question, in % of ${most.toFixed(1)} answers of X`,
    y: '% of X’s mistakes put right',
    lines: [
      line('fixed depth 0, 1, 2, 3', '#888', true, fixed),
      line('adaptive, each dot a multiplier', '#1d4ed8', false, frontier),
      line('oracle depth', '#15803d', false, [oracle]),
    ],
  });
}
