/** From nothing to a distilled X with the decisions of a person, played by a script: how good by how many, and what is left of
 *  a wrong one that is corrected. Draws docs/person.svg. */

import { writeFileSync } from 'node:fs';
import { percent, type Row, table, withInterval } from './markdown.ts';
import { correction, type Trace } from './person-correction.ts';
import { drawn, type Series } from './person-plot.ts';
import { configured, fidelityOf, personRun, task } from './person-runs.ts';
import { Checks, inTurn, type Proof } from './proof.ts';
import { type Estimate, meanOf } from './statistics.ts';

const DECISIONS = [0, 100, 200, 300, 500, 1000];
const ENOUGH = 500;
const CORRECTED = 300;
const ACCURATE = 0.98;
const FAITHFUL = 0.98;
const LEFT = 0.005;

export const proof: Proof = {
  claim: `With ${ENOUGH} decisions of a (played) person H′ ends as the person would in ${FAITHFUL * 100} % of held-out questions and X is right in ${ACCURATE * 100} % at every level, on average over the seeds; a wrong decision that is corrected leaves no trace in a run that learns again: the mistake is repeated in less than ${LEFT * 100} % of its questions.`,
  defaults: { seeds: [1, 2, 3], sizes: [] },
  async prove({ seeds, fresh }) {
    const checks = new Checks();
    const lines = await inTurn(DECISIONS, async (decisions) => {
      const runs = await inTurn(seeds, async (seed) => {
        const own = { decisions, seed, name: 'right', fresh };
        const run = await personRun(own);
        const arm = run.record.arms[0]!;
        return { arm, fidelity: await fidelityOf(run, configured(own)) };
      });
      const levels = Array.from({ length: task.levels }, (_, level) =>
        meanOf(runs.map(({ arm }) => arm.iterations.at(-1)?.accuracy?.[level]?.value ?? 0)),
      );
      return {
        decisions,
        made: meanOf(runs.map(({ arm }) => arm.decisions)),
        functional: meanOf(runs.map(({ fidelity }) => fidelity.functional.value)),
        exact: meanOf(runs.map(({ fidelity }) => fidelity.exact.value)),
        tested: meanOf(runs.map(({ arm }) => arm.person?.lately.value ?? 0)),
        finished: runs.filter(({ arm }) => arm.state === 'finished').length,
        levels,
      };
    });
    for (const { decisions, functional, levels } of lines.filter((line) => line.decisions >= ENOUGH)) {
      checks.hold(functional.value >= FAITHFUL, `${decisions} decisions: fidelity ${functional.value}`);
      levels.forEach(({ value }, i) => {
        checks.hold(value >= ACCURATE, `${decisions} decisions: X ${value} at level ${i + 1}`);
      });
    }
    const shown = (estimate: Estimate) => withInterval(clamped(estimate), percent);
    const head = [
      'allowed',
      'made',
      'finished',
      'H′ ends as H',
      'H′ acts as H',
      'as tested',
      ...lines[0]!.levels.map((_, i) => `X, level ${i + 1}`),
    ];
    const rows = lines.map(
      ({ decisions, made, finished, functional, exact, tested, levels }): Row => [
        decisions,
        Math.round(made.value),
        `${finished} of ${seeds.length}`,
        ...[functional, exact, tested, ...levels].map(shown),
      ],
    );
    const mistakes = await inTurn(['slip', 'misconception'] as const, async (kind) => {
      const all = await inTurn(seeds, (seed) => correction(kind, CORRECTED, seed, fresh));
      for (const { traces, wrong } of all)
        checks.hold(
          traces.again.repeated <= LEFT,
          `${wrong.join(', ')}: repeated in ${traces.again.repeated} after learning again`,
        );
      const row = (name: string, pick: (one: (typeof all)[number]) => Trace): Row => {
        const over = (of: keyof Trace) => shown(meanOf(all.map((one) => pick(one)[of])));
        return [name, over('repeated'), over('right')];
      };
      const rows = [
        row('never had it', ({ traces }) => traces.never),
        row('had it', ({ traces }) => traces.had),
        ...all[0]!.goneOn.map(({ steps }, i) =>
          row(`corrected, gone on for ${steps} steps`, ({ goneOn }) => goneOn[i]!.trace),
        ),
        row('corrected, learned again', ({ traces }) => traces.again),
      ];
      return [
        `A ${kind}, by seed ${all.map(({ wrong }) => `«${wrong.join('», «')}»`).join('; ')}; X on the questions that it is about:`,
        table(['run', 'mistake repeated', 'right'], rows),
      ];
    });
    writeFileSync('docs/person.svg', drawn(seriesOf(lines)));
    return {
      text: [table(head, rows), ...mistakes.flat()].join('\n\n'),
      failures: checks.failures,
    };
  },
};

function clamped({ value, low, high }: Estimate): Estimate {
  if (!Number.isFinite(high)) return { value, low, high };
  return { value, low: Math.max(0, low), high: Math.min(1, high) };
}

function seriesOf(
  lines: readonly {
    readonly made: Estimate;
    readonly functional: Estimate;
    readonly levels: readonly Estimate[];
  }[],
): readonly Series[] {
  const series = (name: string, pick: (line: (typeof lines)[number]) => Estimate): Series => ({
    name,
    points: lines.map((line) => ({ x: line.made.value, ...clamped(pick(line)) })),
  });
  return [
    series('H′ ends as H', ({ functional }) => functional),
    ...lines[0]!.levels.map((_, i) => series(`X, level ${i + 1}`, ({ levels }) => levels[i]!)),
  ];
}
