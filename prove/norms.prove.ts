/** How fast a run takes up a change of what its overseers want, and what it keeps of the rest (K12), on two tasks. The overseers
 *  are scripts: from one iteration on they give the next answer to certain questions, and whatever follows from such an answer
 *  changes with it. */

import { Random } from '../src/base/random.ts';
import { halfLife, type NormLook, normLooks } from '../src/evaluate/norms.ts';
import { shareOf } from '../src/statistics/clustered.ts';
import { meanOf, meanShare } from '../src/statistics/mean.ts';
import { FLIPPED, moderated, OLD_LABELS } from '../test/moderation.ts';
import { changedNorms, type NormsRun, type NormsSeen } from '../test/norms.ts';
import { estimated, percent, table } from './markdown.ts';
import { Checks, inTurn, type Proof } from './proof.ts';

/** Looks at the end over which uptake counts as settled. */
const STEADY = 3;
const [ITERATIONS_MOST, LABELS_MOST] = [2, 500];
const RETENTION_LEAST = 0.98;
const BEST = 'dropped where the change flips';
const MODERATION = { labels: [1500, 2000], batch: 50, slips: 0.02 } as const;
const RUNS: readonly NormsRun[] = [
  {
    choices: { task: 'permutation-powering', size: 8, powers: 16, optimizer: 'muon' },
    iteration: 3,
    // Whatever power of the element 3.
    flips: (shown) => shown.includes('(3)'),
    share: 0.5,
    steps: 600,
    every: 40,
  },
  {
    choices: { task: 'wildcard-search', size: 8 },
    iteration: 3,
    // Patterns that end in a: what H asks to answer others never does.
    flips: (shown) => shown.split(' ')[0]!.endsWith('a'),
    share: 0.5,
    steps: 160,
    every: 20,
  },
];

export const proof: Proof = {
  claim: `After a change of norms at the third iteration, X has half of what it takes up within ${ITERATIONS_MOST} iterations, and keeps ≥ ${100 * RETENTION_LEAST} % of its agreement on what did not change, on two tasks; where people’s labels of the version before are dropped just where the change flips them, within ${LABELS_MOST} labels.`,
  defaults: { seeds: [1, 2, 3], sizes: [] },
  async prove({ seeds }) {
    const checks = new Checks();
    const texts = await inTurn(RUNS, async (run) => {
      const { task } = run.choices;
      const seen = await inTurn(seeds, async (seed) => {
        const one = await changedNorms({ ...run, choices: { ...run.choices, seed } });
        process.stderr.write(`${task}, seed ${seed}: ${JSON.stringify(figuresOf(one, seed))}\n`);
        return one;
      });
      const figures = seen.map((one, i) => figuresOf(one, seeds[i]!));
      const half = meanOf(figures.map(({ iterations }) => iterations))!;
      const kept = meanShare(figures.map(({ retention }) => retention))!;
      const retained = meanOf(figures.map((one) => one.retained))!;
      checks.hold(half.value <= ITERATIONS_MOST, `${task}: half-life ${half.value} iterations`);
      checks.hold(
        retained.value >= RETENTION_LEAST,
        `${task}: ${percent(retained.value)} of the agreement on what did not change is left`,
      );
      const rows = figures.map((one, i) => [
        `seed ${seeds[i]}`,
        `${seen[i]!.flipped} / ${seen[i]!.kept}`,
        one.half,
        one.iterations.toFixed(2),
        one.labels.toFixed(0),
        one.uptake,
        ...one.partly,
        one.stale,
        one.kept,
        percent(one.retained),
        one.consistency,
      ]);
      const over = (of: (one: Figures) => number) => estimated(meanOf(figures.map(of))!, (x) => x.toFixed(2));
      rows.push([
        'mean',
        '',
        over(({ steps }) => steps),
        over(({ iterations }) => iterations),
        over(({ labels }) => labels),
        '',
        '',
        '',
        '',
        estimated(kept, percent),
        estimated(retained, percent),
        '',
      ]);
      return `${task}, the change after iteration ${run.iteration - 1}:\n\n${table(HEAD, rows)}\n\n${course(seen, seeds)}`;
    });
    return { text: [await moderation(seeds, checks), ...texts].join('\n\n'), failures: checks.failures };
  },
};

/** By labels: what people say of posts, whose policy changes. */
async function moderation(seeds: readonly number[], checks: Checks): Promise<string> {
  const rows = await inTurn(OLD_LABELS, async (old) => {
    const seen = await inTurn(seeds, (seed) => moderated({ ...MODERATION, seed, old }));
    const halves = seen.map(
      (looks, i) => halfLife(looks, { steadyLooks: STEADY }, Random.seeded(seeds[i]!))!,
    );
    const [after, last] = [LABELS_MOST, MODERATION.labels[1]].map((at) =>
      seen.map((looks) => normLooks(looks).find((look) => look.at === at)!),
    ) as [NormLook[], NormLook[]];
    const half = meanOf(halves.map(({ value }) => value))!;
    const kept = meanShare(after.map(({ retention }) => retention!.value))!;
    if (old === BEST) {
      checks.hold(half.value <= LABELS_MOST, `moderation: half-life ${half.value} labels`);
      checks.hold(kept.value >= RETENTION_LEAST, `moderation: retention ${percent(kept.value)}`);
    }
    const mean = (looks: readonly NormLook[], of: (look: NormLook) => number) =>
      estimated(meanShare(looks.map(of))!, percent);
    return [
      old,
      estimated(half, (x) => x.toFixed(0)),
      halves.map((one) => estimated(one, (x) => x.toFixed(0))).join('; '),
      mean(after, ({ uptake }) => uptake.value),
      mean(after, ({ stale }) => stale.value),
      mean(after, ({ retention }) => retention!.value),
      mean(after, ({ consistency }) => consistency!.value),
      mean(last, ({ uptake }) => uptake.value),
      mean(last, ({ retention }) => retention!.value),
    ];
  });
  const [at, end] = [LABELS_MOST, MODERATION.labels[1]];
  const head = [
    'labels of the version before',
    'half-life, labels',
    'by seed',
    `uptake at ${at}`,
    'stale',
    'retention',
    'consistency',
    `uptake at ${end}`,
    'retention',
  ];
  return `Judging posts by a policy (simulated people, who slip in ${100 * MODERATION.slips} %; a logistic regression learns from their labels): after ${MODERATION.labels[0]} labels the policy changes, which flips ${percent(FLIPPED)} of the posts. All of them are looked at after every ${MODERATION.batch} labels.\n\n${table(head, rows)}`;
}

const HEAD = [
  '',
  'flipped / kept questions',
  'half-life, steps',
  'iterations',
  'decisions of H',
  'uptake',
  'by the rule itself',
  'of what follows',
  'stale',
  'retention',
  'of what it was before',
  'consistency',
];

interface Figures {
  readonly half: string;
  readonly steps: number;
  readonly iterations: number;
  readonly labels: number;
  /** On the keep set at the end, and of what it was before the change. */
  readonly retention: number;
  readonly retained: number;
  readonly uptake: string;
  /** Where the rule itself changes the answer, and where that follows from such an answer. */
  readonly partly: readonly [ruled: string, following: string];
  readonly stale: string;
  readonly kept: string;
  readonly consistency: string;
}

function figuresOf({ looks, isRuled, iterationSteps, decisions }: NormsSeen, seed: number): Figures {
  const half = halfLife(looks, { steadyLooks: STEADY }, Random.seeded(seed));
  const last = normLooks(looks).at(-1)!;
  const flipped = looks.slice(-isRuled.length).map((one, i) => ({ ...one, isRuled: isRuled[i]! }));
  const [ruled, following] = [true, false].map((is) => {
    const some = flipped.filter((one) => one.isFlipped && one.isRuled === is);
    const share = shareOf(some, (one) => one.agreesNew);
    return share ? estimated(share, percent) : '–';
  }) as [string, string];
  const steps = half?.value ?? Number.POSITIVE_INFINITY;
  return {
    half: half ? estimated(half, (x) => x.toFixed(1)) : 'never',
    steps,
    iterations: steps / iterationSteps,
    labels: (steps / last.at) * decisions.get(last.at)!,
    retention: last.retention!.value,
    retained: last.retention!.value / normLooks(looks)[0]!.retention!.value,
    uptake: estimated(last.uptake, percent),
    partly: [ruled, following],
    stale: estimated(last.stale, percent),
    kept: estimated(last.retention!, percent),
    consistency: estimated(last.consistency!, percent),
  };
}

/** Uptake, stale rate and retention by look, over the seeds. */
function course(seen: readonly NormsSeen[], seeds: readonly number[]): string {
  const looks = seen.map((one) => normLooks(one.looks));
  const rows = looks[0]!.map(({ at }, i) => [
    at,
    ...looks.map((of) => {
      const { uptake, stale, retention } = of[i]!;
      return `${percent(uptake.value)} / ${percent(stale.value)} / ${percent(retention!.value)}`;
    }),
  ]);
  const head = ['steps since the change', ...seeds.map((seed) => `seed ${seed}`)];
  return `Uptake / stale / retention:\n\n${table(head, rows)}`;
}
