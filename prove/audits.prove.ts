/** What it saves to look where mistakes are expected, and what a misleading expectation costs. Answers are simulated, a real
 *  network's, and those that language models are on record with; the judge knows what is right. */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Random } from '../src/base/random.ts';
import { DOUBTS, type Measured, measured, type Population, recorded, simulated } from '../test/audits.ts';
import { GSM8K, isThere, named } from '../test/corpora.ts';
import { checkpointAnswers } from './checkpoint-answers.ts';
import { type Line, svg } from './curves.ts';
import { percent, table } from './markdown.ts';
import { Checks, inTurn, type Proof } from './proof.ts';
import { REPOSITORY } from './runs.ts';

const AUDITS = 300;
const COUNT = 10_000;
const REPETITIONS = 1000;
const SAVED_MIN = 1.8;
const COVERED_MIN = 0.93;
/** What a doubt that says nothing, or the contrary, may cost. */
const WORSE_MAX = 1.2;
const STEPS = 250;
const PICTURE = 'docs/audits.svg';
const LABELS = [50, 100, 200, 300, 500, 800];
const REPETITIONS_CURVE = 50;
/** Both axes of the picture, in audits and in points. */
const [LABELS_MAX, WIDTH_MAX] = [1000, 10];

export const proof: Proof = {
  claim: `Audits in rounds that learn where mistakes are take ${SAVED_MIN} times fewer labels than uniform ones at equal variance, on simulated answers, a real network's, and all that four language models are on record with for GSM8K; with a doubt that misleads or says nothing at most ${WORSE_MAX} times more; 95 % intervals hold the rate in ${percent(COVERED_MIN)} of ${REPETITIONS} repetitions.`,
  defaults: { seeds: [1, 2, 3], sizes: [8] },
  async prove({ seeds, sizes }) {
    const checks = new Checks();
    const random = Random.seeded(seeds[0]!);
    const made = DOUBTS.map((doubt) => simulated(doubt, COUNT, random.split(doubt)));
    const networks = await inTurn(seeds, (seed) =>
      checkpointAnswers({ task: 'permutation-powering', size: sizes[0]!, steps: STEPS, seed, count: COUNT }),
    );
    const [all, ...models] = isThere(GSM8K)
      ? await recorded(named(GSM8K.questions), named(GSM8K.solutions))
      : [];
    const saving = [made[0]!, ...networks, ...(all ? [all] : [])];
    const rows = await inTurn([...saving, ...made.slice(1), ...models], async (population) => {
      const found = await measured(population, AUDITS, REPETITIONS, random.split(population.name));
      process.stderr.write(`${population.name}: ${JSON.stringify(found)}\n`);
      const least = saving.includes(population) ? SAVED_MIN : 1 / WORSE_MAX;
      checks.hold(
        found.variances >= least,
        `${population.name}: ${found.variances.toFixed(2)} times fewer labels`,
      );
      checks.hold(found.covered >= COVERED_MIN, `${population.name}: covered in ${percent(found.covered)}`);
      return rowOf(population, found);
    });
    writeFileSync(
      join(REPOSITORY, PICTURE),
      await picture([made[0]!, networks[0]!, ...(all ? [all] : [])], random.split('curve')),
    );
    const head = [
      '',
      'answers',
      'wrong',
      'fewer labels, by variance',
      'of so many answers',
      'half-width',
      'covered',
      'by level',
    ];
    const note = `${AUDITS} audits each time. «Of so many answers»: how many times as many uniform audits an interval of the same width takes where they are drawn without replacement.`;
    const missing = all ? '' : '\n\nGSM8K is not on this machine.';
    return {
      text: `${note}\n\n${table(head, rows)}\n\nThe curves are in ${PICTURE}.${missing}`,
      failures: checks.failures,
    };
  },
};

function rowOf({ name, items }: Population, found: Measured): readonly (string | number)[] {
  return [
    name,
    items.length,
    percent(found.rate),
    found.variances.toFixed(2),
    found.labels.toFixed(2),
    percent(found.halfWidth),
    percent(found.covered),
    percent(found.coveredByLevel),
  ];
}

async function picture(populations: readonly Population[], random: Random): Promise<string> {
  const colours = ['#1d4ed8', '#c2410c', '#15803d'];
  const place = (audits: number, width: number) =>
    [audits / LABELS_MAX, Math.min(1, (100 * width) / WIDTH_MAX)] as const;
  const lines = await inTurn(populations, async (population, i): Promise<readonly Line[]> => {
    const found = await inTurn(LABELS, (audits) =>
      measured(population, audits, REPETITIONS_CURVE, random.split(audits)),
    );
    const rate = found[0]!.rate;
    const count = population.items.length;
    const uniform = (audits: number) => 1.96 * Math.sqrt(rate * (1 - rate) * (1 / audits - 1 / count));
    const colour = colours[i % colours.length]!;
    const points = LABELS.map((audits, k) => place(audits, found[k]!.halfWidth));
    return [
      { name: population.name.replace(/ of 8.*/, ''), colour, points, whiskers: [] },
      {
        name: 'the same, uniform',
        colour,
        isDashed: true,
        points: LABELS.map((n) => place(n, uniform(n))),
        whiskers: [],
      },
    ];
  });
  return svg({
    title: 'Half-width of the 95 % interval of the error rate, by audits',
    description: `Audits in rounds, and uniform audits of the same answers, at ${LABELS.join(', ')} audits.`,
    x: 'audits',
    y: 'half-width in points',
    ticks: [0, 200, 400, 600, 800, LABELS_MAX].map((at) => [at / LABELS_MAX, `${at}`] as const),
    heights: [0, 2, 4, 6, 8, WIDTH_MAX].map((at) => [at / WIDTH_MAX, `${at}`] as const),
    names: 'top',
    lines: lines.flat(),
  });
}
