/** Promotion by audits: what a gate lets through that it should not, what it holds back that it should not, and how many audits
 *  it takes, beside Wald's test and a fixed number of audits. Its picture is docs/gates.svg. */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Random } from '../src/base/random.ts';
import { AUDIT_GATE, errorRateOf } from '../src/oversight/audit-gate.ts';
import { meanOf, medianOf } from '../src/statistics/mean.ts';
import { proportion } from '../src/statistics/proportion.ts';
import {
  adaptive,
  BUDGET,
  clustered,
  type Decided,
  decide,
  ERROR_RATE,
  fixed,
  gate,
  independent,
  type Method,
  MISS_RATE,
  promotedAt,
  SETTINGS,
  type Setting,
  unclustered,
  wald,
} from '../test/gates.ts';
import { type Line, svg } from './curves.ts';
import { percent, table, withInterval } from './markdown.ts';
import { Checks, type Proof } from './proof.ts';
import { REPOSITORY } from './runs.ts';

/** Planted bad candidates by setting and seed. */
const BAD = 500;
/** Good ones at each point of a curve, by seed. */
const GOOD = 200;
const POINTS = 10;
/** Questions about one context. */
const EACH = 8;
const ITERATIONS = 10;
const PICTURE = 'docs/gates.svg';
const METHODS: readonly (readonly [name: string, method: Method])[] = [
  ['e-process (the gate)', gate()],
  ['e-process of the ratchet', adaptive()],
  ['SPRT', wald],
  ['fixed number', fixed],
];
const COLOURS = ['#888', '#1d4ed8', '#c2410c'];

export const proof: Proof = {
  claim: `A gate of audits at α = ${ERROR_RATE} lets through at most that share of ${BAD} simulated bad candidates, whose fidelity is just the bound (.85, .90, .94; also with ${EACH} audits of one context each), and in ${100 * (1 - MISS_RATE)} % of cases one of .95 where .85 has to be exceeded, within ${BUDGET} audits.`,
  defaults: { seeds: [1, 2, 3], sizes: [] },
  async prove({ seeds }) {
    const checks = new Checks();
    const parts = [
      falsePromotions(seeds, checks),
      overIterations(seeds, checks),
      audits(seeds, checks),
      ...curves(seeds),
      spending(seeds),
    ];
    return { text: parts.join('\n\n'), failures: checks.failures };
  },
};

const named = ({ exceeds, sought }: Setting) => `${exceeds.toFixed(2)} / ${sought.toFixed(2)}`;
const share = (decided: readonly Decided[]) =>
  proportion(decided.map(({ isPassed }) => ({ right: Number(isPassed), n: 1 })));
const over = (
  seeds: readonly number[],
  runs: number,
  method: Method,
  setting: Setting,
  numbersOf: Parameters<typeof decide>[1],
) => seeds.flatMap((seed) => decide(method, numbersOf, setting, runs, seed));

function falsePromotions(seeds: readonly number[], checks: Checks): string {
  const rows = SETTINGS.map((setting) => {
    const { exceeds } = setting;
    const bySeed = seeds.map((seed) => decide(gate(), (r) => independent(exceeds, r), setting, BAD, seed));
    const alone = share(bySeed.flat());
    const together = share(over(seeds, BAD, gate(), setting, (r) => clustered(exceeds, EACH, r)));
    const wrongly = share(over(seeds, BAD, gate(), setting, (r) => unclustered(exceeds, EACH, r)));
    checks.hold(alone.value <= ERROR_RATE, `${named(setting)}: ${percent(alone.value)} of bad ones pass`);
    checks.hold(
      together.value <= ERROR_RATE,
      `${named(setting)}: ${percent(together.value)} of bad ones pass by clustered audits`,
    );
    const counts = bySeed.map((decided) => decided.filter(({ isPassed }) => isPassed).length);
    return [
      named(setting),
      counts.join(', '),
      ...[alone, together, wrongly].map((one) => withInterval(one, percent)),
    ];
  });
  const head = [
    'exceeds / sought',
    `of ${BAD}, by seed`,
    'bad ones that pass',
    `${EACH} of a context as one`,
    'as if independent',
  ];
  return `Fidelity just the bound, ${BUDGET} audits at most (contexts, in the last but one column). The last column is what must not be done with audits of one context: each counted alone.\n\n${table(head, rows)}`;
}

/** A gate of several levels, one of which is bad, iteration by iteration. */
function overIterations(seeds: readonly number[], checks: Checks): string {
  const rows = SETTINGS.map((setting) => {
    const levels = [setting.exceeds, 1, 1, 1];
    const ended = seeds.flatMap((seed) =>
      Array.from({ length: BAD / 5 }, (_, i) =>
        promotedAt(levels, ITERATIONS, setting, Random.seeded(seed).split('iterations').split(i)),
      ),
    );
    const ever = proportion(ended.map((at) => ({ right: at === undefined ? 0 : 1, n: 1 })));
    checks.hold(
      ever.value <= ERROR_RATE,
      `${named(setting)}: over ${ITERATIONS} iterations ${percent(ever.value)} pass`,
    );
    return [named(setting), withInterval(ever, percent)];
  });
  return `Four levels, one of them just at the bound and the others perfect, a new candidate at each of ${ITERATIONS} iterations, α/(n(n+1)) at the n-th: how often any is promoted.\n\n${table(['exceeds / sought', 'ever promoted'], rows)}`;
}

function audits(seeds: readonly number[], checks: Checks): string {
  const rows = SETTINGS.flatMap((setting) =>
    METHODS.map(([name, method]) => {
      const [bad, good] = [setting.exceeds, setting.sought].map((fidelity) =>
        over(seeds, BAD, method, setting, (r) => independent(fidelity, r)),
      ) as [Decided[], Decided[]];
      const power = share(good.map((one) => ({ ...one, isPassed: one.isPassed && one.audits <= BUDGET })));
      if (name === METHODS[0]![0] && setting.exceeds === 0.85)
        checks.hold(power.value >= 1 - MISS_RATE, `${named(setting)}: power ${percent(power.value)}`);
      const used = good.map((one) => one.audits).sort((a, b) => a - b);
      return [
        `${named(setting)}, ${name}`,
        withInterval(power, percent),
        meanOf(used)!.value.toFixed(0),
        medianOf(used)!,
        used[Math.floor(0.9 * used.length)]!,
        meanOf(bad.map((one) => one.audits))!.value.toFixed(0),
        percent(share(bad).value),
      ];
    }),
  );
  const head = [
    'exceeds / sought',
    `passes within ${BUDGET}`,
    'audits: mean',
    'median',
    '90 %',
    'mean at the bound',
    'passes at the bound',
  ];
  return `At the fidelity sought, α = ${ERROR_RATE}; both e-processes stop at ${BUDGET}. SPRT and the fixed number take β = ${MISS_RATE} at the fidelity sought; a pass after more than ${BUDGET} audits is none here.\n\n${table(head, rows)}`;
}

/** Power from the bound to perfect. */
function curves(seeds: readonly number[]): readonly string[] {
  const texts: string[] = [];
  const lines = SETTINGS.map((setting, at): Line => {
    const points = Array.from(
      { length: POINTS + 1 },
      (_, i) => setting.exceeds + ((1 - setting.exceeds) * i) / POINTS,
    );
    const shares = points.map((fidelity) => {
      const decided = over(seeds, GOOD, gate(), setting, (r) => independent(fidelity, r));
      const others = [wald, fixed].map((method) =>
        share(over(seeds, GOOD, method, setting, (r) => independent(fidelity, r))),
      );
      const used = decided.map((one) => one.audits).sort((a, b) => a - b);
      return { fidelity, power: share(decided), others, used };
    });
    const rows = shares.map(({ fidelity, power, others, used }) => [
      fidelity.toFixed(3),
      withInterval(power, percent),
      meanOf(used)!.value.toFixed(0),
      medianOf(used)!,
      used[Math.floor(0.9 * used.length)]!,
      ...others.map((one) => percent(one.value)),
    ]);
    const head = [
      'fidelity',
      'passes',
      'audits: mean',
      'median',
      '90 %',
      'SPRT passes',
      'fixed number passes',
    ];
    texts.push(`${named(setting)}:\n\n${table(head, rows)}`);
    // The axis is how far fidelity is from the bound to perfect.
    const x = (fidelity: number) => (fidelity - setting.exceeds) / (1 - setting.exceeds);
    return {
      name: `more than ${setting.exceeds.toFixed(2)}, sought ${setting.sought.toFixed(2)}`,
      colour: COLOURS[at]!,
      points: shares.map(({ fidelity, power }) => [x(fidelity), power.value]),
      whiskers: shares.map(({ fidelity, power }) => ({ x: x(fidelity), ...power })),
    };
  });
  const picture = svg({
    title: `Candidates that pass a gate of ${BUDGET} audits at most, α = ${ERROR_RATE}`,
    description: texts.join(' '),
    x: 'fidelity, from the bound (0) to perfect (100)',
    y: '% that pass',
    lines,
  });
  writeFileSync(join(REPOSITORY, PICTURE), picture);
  return [
    `Power from the bound to perfect, α = ${ERROR_RATE}, ${BUDGET} audits at most (${PICTURE}).`,
    ...texts,
  ];
}

/** What it costs that later iterations have less of the error rate. */
function spending(seeds: readonly number[]): string {
  const iterations = [1, 2, 3, 5, 10];
  const rows = SETTINGS.map((setting) => [
    named(setting),
    ...iterations.map((n) => {
      const method = gate(errorRateOf(n, AUDIT_GATE.errorRate));
      const good = over(seeds, GOOD, method, setting, (r) => independent(setting.sought, r));
      return `${percent(share(good).value)}, ${medianOf(good.map((one) => one.audits))}`;
    }),
  ]);
  const head = ['exceeds / sought', ...iterations.map((n) => `iteration ${n}`)];
  return `At α/(n(n+1)): what passes at the fidelity sought within ${BUDGET} audits, and the median of audits used.\n\n${table(head, rows)}`;
}
