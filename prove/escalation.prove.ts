/** When to ask a person: confidence calibrated and propagated, a threshold for each level by conformal risk control, against one
 *  threshold on a network's softmax. Its picture is docs/escalation.svg. */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Random } from '../src/base/random.ts';
import { leastEscalated } from '../src/confidence/threshold.ts';
import { calibrationError } from '../src/evaluate/calibration-error.ts';
import { noisy } from '../src/overseers/noisy.ts';
import { areaUnderRoc } from '../src/statistics/roc.ts';
import { withCheckpoint } from '../test/checkpoints.ts';
import { GSM8K, isThere, named } from '../test/corpora.ts';
import { type AtRisk, type Entrant, escalationFigures, NAMES, type Outcome } from '../test/escalation.ts';
import { gsm8kFigures, type TextEntrant } from '../test/escalation-gsm8k.ts';
import { svg } from './curves.ts';
import { percent, table, withInterval } from './markdown.ts';
import { Checks, inTurn, type Proof } from './proof.ts';
import { REPOSITORY } from './runs.ts';
import { type Estimate, meanOf } from './statistics.ts';
import { type Sweep, sweepOf } from './sweeps.ts';

const RISKS = [0.02, 0.05];
const [BASE, SHARE, ECE, AUROC] = [0.1, 0.7, 0.05, 0.85];
const [CONTEXTS, TESTED] = [200, 150];
/** Levels beyond the frontier of the checkpoint. */
const BEYOND = 2;
/** Share of H's replies that err, where H errs. */
const NOISE = 0.1;
const PICTURE = 'docs/escalation.svg';
const LINES = [
  ['softmax', 'X, one softmax threshold', '#888', true],
  ['calibrated', 'X, calibrated per level', '#888', false],
  ['same', 'taken apart, softmax threshold', '#c2410c', true],
  ['combined', 'taken apart, propagated', '#1d4ed8', false],
] as const;

export const proof: Proof = {
  claim: `Of networks that err in ≥ ${100 * BASE} % of the questions asked, at most 2 % (5 %) of all answers are kept and wrong, and escalation by propagated confidence with a threshold per level asks a person at most ${SHARE} times as often as one threshold on X's softmax that is tuned the same way, at equal risk; ECE ≤ ${ECE}, AUROC ≥ ${AUROC}.`,
  defaults: { seeds: [1, 2, 3], sizes: [] },
  async prove({ seeds, fresh }) {
    const sweep = await sweepOf('unsure.json', seeds, fresh);
    const checks = new Checks();
    const settings = sweep.record.groups.flatMap((group) =>
      group.lines.flatMap(({ label, runs }) => [
        { label, runs, noise: 0 },
        ...(group.task === 'permutation-powering'
          ? [{ label: `${label}, H errs in ${100 * NOISE} %`, runs, noise: NOISE }]
          : []),
      ]),
    );
    const measured = await inTurn(settings, async ({ label, runs, noise }) => ({
      label,
      bySeed: await inTurn(runs, ({ folder, seed }) => measure(sweep, folder, seed, noise)),
    }));
    for (const { label, bySeed } of measured) hold(checks, label, bySeed);
    writeFileSync(join(REPOSITORY, PICTURE), picture(measured[0]!.label, measured[0]!.bySeed[0]!));
    const texts = measured.map(({ label, bySeed }) => `**${label}**\n\n${tables(bySeed)}`);
    const text = isThere(GSM8K) ? [await gsm8k(seeds)] : ['GSM8K is not there.'];
    return {
      text: [...texts, ...text, `The curves of the first are in ${PICTURE}.`].join('\n\n'),
      failures: checks.failures,
    };
  },
};

type Seeded = readonly Entrant[];

function measure(sweep: Sweep, run: string, seed: number, noise: number): Promise<Seeded> {
  return withCheckpoint(join(sweep.folder, run), 1, async ({ task, examiner, assistant, level }) => {
    const overseer =
      noise === 0 ? task.overseer : noisy(task.overseer, { kind: 'random', rate: noise, seed }, task);
    const { entrants } = await escalationFigures(
      {
        ...{ task, examiner, assistant, overseer },
        levels: Math.min(task.levels, level + BEYOND),
        contexts: CONTEXTS,
        tested: TESTED,
        depth: 1,
        random: Random.seeded(seed),
      },
      RISKS,
    );
    return entrants;
  });
}

function over(bySeed: readonly Seeded[], name: string, of: (entrant: Entrant) => number): Estimate {
  return meanOf(bySeed.map((entrants) => of(entrants.find((one) => one.name === name)!)));
}

const ece = ({ scored }: Entrant) =>
  calibrationError(scored.map(({ cluster, score, right }) => ({ cluster, right, confidence: score })))!.plain;
const auroc = ({ scored }: Entrant) => areaUnderRoc(scored)!.value;

function hold(checks: Checks, label: string, bySeed: readonly Seeded[]): void {
  const own = (of: (entrant: Entrant) => number) => over(bySeed, NAMES.combined, of);
  const base = over(bySeed, NAMES.softmax, (one) => one.base);
  checks.hold(base.value >= BASE, `${label}: base risk ${percent(base.value)}`);
  checks.hold(own(ece).value <= ECE, `${label}: ECE ${own(ece).value.toFixed(3)}`);
  checks.hold(own(auroc).value >= AUROC, `${label}: AUROC ${own(auroc).value.toFixed(3)}`);
  RISKS.forEach((risk, i) => {
    const lost = own(({ outcomes }) => outcomes[i]!.tuned.lost);
    checks.hold(lost.value <= risk, `${label}: ${percent(lost.value)} kept and wrong at α ${risk}`);
    for (const how of ['tuned', 'equal'] as const) {
      const { value } = ratio(bySeed, NAMES.softmax, (one) => one.outcomes[i]![how].escalated);
      checks.hold(value <= SHARE, `${label}: escalates ${value.toFixed(2)} times as much, ${how}, α ${risk}`);
    }
  });
}

/** Of the propagated and combined one to another. */
function ratio(bySeed: readonly Seeded[], to: string, of: (entrant: Entrant) => number): Estimate {
  const find = (entrants: Seeded, name: string) => of(entrants.find((one) => one.name === name)!);
  return meanOf(bySeed.map((entrants) => find(entrants, NAMES.combined) / find(entrants, to)));
}

function tables(bySeed: readonly Seeded[]): string {
  const shown = (name: string, of: (entrant: Entrant) => number, show = percent) =>
    withInterval(within(over(bySeed, name, of)), show);
  const at = (i: number, how: keyof Omit<AtRisk, 'risk'>, what: keyof Outcome) => (one: Entrant) =>
    one.outcomes[i]![how][what];
  const fixed = (x: number) => x.toFixed(3);
  const worth = Object.values(NAMES).map((name) => [
    name,
    shown(name, (one) => one.base),
    shown(name, ece, fixed),
    shown(name, auroc, fixed),
    over(bySeed, name, (one) => one.answers).value.toFixed(2),
    over(bySeed, name, (one) => one.decisions).value.toFixed(2),
  ]);
  const escalated = RISKS.flatMap((risk, i) =>
    Object.values(NAMES).map((name) => [
      `${name}, α ${risk}`,
      shown(name, at(i, 'tuned', 'escalated')),
      shown(name, at(i, 'tuned', 'lost')),
      shown(name, at(i, 'tuned', 'lostOfKept')),
      shown(name, at(i, 'equal', 'escalated')),
      shown(name, at(i, 'kept', 'escalated')),
      shown(name, at(i, 'kept', 'lostOfKept')),
    ]),
  );
  const ratios = RISKS.map((risk, i) => {
    const to = (name: string, how: 'tuned' | 'equal' | 'kept') =>
      withInterval(ratio(bySeed, name, at(i, how, 'escalated')));
    const base = over(bySeed, NAMES.combined, (one) => one.base).value;
    return [
      `α ${risk}`,
      to(NAMES.softmax, 'tuned'),
      to(NAMES.softmax, 'equal'),
      to(NAMES.softmax, 'kept'),
      to(NAMES.same, 'tuned'),
      to(NAMES.same, 'equal'),
      percent(leastEscalated(base, risk, 'all')),
    ];
  });
  return [
    table(['', 'wrong', 'ECE', 'AUROC', 'answers of X', 'decisions of H'], worth),
    table(
      [
        '',
        'escalated',
        'kept and wrong',
        'wrong of kept',
        'escalated at just that risk',
        'escalated, tuned for kept',
        'wrong of kept, tuned for it',
      ],
      escalated,
    ),
    'Escalated by the propagated and combined, divided by what one threshold on X’s softmax escalates:',
    table(
      [
        '',
        'X’s answers, tuned',
        'at just that risk',
        'tuned for kept',
        'the same answers, tuned',
        'at just that risk',
        'nobody could escalate less than',
      ],
      ratios,
    ),
  ].join('\n\n');
}

/** Of a share: what lies beyond 0 and 1 cannot be. */
function within({ value, low, high }: Estimate): Estimate {
  return { value, low: Math.max(0, low), high: Math.min(1, high) };
}

async function gsm8k(seeds: readonly number[]): Promise<string> {
  const [questions, solutions] = [named(GSM8K.questions), named(GSM8K.solutions)];
  const bySeed = await inTurn(seeds, (seed) => gsm8kFigures(questions, solutions, RISKS, seed));
  const rows = bySeed[0]!.map(({ name }, i) => {
    const shown = (of: (entrant: TextEntrant) => number, show = percent) =>
      withInterval(within(meanOf(bySeed.map((entrants) => of(entrants[i]!)))), show);
    const fixed = (x: number) => x.toFixed(3);
    return [
      name,
      shown(({ base }) => base),
      shown(({ forecasts }) => calibrationError(forecasts)!.plain, fixed),
      shown(
        ({ forecasts }) => areaUnderRoc(forecasts.map((one) => ({ ...one, score: one.confidence })))!.value,
        fixed,
      ),
      ...RISKS.flatMap((_, k) => [
        shown(({ outcomes }) => outcomes[k]!.escalated),
        shown(({ outcomes }) => outcomes[k]!.lost),
        shown(({ outcomes }) => outcomes[k]!.equal),
      ]),
    ];
  });
  const heads = RISKS.flatMap((risk) => [
    `escalated, α ${risk}`,
    'kept and wrong',
    'escalated at just that risk',
  ]);
  return `**GSM8K, recorded answers** (its questions dealt anew for each seed; no claim is made of it)\n\n${table(['', 'wrong', 'ECE', 'AUROC', ...heads], rows)}`;
}

function picture(label: string, entrants: Seeded): string {
  const find = (name: keyof typeof NAMES) => entrants.find((one) => one.name === NAMES[name])!;
  const { base } = find('softmax');
  const lines = LINES.map(([entrant, name, colour, isDashed]) => {
    const { curve, outcomes } = find(entrant);
    const points = outcomes.map(({ tuned }) => [tuned.escalated, 1 - tuned.lost / base] as const);
    return {
      ...{ name, colour, isDashed },
      points: curve.map(([escalated, lost]) => [escalated, 1 - lost / base] as const),
      whiskers: points.map(([x, value]) => ({ x, value, low: value, high: value })),
    };
  });
  return svg({
    title: `${label}: mistakes caught, by what a person is asked`,
    description: lines
      .map(({ name, whiskers }) => `${name}: ${whiskers.map(({ x }) => percent(x)).join(', ')} escalated`)
      .join('; '),
    x: '% of questions that a person is asked; dots: tuned to 2 and 5 % kept and wrong',
    y: '% of X’s mistakes put right, or with a person',
    lines,
  });
}
