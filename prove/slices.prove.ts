/** Whether a rule in an overseer's mistakes is found by audits, whether chance gives rules, and whether the mistakes are gone
 *  once somebody else decides where the rule holds. Everybody here is simulated. */

import { FALSE_MAX, ruleText } from '../src/oversight/slices.ts';
import type { Proportion } from '../src/statistics/proportion.ts';
import { proportion } from '../src/statistics/proportion.ts';
import { type Desk, deskOf, FOUND, type Plant, search } from '../test/slices.ts';
import { percent, table, withInterval } from './markdown.ts';
import { Checks, inTurn, type Proof } from './proof.ts';
import { type Retrained, type Retraining, retrained } from './retrained.ts';

const AUDITS = 500;
const RUNS = 200;
const QUESTIONS = 12_000;
const FOUND_MIN = 0.9;
const RIGHT_MIN = 0.99;
const TASKS = [
  { task: 'permutation-powering', size: 8 },
  { task: 'shortest-path', size: 16 },
] as const;
const PLANTS: readonly Plant[] = [
  { kind: 'systematic' },
  { kind: 'random', rate: 0.1 },
  { kind: 'deterministic', rate: 0.1 },
];
const RETRAININGS: readonly Omit<Retraining, 'seed' | 'audits'>[] = [
  { task: 'permutation-powering', size: 8, steps: [800, 400] },
  { task: 'union-find', size: 8, steps: [800, 600] },
];

export const proof: Proof = {
  claim: `Of ${RUNS} simulated overseers with a rule in their mistakes, a slice of 1/8, at least ${percent(FOUND_MIN)} are found out within ${AUDITS} audits (the first rule named has a precision and a recall of ${FOUND} or more); mistakes by chance or by hash in 10 % give a rule in at most ${percent(FALSE_MAX)} of the runs. Where somebody else decides in the slice from then on, X is right in ${percent(RIGHT_MIN)} in the slice and at every level.`,
  defaults: { seeds: [1, 2, 3], sizes: [] },
  async prove({ seeds }) {
    const checks = new Checks();
    const searches = await inTurn(TASKS, async ({ task, size }) => {
      const desk = await deskOf(task, size, QUESTIONS, 1);
      return inTurn(PLANTS, (plant) => searchRow(`${task}, ${size}`, desk, plant, checks));
    });
    const runs = RETRAININGS.flatMap((one) => seeds.map((seed) => ({ ...one, seed, audits: AUDITS })));
    const trained = await inTurn(runs, async (run) => ({ run, found: await retrained(run) }));
    for (const { run, found } of trained)
      [found.after.inSlice, ...found.after.perLevel].forEach(({ value, n }, i) => {
        const where = i === 0 ? 'in the slice' : `at ${found.levels[i - 1]}`;
        checks.hold(
          value >= RIGHT_MIN || n === 0, // some grades are so rare that no question was drawn
          `${run.task}, seed ${run.seed}: ${percent(value)} ${where} afterwards`,
        );
      });
    return {
      text: [
        `H's replies to questions whose sub-answers are right, judged by H without its mistakes; in ${AUDITS} audits of ${QUESTIONS / 2} questions:`,
        table(
          ['', 'mistakes', 'found', 'a rule that is not there', 'precision', 'recall'],
          searches.flat().map((row) => [...row]),
        ),
        `X under an H who errs in 1/8 of the compound questions by a rule, and after training on with somebody else deciding in the slice that ${AUDITS} audits of X found; accuracy on unseen contexts with 95 % intervals:`,
        table(
          ['', 'rule found', 'when', 'in the slice', 'by level', 'decided by the other, of all decisions'],
          trained.flatMap(({ run, found }) => retrainedRows(run, found)),
        ),
      ].join('\n\n'),
      failures: checks.failures,
    };
  },
};

async function searchRow(
  name: string,
  desk: Desk,
  plant: Plant,
  checks: Checks,
): Promise<readonly (string | number)[]> {
  const seeds = Array.from({ length: RUNS }, (_, i) => i + 1);
  const searches = await inTurn(seeds, (seed) => search(desk, plant, AUDITS, seed));
  const share = (count: number) => proportion(seeds.map((_, i) => ({ right: Number(i < count), n: 1 })));
  const isFound = searches.filter((one) => one.precision >= FOUND && one.recall >= FOUND);
  const spurious = share(searches.filter((one) => one.spurious > 0).length);
  const found = share(isFound.length);
  const mean = (of: 'precision' | 'recall') =>
    isFound.length === 0 ? '—' : percent(isFound.reduce((sum, one) => sum + one[of], 0) / isFound.length);
  const label = plant.kind === 'systematic' ? 'a rule in 1/8' : `${plant.kind}, ${percent(plant.rate)}`;
  process.stderr.write(`${name}, ${label}: found ${found.value}, spurious ${spurious.value}\n`);
  if (plant.kind === 'systematic')
    checks.hold(found.value >= FOUND_MIN, `${name}: the rule is found in ${percent(found.value)}`);
  checks.hold(spurious.value <= FALSE_MAX, `${name}, ${label}: a false rule in ${percent(spurious.value)}`);
  return [
    name,
    label,
    plant.kind === 'systematic' ? withInterval(found, percent) : '—',
    withInterval(spurious, percent),
    mean('precision'),
    mean('recall'),
  ];
}

function retrainedRows(
  { task, size, seed }: Retraining,
  { rules, before, after, taken, decisions, levels }: Retrained,
): readonly (readonly (string | number)[])[] {
  const shown = (figure: Proportion) => withInterval(figure, percent);
  const all = (figures: readonly Proportion[]) =>
    figures.map((figure, i) => `${levels[i]}: ${shown(figure)}`).join('; ');
  const rule = rules.map(ruleText).join('; or ') || 'none';
  const name = `${task}, ${size}, seed ${seed}`;
  return [
    [name, rule, 'before', shown(before.inSlice), all(before.perLevel), '—'],
    [name, '', 'after', shown(after.inSlice), all(after.perLevel), `${taken} of ${decisions}`],
  ];
}
