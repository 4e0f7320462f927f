/** What a provider that misbehaves does to a question: it ends, in a right answer, an "unknown" or a clear error. */

import { carryOut, type Outcome, ROWS, type Row } from '../test/gateway-schedules.ts';
import { FAULTS } from '../test/provider.ts';
import { table } from './markdown.ts';
import { Checks, inTurn, type Proof } from './proof.ts';

const SCHEDULES = 2000;
/** Schedules at once: most of their time they wait. */
const AT_ONCE = 8;
/** Apart from each other, so that two seeds share no schedule. */
const STRIDE = 1_000_000;
const HEAD = [
  'a provider that',
  'schedules',
  'right',
  'unknown',
  'error',
  'wrong',
  'over budget',
  'rules broken',
];

export const proof: Proof = {
  claim: `In ${SCHEDULES} schedules of faults of a provider, every question ends in a right answer, an "unknown" or a clear error: none in a wrong answer, none after its time, none over its budget by the provider's own books, never with more calls at once than allowed, with one idempotency key for each request, and without the key in what is said.`,
  defaults: { seeds: [1], sizes: [] },
  async prove({ seeds }) {
    const checks = new Checks();
    const texts = await inTurn(seeds, async (seed) => {
      const outcomes = new Map<Row, Outcome[]>(ROWS.map((row) => [row, []]));
      let next = 0;
      const work = async (): Promise<void> => {
        while (next < SCHEDULES) {
          const n = next++;
          const row = ROWS[n % ROWS.length]!;
          const outcome = await carryOut({ row, seed: seed * STRIDE + n });
          outcomes.get(row)!.push(outcome);
          const { kind, isOver, broken } = outcome;
          checks.hold(kind !== 'wrong', `seed ${seed}, schedule ${n} (${row}): a wrong answer`);
          checks.hold(!isOver, `seed ${seed}, schedule ${n} (${row}): over its budget`);
          checks.hold(broken.length === 0, `seed ${seed}, schedule ${n} (${row}): ${broken[0]}`);
          if (next % 100 === 0) process.stderr.write(`${next} of ${SCHEDULES} schedules\n`);
        }
      };
      await Promise.all(Array.from({ length: AT_ONCE }, work));
      const all = [...outcomes.values()].flat();
      const rows = ROWS.map((row) => figures(nameOf(row), outcomes.get(row)!));
      const seconds = Math.max(...all.map((outcome) => outcome.seconds));
      const requests = all.reduce((sum, outcome) => sum + outcome.requests, 0);
      return `${table(HEAD, [...rows, figures('all', all)])}\n\n${requests} calls; the longest question took ${seconds.toFixed(0)} s of its clock.`;
    });
    return { text: texts.join('\n\n'), failures: checks.failures };
  },
};

function figures(name: string, outcomes: readonly Outcome[]) {
  const count = (kind: Outcome['kind']) => outcomes.filter((outcome) => outcome.kind === kind).length;
  const over = outcomes.filter(({ isOver }) => isOver).length;
  const broken = outcomes.filter((outcome) => outcome.broken.length > 0).length;
  return [
    name,
    outcomes.length,
    count('right'),
    count('unknown'),
    count('error'),
    count('wrong'),
    over,
    broken,
  ];
}

function nameOf(row: Row): string {
  if (row === 'injection') return 'answers, with orders hidden in sub-answers';
  return row === 'mixed' ? 'does all of this' : FAULTS[row];
}
