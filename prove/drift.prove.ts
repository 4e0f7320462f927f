/** Alarms of drift: how soon they come, and how often without a cause. First on simulated anchors and audits, then on real runs in
 *  which the overseer's policy is changed behind the run's back. */

import { limitsOf } from '../src/oversight/monitor.ts';
import { alarmChance, meanRunLength } from '../src/statistics/cusum.ts';
import { proportion } from '../src/statistics/proportion.ts';
import {
  DRIFTS,
  ITERATIONS,
  JUMP,
  PLANTED,
  repetitions,
  type Scenario,
  type Watched,
  watching,
} from '../test/drift.ts';
import { type Ended, poisonedRun } from '../test/poisoned.ts';
import { percent, table, withInterval } from './markdown.ts';
import { Checks, inTurn, type Proof } from './proof.ts';

const REPETITIONS = 1000;
const ERROR_RATE = 0.05;
const FOUND = 0.95;
const BASE = 0.02;
/** Anchors and audits in each iteration, the ones that the claim is about first. */
const EFFORTS: readonly (readonly [anchors: number, audits: number])[] = [
  [1000, 100],
  [1000, 50],
  [1000, 0],
  [400, 200],
  [400, 100],
  [400, 50],
  [0, 200],
  [0, 100],
];
/** Share of the anchors that is drawn anew in an iteration; the last one is the hardest that was tried, and the one for the others. */
const CHURNS = [0, 1, 0.2];
const POISONING = { elements: 8, powers: 16, rate: 0.125, audits: 128, steps: 300 };
const POISONED = 2;

export const proof: Proof = {
  claim: `With 1000 frozen anchors and 100 simulated audits in each of ${ITERATIONS} iterations, drift of ${PLANTED} is alarmed about before it is reached in ≥ ${100 * FOUND} % (growing steadily: at a smaller drift; at once: in that iteration), and without drift in ≤ ${100 * ERROR_RATE} %, whatever else changes. In real runs whose overseer errs by a rule from iteration ${POISONED} on, that iteration is held, none before it, and after going back with an overseer that is itself again all is promoted.`,
  defaults: { seeds: [1, 2, 3], sizes: [] },
  async prove({ seeds }) {
    const checks = new Checks();
    const parts = [simulated(seeds[0]!, checks), stated(), await real(seeds, checks)];
    return { text: parts.join('\n\n'), failures: checks.failures };
  },
};

function simulated(seed: number, checks: Checks): string {
  const share = (all: readonly Watched[], at: (one: Watched) => number | undefined, latest: number) =>
    proportion(all.map((one) => ({ right: (at(one) ?? Number.POSITIVE_INFINITY) <= latest ? 1 : 0, n: 1 })));
  const rows = EFFORTS.flatMap(([anchors, audits], effort) =>
    (effort === 0 ? CHURNS : CHURNS.slice(-1)).map((churn) => {
      const scenario = (name: string): Scenario => ({
        drift: DRIFTS[name]!,
        base: BASE,
        churn,
        anchors,
        audits,
      });
      const [none, linear, jump] = ['none', 'linear', 'jump'].map((name) =>
        repetitions(scenario(name), REPETITIONS, seed),
      ) as [Watched[], Watched[], Watched[]];
      const [falsely, steadily, atOnce] = [
        share(none, ({ iteration }) => iteration, ITERATIONS),
        share(linear, ({ iteration }) => iteration, ITERATIONS - 1),
        share(jump, ({ iteration }) => iteration, JUMP),
      ];
      const where = `${anchors} anchors, ${audits} audits, churn ${churn}`;
      checks.hold(falsely.value <= ERROR_RATE, `${where}: ${percent(falsely.value)} alarm falsely`);
      if (effort === 0) {
        checks.hold(
          steadily.value >= FOUND,
          `${where}: ${percent(steadily.value)} of steady drifts found in time`,
        );
        checks.hold(atOnce.value >= FOUND, `${where}: ${percent(atOnce.value)} of jumps found in time`);
      }
      const found = linear.flatMap(({ iteration }) => iteration ?? []);
      const reached = found.reduce((sum, n) => sum + DRIFTS.linear!(n), 0) / Math.max(1, found.length);
      return [
        `${anchors} anchors, ${audits} audits`,
        churn,
        withInterval(falsely, percent),
        withInterval(steadily, percent),
        (100 * reached).toFixed(2),
        withInterval(atOnce, percent),
        audits === 0 ? '—' : percent(share(linear, ({ detector }) => detector, ITERATIONS - 1).value),
        audits === 0 ? '—' : percent(share(none, ({ detector }) => detector, ITERATIONS).value),
      ];
    }),
  );
  const head = [
    'each iteration',
    'churn',
    'false alarms',
    'steady: in time',
    'points at the alarm',
    'at once: in that iteration',
    'e-detector on audits alone: steady',
    'falsely',
  ];
  return `Simulated anchors and audits, no people. X errs in ${100 * BASE} % at first; ${REPETITIONS} repetitions. Anchors were answered once, before the first iteration. Churn: the share of anchors whose being right is drawn anew in each iteration at the rate that there is. «In time» is at less than ${100 * PLANTED} points of drift.\n\n${table(head, rows)}`;
}

/** What is computed and not simulated. */
function stated(): string {
  const rows = [25, 50, 100, 200, 400].map((audits) => {
    const options = watching(audits, BASE);
    const limits = limitsOf(options);
    return [
      `${audits}`,
      `${limits.span}, ${limits.threshold}`,
      percent(alarmChance(limits, BASE, options.audits)),
      meanRunLength(limits, BASE).toFixed(0),
      meanRunLength(limits, BASE + PLANTED).toFixed(0),
    ];
  });
  const head = [
    'audits in an iteration',
    'step 1/m, threshold',
    `false alarms in ${ITERATIONS} iterations`,
    'audits to a false alarm',
    'to an alarm after the jump',
  ];
  return `The sum over audits, computed by its Markov chain at ${percent(BASE)} and ${percent(BASE + PLANTED)}:\n\n${table(head, rows)}`;
}

async function real(seeds: readonly number[], checks: Checks): Promise<string> {
  const runs = await inTurn(seeds, async (seed) => {
    process.stderr.write(`a poisoned run, seed ${seed}\n`);
    return { seed, ended: await poisonedRun({ ...POISONING, seed, iteration: POISONED }) };
  });
  for (const { seed, ended } of runs) {
    const held = ended.filter(({ isPromoted }) => !isPromoted);
    checks.hold(
      held.length === 1 && held[0]!.isPoisoned && held[0]!.iteration === POISONED,
      `seed ${seed}: held ${held.map(({ iteration }) => iteration).join(', ') || 'none'}`,
    );
    checks.hold(
      !held[0] || held[0].record.alarm !== undefined,
      `seed ${seed}: no alarm in the iteration that was held`,
    );
    checks.hold(
      ended.at(-1)!.level === 4 && ended.at(-1)!.isPromoted,
      `seed ${seed}: the last is not promoted`,
    );
  }
  const shown = ({ iteration, level, isPoisoned, step, gate, isPromoted, record }: Ended) => [
    `${iteration} (level ${level})${isPoisoned ? ', H errs by a rule' : ''}`,
    step,
    gate ? 'passed' : 'not passed',
    record.verdict,
    record.perLevel.map(({ value, n }) => `${percent(value)} of ${n}`).join('; '),
    `${record.anchors.worse} / ${record.anchors.better} / ${record.anchors.moved} of ${record.anchors.n}`,
    record.alarm ? `${record.alarm.sign} since ${record.alarm.since}, ${record.alarm.action}` : '—',
    isPromoted ? 'promoted' : 'held',
  ];
  const rows = runs.flatMap(({ seed, ended }) =>
    ended.map((one) => {
      const [name, ...rest] = shown(one);
      return [`seed ${seed}, iteration ${name}`, ...rest];
    }),
  );
  const head = [
    '',
    'steps',
    'gate by its own H',
    'audits',
    'agreement with H by level',
    'anchors lost / won / moved',
    'alarm',
    '',
  ];
  return `Real runs of permutation powering, ${POISONING.elements} elements, powers below ${POISONING.powers}, ${POISONING.audits} audits at each level at most by H itself, ${POISONING.steps} steps an iteration at most. From the first step of iteration ${POISONED} H replies with the next word wherever the question holds a certain one (${100 * POISONING.rate} % of the questions). What is held is taken back to what was promoted before, and H is itself again.\n\n${table(head, rows)}`;
}
