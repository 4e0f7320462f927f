/** Whether the intervals of all figures hold what they say: on simulated overseers, panels and assistants with planted truth. */

import { Random } from '../src/base/random.ts';
import { exactProportion } from '../src/statistics/beta.ts';
import { type Coverage, coverageOf, type Study } from '../test/estimators.ts';
import { STUDIES as CALIBRATION } from '../test/estimators-calibration.ts';
import { STUDIES as OVERSEER } from '../test/estimators-overseer.ts';
import { STUDIES as SECOND } from '../test/estimators-second.ts';
import { STUDIES as STATISTICS } from '../test/estimators-statistics.ts';
import { table } from './markdown.ts';
import { Checks, type Proof } from './proof.ts';

const REPETITIONS = 4000;
const LEAST = 0.93;
/** More than that is said to be conservative. */
const CONSERVATIVE = 0.97;
/** Of the studies, the share that may leave a figure undefined or without an interval. */
const WITHOUT_MAX = 0.05;

const GROUPS: readonly (readonly [title: string, studies: readonly Study[]])[] = [
  ['Estimators that all figures share', STATISTICS],
  ['K1 to K4: simulated overseers and trees', OVERSEER],
  ['K5 to K8: simulated confidence, depth and cost', CALIBRATION],
  ['K9 to K16: simulated people, norms, tests and audits', SECOND],
];

export const proof: Proof = {
  claim: `Each estimator's 95 % interval holds the planted truth in ≥ ${100 * LEAST} % of ${REPETITIONS} simulated studies; those above ${100 * CONSERVATIVE} % are said to be conservative. Everybody is simulated.`,
  defaults: { seeds: [1], sizes: [] },
  async prove({ seeds }) {
    const checks = new Checks();
    const root = Random.seeded(seeds[0]!);
    const texts = GROUPS.map(([title, studies]) => {
      const rows = studies.flatMap((study) => {
        const found = coverageOf(study, REPETITIONS, root.split(Object.keys(study.truths).join()));
        process.stderr.write(`${found.map(({ name }) => name).join('\n')}\n`);
        return found.map((one) => row(one, checks));
      });
      const head = ['', 'truth', 'coverage', '95 % interval', 'mean half-width', 'studies', ''];
      return `#### ${title}\n\n${table(head, rows)}`;
    });
    return { text: texts.join('\n\n'), failures: checks.failures };
  },
};

function row({ name, truth, covered, intervals, without, halfWidth }: Coverage, checks: Checks) {
  const { value, low, high } = exactProportion(covered, intervals);
  checks.hold(value >= LEAST, `${name}: ${value.toFixed(4)} of ${intervals}`);
  checks.hold(
    without <= WITHOUT_MAX * (intervals + without),
    `${name}: no interval in ${without} of ${intervals + without}`,
  );
  return [
    name,
    Number(truth.toPrecision(4)),
    value.toFixed(4),
    `${low.toFixed(4)} to ${high.toFixed(4)}`,
    Number(halfWidth.toPrecision(3)),
    intervals,
    value > CONSERVATIVE ? 'conservative' : '',
  ];
}
