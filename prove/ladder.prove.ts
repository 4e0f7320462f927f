/** Assistants of rising strength under a person, without a key: four language models' recorded answers to GSM8K, alone and
 *  voting, verified by code, escalating below a confidence. Its picture is docs/ladder.svg. */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CapstanError } from '../src/base/errors.ts';
import { GSM8K, isThere, named } from '../test/corpora.ts';
import { type Ladder, ladder, type Rung, SHARES } from '../test/ladder.ts';
import { type Line, svg } from './curves.ts';
import { percent, table, withInterval } from './markdown.ts';
import { Checks, inTurn, type Proof } from './proof.ts';
import { REPOSITORY } from './runs.ts';

const RESAMPLES = 2000;
/** As the corpus says of its four models, in its own order of strength of training. */
const KNOWN = [0.217, 0.39, 0.347, 0.563];
const PICTURE = 'docs/ladder.svg';
const [STRONGEST, STRONGEST_VERIFIED] = ['175b_verification', '175b_verification, verified'];
const [VOTE, VOTE_VERIFIED] = ['vote of the four', 'vote of the four, verified'];
const COLOURS: readonly (readonly [name: string, colour: string, isDashed: boolean])[] = [
  ['6b_finetuning', '#888', true],
  [STRONGEST, '#c2410c', true],
  [STRONGEST_VERIFIED, '#c2410c', false],
  [VOTE, '#1d4ed8', true],
  [VOTE_VERIFIED, '#1d4ed8', false],
];

export const proof: Proof = {
  claim: `On a half of GSM8K that nothing was tuned on, escalating to the recorded person where confidence is low: voting, and verification by code of the strongest model, each raise accuracy over all shares escalated above that of the strongest model alone (the bootstrap interval of the area gained is above 0).`,
  defaults: { seeds: [1], sizes: [] },
  async prove({ seeds }) {
    if (!isThere(GSM8K))
      throw new CapstanError(
        'not-found',
        `${GSM8K.questions}: expected GSM8K there, or CAPSTAN_DATA to name the folder`,
      );
    const checks = new Checks();
    const texts = await inTurn(seeds, async (seed, i) => {
      const found = await ladder(named(GSM8K.questions), named(GSM8K.solutions), seed, RESAMPLES);
      found.alone.forEach(({ name, accuracy }, j) => {
        const shown = Number(accuracy.value.toFixed(3));
        checks.hold(shown === KNOWN[j], `${name}: accuracy ${shown}, not ${KNOWN[j]}`);
      });
      for (const name of [STRONGEST_VERIFIED, VOTE, VOTE_VERIFIED]) {
        const { gain } = rungOf(found.rungs, name);
        checks.hold(gain.low > 0, `seed ${seed}: ${name} gains ${withInterval(gain, (x) => x.toFixed(3))}`);
      }
      if (i === 0) writeFileSync(join(REPOSITORY, PICTURE), picture(found));
      return `Seed ${seed} of the bootstrap, ${RESAMPLES} resamples.\n\n${tables(found)}`;
    });
    return { text: texts.join('\n\n'), failures: checks.failures };
  },
};

function rungOf(rungs: readonly Rung[], name: string): Rung {
  return rungs.find((one) => one.name === name)!;
}

function tables({ tuning, held, person, verified, climb, rungs, alone }: Ladder): string {
  const points = rungs.map(({ name, points: all, area, gain }) => [
    name,
    ...all.map(({ share, accuracy }) => `${withInterval(accuracy, short)} at ${short(share)}`),
    withInterval(area, (x) => x.toFixed(3)),
    name === STRONGEST ? '—' : withInterval(gain, (x) => x.toFixed(3)),
  ]);
  const head = ['', ...SHARES.map((share) => `${100 * share} %`), 'area', 'more than the strongest alone'];
  const said = verified.map(({ name, all, accepted, rejected }) => [
    name,
    withInterval(all, percent),
    accepted.n,
    withInterval(accepted, percent),
    rejected.n,
    withInterval(rejected, percent),
  ]);
  const asked = climb.asked.map(({ name, share }) => `${name} ${percent(share)}`).join(', ');
  return [
    `${tuning} questions to tune on, ${held} for figures; on all together the models are right in ${alone.map(({ accuracy }) => accuracy.value.toFixed(3)).join(', ')}, and the person on the held-out half in ${withInterval(person, percent)}.`,
    `Accuracy with its 95 % interval, at the share of questions that the person was asked. Thresholds are those that had 0, 10, 20, 30 and 50 % on the tuning half.`,
    table(head, points),
    `What the calculator and the conclusion tell, on the held-out half: accepted is an answer of which every calculation holds and the last is the answer.`,
    table(['model', 'accuracy', 'accepted', 'right of them', 'rejected', 'right of them'], said),
    `Climbing instead: the weakest model first, the next only where that is rejected (or leaves a number of the question unused), the person last. Right in ${withInterval(climb.accuracy, percent)}; asked: ${asked}.`,
    `The curves are in ${PICTURE}.`,
  ].join('\n\n');
}

function short(share: number): string {
  return `${(100 * share).toFixed(1)}`;
}

function picture({ rungs, held }: Ladder): string {
  const lines = COLOURS.map(([name, colour, isDashed]): Line => {
    const { curve, points } = rungOf(rungs, name);
    return {
      name,
      colour,
      isDashed,
      points: curve.map((value, i) => [i / held, value]),
      whiskers: points.map(({ share, accuracy }) => ({ x: share, ...accuracy })),
    };
  });
  const said = COLOURS.map(([name]) => `${name}: area ${rungOf(rungs, name).area.value.toFixed(3)}`).join(
    '; ',
  );
  return svg({
    title: `GSM8K, ${held} held-out questions: accuracy by share asked of the person`,
    description: said,
    x: '% of questions that the person is asked',
    y: 'accuracy in %',
    lines,
  });
}
