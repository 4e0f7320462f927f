/** Whether adaptive tests find planted ability, and what they save; whether staircases find the difficulty at which 79.4 % are
 *  right, and do not saturate. Everybody who is tested here is simulated. */

import { Random } from '../src/base/random.ts';
import {
  type AdaptiveOptions,
  abilityOf,
  chanceOf,
  type Item,
  informationOf,
  itemFrom,
  nextItem,
} from '../src/evaluate/adaptive.ts';
import {
  type Asked,
  climbed,
  type StaircaseOptions,
  staircase,
  TARGET,
  thresholdDifficulty,
  turningDifficulty,
} from '../src/evaluate/staircase.ts';
import { exactProportion } from '../src/statistics/beta.ts';
import type { Estimate } from '../src/statistics/estimate.ts';
import { meanOf } from '../src/statistics/mean.ts';
import { estimated, percent, table } from './markdown.ts';
import { Checks, type Proof } from './proof.ts';

const [COVERAGE, BIAS] = [0.93, 0.05];
/** arXiv 2511.04689: whole-bank estimates from about a tenth of the items or fewer, with a mean absolute error of .157. */
const [KEPT, ERROR_MEAN] = [0.1, 0.157];
const BANK = 1000;
/** Tested for each seed. */
const TAKERS = 300;
/** Simulated assistants of known ability on whom a bank is calibrated. */
const CALIBRATORS = 400;
const ITEMS_MAX = 300;

export const proof: Proof = {
  claim: `Adaptive tests find planted ability: bias within ±${BIAS}, 95 % intervals cover ≥ ${percent(COVERAGE)}; at most ${percent(KEPT)} of the items of a bank of ${BANK} give the whole bank's estimate with a mean absolute error ≤ ${ERROR_MEAN}; fewer than a fixed test of equal error. A curve through the trials of staircases finds the difficulty at which 79.4 % are right likewise, also where accuracy on fixed questions saturates.`,
  defaults: { seeds: [1, 2, 3], sizes: [] },
  async prove({ seeds }) {
    const checks = new Checks();
    const text = [byResponse(seeds, checks), bySteps(seeds, checks), saturating(seeds, checks)].join('\n\n');
    return { text, failures: checks.failures };
  },
};

/** Difficulties as abilities are, N(0, 1); discriminations about 1. */
function bankOf(random: Random): readonly Item[] {
  return Array.from({ length: BANK }, () => ({
    difficulty: random.normal(),
    discrimination: Math.exp(0.3 * random.normal()),
  }));
}

interface Taken {
  readonly truth: number;
  readonly adaptive: Estimate;
  readonly whole: number;
  readonly items: number;
}

function byResponse(seeds: readonly number[], checks: Checks): string {
  const rows = [
    { name: 'known items, error < .3', errorMax: 0.3, isKnown: true },
    { name: 'known items, error < .2', errorMax: 0.2, isKnown: true },
    { name: `items calibrated on ${CALIBRATORS}, error < .3`, errorMax: 0.3, isKnown: false },
    { name: `items calibrated on ${CALIBRATORS}, error < .2`, errorMax: 0.2, isKnown: false },
  ].map(({ name, errorMax, isKnown }) => {
    const options: AdaptiveOptions = { errorMax, itemsMax: ITEMS_MAX, core: [] };
    const taken = seeds.flatMap((seed) => takenBy(Random.seeded(seed).split('response'), options, isKnown));
    const errors = taken.map(({ adaptive, truth }) => adaptive.value - truth);
    const bias = meanOf(errors)!;
    const covered = taken.filter(({ adaptive, truth }) => adaptive.low! <= truth && truth <= adaptive.high!);
    const coverage = exactProportion(covered.length, taken.length);
    const items = meanOf(taken.map((one) => one.items))!;
    const error = meanOf(taken.map(({ adaptive, whole }) => Math.abs(adaptive.value - whole)))!;
    const fixed = meanOf(seeds.map((seed) => fixedItems(Random.seeded(seed).split('response'), errorMax)))!;
    checks.hold(Math.abs(bias.value) <= BIAS, `${name}: bias ${bias.value}`);
    // Whoever does not know the items exactly is surer than they may be; what that costs is shown.
    if (isKnown) checks.hold(coverage.value >= COVERAGE, `${name}: covers ${coverage.value}`);
    if (errorMax === 0.2) {
      checks.hold(error.value <= ERROR_MEAN, `${name}: ${error.value} off the whole bank`);
      checks.hold(items.value <= KEPT * BANK, `${name}: ${items.value} items`);
    }
    checks.hold(items.value < fixed.value, `${name}: no fewer items than a fixed test of ${fixed.value}`);
    return [
      name,
      estimated(bias, (x) => x.toFixed(3)),
      estimated(coverage, percent),
      estimated(items, (x) => x.toFixed(1)),
      percent(1 - items.value / BANK),
      estimated(error, (x) => x.toFixed(3)),
      fixed.value.toFixed(0),
      percent(1 - items.value / fixed.value),
    ];
  });
  const head = ['', 'bias', 'coverage', 'items', 'fewer than the bank', 'off the whole bank', 'a fixed test'];
  return `Ability N(0, 1) by item response, ${TAKERS} takers a seed, a bank of ${BANK} items:\n\n${table([...head, 'fewer than that'], rows)}\n\nA fixed test asks everybody the same items, drawn by chance, as many as give that error on the mean.`;
}

function takenBy(random: Random, options: AdaptiveOptions, isKnown: boolean): readonly Taken[] {
  const truth = bankOf(random.split('bank'));
  const bank = isKnown ? truth : calibrated(truth, random.split('calibration'));
  return Array.from({ length: TAKERS }, (_, i): Taken => {
    const stream = random.split('taker').split(i);
    const ability = stream.normal();
    const right = truth.map((item) => stream.uniform() < chanceOf(item, ability));
    const answered = new Map<number, boolean>();
    for (let place = nextItem(bank, answered, options); place !== undefined; ) {
      answered.set(place, right[place]!);
      place = nextItem(bank, answered, options);
    }
    const responses = [...answered].map(([place, isRight]) => ({ ...bank[place]!, isRight }));
    const whole = abilityOf(bank.map((item, place) => ({ ...item, isRight: right[place]! })))!;
    return { truth: ability, adaptive: abilityOf(responses)!, whole: whole.value, items: answered.size };
  });
}

/** What calibration makes of each item; one that it cannot tell is taken to be like the mean. */
function calibrated(truth: readonly Item[], random: Random): readonly Item[] {
  const abilities = Array.from({ length: CALIBRATORS }, () => random.normal());
  return truth.map(
    (item) =>
      itemFrom(
        abilities.map((ability) => ({ ability, isRight: random.uniform() < chanceOf(item, ability) })),
      ) ?? { difficulty: 0, discrimination: 1 },
  );
}

/** How many items of chance give abilities N(0, 1) that error on the mean over takers: the mean of squares. */
function fixedItems(random: Random, errorMax: number): number {
  const bank = random.split('fixed').shuffle(bankOf(random.split('bank')));
  const abilities = Array.from({ length: TAKERS }, (_, i) => random.split('taker').split(i).normal());
  const told = abilities.map(() => 0);
  for (const [i, item] of bank.entries()) {
    abilities.forEach((ability, k) => {
      told[k]! += informationOf(item, ability);
    });
    const squares = told.reduce((sum, information) => sum + 1 / information, 0) / told.length;
    if (squares <= errorMax ** 2) return i + 1;
  }
  return BANK;
}

const STAIRS: StaircaseOptions = { start: 4, step: 0.5, least: 0, most: 20 };
const [TRACKS, TRIALS, SKIPPED] = [8, 60, 4];
/** By chance among eight answers. */
const GUESS = 1 / 8;
const SLOPE = 1.2;
const STUDIES = 200;

/** Of an assistant who knows half of the questions of difficulty `half`. */
const rightAt = (difficulty: number, half: number) =>
  GUESS + (1 - GUESS) / (1 + Math.exp(SLOPE * (difficulty - half)));
const thresholdOf = (half: number) => half - Math.log((TARGET - GUESS) / (1 - TARGET)) / SLOPE;

function climb(random: Random, half: number) {
  const trials: Asked[] = [];
  const stairs = Array.from({ length: TRACKS }, () => {
    let now = staircase(STAIRS);
    for (let i = 0; i < TRIALS; i++) {
      const isRight = random.uniform() < rightAt(now.difficulty, half);
      trials.push({ cluster: trials.length, difficulty: now.difficulty, isRight });
      now = climbed(now, isRight, STAIRS);
    }
    return now;
  });
  return { trials, stairs };
}

/** As many questions, spread evenly over all difficulties. */
function spread(random: Random, half: number): readonly Asked[] {
  return Array.from({ length: TRACKS * TRIALS }, (_, cluster) => {
    const difficulty = STAIRS.step * random.below(STAIRS.most / STAIRS.step + 1);
    return { cluster, difficulty, isRight: random.uniform() < rightAt(difficulty, half) };
  });
}

function bySteps(seeds: readonly number[], checks: Checks): string {
  const rows = [4, 6, 9].flatMap((half) => {
    const truth = thresholdOf(half);
    const found = seeds.flatMap((seed) =>
      Array.from({ length: STUDIES }, (_, i) => {
        const random = Random.seeded(seed).split(`stairs ${half}`).split(i);
        const { trials, stairs } = climb(random, half);
        return [
          thresholdDifficulty(trials, GUESS),
          turningDifficulty(stairs, SKIPPED),
          thresholdDifficulty(spread(random, half), GUESS),
        ] as const;
      }),
    );
    return ['a curve through all trials', 'turning points', 'a curve, questions spread evenly'].map(
      (name, k) => {
        const estimates = found.flatMap((one) => one[k] ?? []);
        const bounded = estimates.filter(({ low }) => low !== null);
        const covered = bounded.filter(({ low, high }) => low! <= truth && truth <= high!);
        const coverage = exactProportion(covered.length, bounded.length);
        const bias = meanOf(estimates.map(({ value }) => value - truth))!;
        const error = Math.sqrt(meanOf(estimates.map(({ value }) => (value - truth) ** 2))!.value);
        const label = `d_79 = ${truth.toFixed(2)}: ${name}`;
        // Turning points are drawn towards the start, and shown for that.
        if (k === 0) {
          checks.hold(Math.abs(bias.value) <= BIAS, `${label}: bias ${bias.value}`);
          checks.hold(coverage.value >= COVERAGE, `${label}: covers ${coverage.value}`);
        }
        return [
          label,
          estimated(bias, (x) => x.toFixed(3)),
          error.toFixed(3),
          estimated(coverage, percent),
          String(bounded.length),
        ];
      },
    );
  });
  return `d_79 from ${TRACKS} staircases of ${TRIALS} questions, guessing ${percent(GUESS)}, ${STUDIES} studies a seed:\n\n${table(['', 'bias', 'error', 'coverage', 'studies'], rows)}`;
}

/** Fixed questions, difficulties 1 to 5, 100 of each. */
const FIXED = { hardest: 5, each: 100 };

function saturating(seeds: readonly number[], checks: Checks): string {
  const found = [4, 7, 10, 13].map((half) => {
    const each = seeds.map((seed) => {
      const random = Random.seeded(seed).split(`saturating ${half}`);
      const right = Array.from({ length: FIXED.hardest * FIXED.each }, (_, i) =>
        Number(random.uniform() < rightAt(1 + (i % FIXED.hardest), half)),
      );
      const threshold = thresholdDifficulty(climb(random, half).trials, GUESS);
      return { accuracy: meanOf(right)!.value, threshold: threshold!.value };
    });
    return {
      half,
      accuracy: meanOf(each.map((one) => one.accuracy))!,
      threshold: meanOf(each.map((one) => one.threshold))!,
    };
  });
  found.slice(1).forEach(({ threshold }, i) => {
    const rise = threshold.value - found[i]!.threshold.value;
    checks.hold(rise > 2, `d_79 rises by ${rise} where ability rises by 3`);
  });
  checks.hold(
    found.at(-1)!.accuracy.value - found.at(-2)!.accuracy.value < 0.01,
    'the fixed questions are too hard to show saturation',
  );
  const rows = found.map(({ half, accuracy, threshold }) => [
    `knows half of the questions of difficulty ${half}`,
    estimated(accuracy, percent),
    thresholdOf(half).toFixed(2),
    estimated(threshold, (x) => x.toFixed(2)),
  ]);
  return `What saturates and what does not, over seeds:\n\n${table(['', 'accuracy on fixed questions', 'd_79 planted', 'd_79 found'], rows)}`;
}
