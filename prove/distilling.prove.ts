/** What is lost when Amplify^H(X_n) becomes X_{n+1}, by how one iteration follows on the other: an ablation, on two tasks, at equal
 *  steps in every iteration. The table is the finding, whatever it says; what is claimed is only what the options promise. */

import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { errorCorrelation } from '../src/distill/ensemble.ts';
import { Runtime } from '../src/onnx/runtime.ts';
import type { Choices } from '../src/run/configuration.ts';
import { type Distilled, distilled, type Opening, opened, type Plan } from '../test/distilling.ts';
import { percent, table, withInterval } from './markdown.ts';
import { Checks, inTurn, type Proof } from './proof.ts';
import { program } from './runs.ts';
import { meanOf } from './statistics.ts';

interface Setting {
  readonly name: string;
  readonly base: Choices;
  readonly steps: readonly [first: number, each: number];
  /** Arms also run where H errs by chance in a tenth of its replies. */
  readonly noisy: boolean;
}

const settingsOf = (size: number): readonly Setting[] => [
  {
    name: `permutation powering, ${size} elements, powers below ${2 * size}`,
    base: { task: 'permutation-powering', size, powers: 2 * size },
    steps: [200, 400],
    noisy: true,
  },
  {
    name: `wildcard search, ${size} strings`,
    base: { task: 'wildcard-search', size, contexts: 8 },
    steps: [150, 250],
    noisy: false,
  },
];

/** The first is what the others are compared with: today's. */
const WAYS: readonly (readonly [name: string, choices: Partial<Choices>])[] = [
  ['continued', {}],
  ['fresh', { student: 'fresh' }],
  ['fresh, logit residual', { student: 'fresh', residual: 'logit' }],
  ['fresh, input residual', { student: 'fresh', residual: 'input' }],
  ['fresh, anchored (β = 1)', { student: 'fresh', anchoring: 1 }],
  ['continued, accumulate', { data: 'accumulate' }],
  ['continued, replace', { data: 'replace' }],
  ['ensemble of 3', { ensemble: 3 }],
];
const NOISE = { kind: 'random', rate: 0.1 } as const;
const NOISY = new Set(['continued', 'ensemble of 3']);
const noisyName = (name: string) => `${name}, H errs in 10 %`;
const QUESTIONS = 128;

export const proof: Proof = {
  claim:
    'How one iteration follows on the other (fresh or continued weights, residual connections, accumulated or replaced data, an ensemble) decides what distillation loses. At equal steps in every iteration continued weights end no worse than fresh ones; and fresh ones that read the answer of the X before forget less than those that do not, and copy no fewer of its errors.',
  defaults: { seeds: [1, 2, 3], sizes: [8] },
  async prove({ seeds, sizes: [size = 8], fresh }) {
    const settings = settingsOf(size);
    const found = new Map<string, Distilled[]>();
    for (const setting of settings)
      for (const seed of seeds) {
        const results = await runsOf(setting, seed, fresh);
        for (const [way, result] of results) {
          const key = `${setting.name}|${way}`;
          found.set(key, [...(found.get(key) ?? []), result]);
        }
      }
    const checks = new Checks();
    const texts = settings.map((setting) => report(setting, found, checks));
    return { text: texts.join('\n\n'), failures: checks.failures };
  },
};

/** Every way with one seed, each kept as it ends. */
async function runsOf(
  { base, steps, noisy }: Setting,
  seed: number,
  fresh: boolean,
): Promise<readonly (readonly [way: string, result: Distilled])[]> {
  let opening: Opening | undefined;
  const ways = [
    ...WAYS,
    ...(noisy ? WAYS.filter(([name]) => NOISY.has(name)) : []).map(
      ([name, chosen]) => [noisyName(name), { ...chosen, noise: NOISE }] as const,
    ),
  ];
  return inTurn(ways, async ([way, chosen]) => {
    const plan: Plan = { choices: { ...base, seed, ...chosen }, steps, questions: QUESTIONS };
    const result = await kept(plan, fresh, async () => {
      const runtime = await Runtime.open({ threads: 1, backend: 'native' });
      try {
        process.stderr.write(`${base.task}, seed ${seed}: ${way}\n`);
        const isOwn = chosen.ensemble !== undefined || chosen.noise !== undefined;
        // One first iteration serves all whose first iteration is the same.
        if (!isOwn)
          opening ??= await opened(runtime, { ...plan, choices: { ...base, seed, data: 'accumulate' } });
        return await distilled(runtime, plan, isOwn ? await opened(runtime, plan) : opening!);
      } finally {
        await runtime.close();
      }
    });
    return [way, result] as const;
  });
}

async function kept(plan: Plan, fresh: boolean, make: () => Promise<Distilled>): Promise<Distilled> {
  const key = createHash('sha256')
    .update(JSON.stringify([plan, program()]))
    .digest('hex')
    .slice(0, 16);
  const file = join('runs', `prove-distilling-${key}.json`);
  if (!fresh && existsSync(file)) return JSON.parse(readFileSync(file, 'utf8'));
  const made = await make();
  mkdirSync('runs', { recursive: true });
  writeFileSync(file, JSON.stringify(made));
  return made;
}

const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
const points = (value: number) => (100 * value).toFixed(1);
const shown = (values: readonly number[]) => withInterval(meanOf(values), points);
/** Of shares: what lies beyond 0 and 1 cannot be. */
const shownShare = (shares: readonly number[]) => {
  const { value, low, high } = meanOf(shares);
  return withInterval({ value, low: Math.max(0, low), high: Math.min(1, high) }, points);
};

/** The tables of a setting, and what of the claim does not hold there. */
function report(
  { name, steps, noisy }: Setting,
  found: ReadonlyMap<string, readonly Distilled[]>,
  checks: Checks,
) {
  const of = (way: string) => found.get(`${name}|${way}`)!;
  const ways = [...WAYS.map(([way]) => way), ...(noisy ? [...NOISY].map(noisyName) : [])];
  const [today] = WAYS[0]!;
  const levels = of(today)[0]!.levels.map((_, i) => i);
  const overall = (way: string) => of(way).map((run) => mean(run.levels));
  const loss = (way: string) => of(way).map((run) => mean(run.iterations.map((one) => one.informationLoss)));
  const forgetting = (way: string) => of(way).map((run) => mean(run.iterations.map((one) => one.forgetting)));
  const drift = (way: string) => of(way).map((run) => mean(run.iterations.map((one) => one.drift)));
  // Over all questions that X_n answers wrongly, of all iterations: single iterations may have few.
  const copied = (way: string) =>
    of(way).flatMap((run) => {
      const n = run.iterations.reduce((sum, one) => sum + one.copied.n, 0);
      return n === 0
        ? []
        : [run.iterations.reduce((sum, one) => sum + one.copied.value * one.copied.n, 0) / n];
    });
  const against = (way: string, figure: (way: string) => readonly number[]) => {
    const base = figure(way.endsWith('10 %') ? noisyName(today) : today);
    return shown(figure(way).map((value, i) => value - base[i]!));
  };
  checks.hold(
    meanOf(overall('fresh').map((value, i) => value - overall(today)[i]!)).low <= 0,
    `${name}: fresh weights end better than continued ones`,
  );
  const told = 'fresh, input residual';
  checks.hold(
    mean(copied(told)) >= mean(copied('fresh')),
    `${name}: ${told} copies ${percent(mean(copied(told)))} of errors, fresh ${percent(mean(copied('fresh')))}`,
  );
  checks.hold(
    mean(forgetting(told)) <= mean(forgetting('fresh')),
    `${name}: ${told} forgets ${points(mean(forgetting(told)))} points, fresh ${points(mean(forgetting('fresh')))}`,
  );
  const first = table(
    ['', ...levels.map((level) => `level ${level + 1}`), 'all', 'all, against today’s'],
    ways.map((way) => [
      way,
      ...levels.map((level) => points(mean(of(way).map((run) => run.levels[level]!)))),
      shownShare(overall(way)),
      way === today || way === noisyName(today) ? '' : against(way, overall),
    ]),
  );
  const second = table(
    [
      '',
      'information loss',
      'against today’s',
      'forgetting',
      'copy rate',
      'drift',
      'steps',
      'operations, 10⁹',
    ],
    ways.map((way) => [
      way,
      shown(loss(way)),
      way === today || way === noisyName(today) ? '' : against(way, loss),
      shown(forgetting(way)),
      copied(way).length === 0 ? 'no errors' : shownShare(copied(way)),
      shownShare(drift(way)),
      mean(of(way).map((run) => run.steps)).toFixed(0),
      mean(of(way).map((run) => run.operations / 1e9)).toFixed(0),
    ]),
  );
  const third = table(
    ['', 'X', 'mean of the members', 'ρ of errors'],
    ways
      .filter((way) => way.startsWith('ensemble'))
      .map((way) => {
        const single = of(way.endsWith('10 %') ? noisyName(today) : today);
        const apart = errorCorrelation(single.map(({ wrong }) => wrong));
        const rho = of(way).flatMap(({ members }) => errorCorrelation(members) ?? []);
        const together = rho.length === 0 ? 'undefined, no errors' : withInterval(meanOf(rho));
        return [
          way,
          shown(overall(way)),
          shown(of(way).map((run) => mean(run.ensemble!))),
          `${together}; of single runs with other seeds ${apart === undefined ? 'undefined, no errors' : apart.toFixed(2)}`,
        ];
      }),
  );
  return `#### ${name}: ${steps[0]} steps in the first iteration, ${steps[1]} in each after it\n\nAccuracy of the last X, in per cent; means over seeds with 95 % intervals, differences paired by seed.\n\n${first}\n\nMeans over iterations, in points or per cent.\n\n${second}\n\n${third}`;
}
