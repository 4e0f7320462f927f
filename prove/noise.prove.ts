/** What becomes of an overseer's mistakes: chance is washed out by distillation, a rule is copied and compounds. */

import type { LineRecord } from '../src/sweep/record.ts';
import { percent, table } from './markdown.ts';
import { Checks, type Proof } from './proof.ts';
import { type Estimate, meanOf } from './statistics.ts';
import { type Sweep, sweepOf } from './sweeps.ts';

const WASHED = 0.99;
const ERRORLESS = 'no mistakes';

export const proof: Proof = {
  claim: `Random mistakes in 10 % of H's replies are washed out (X ≥ ${WASHED} at every level); a mistake by a rule, in 1/8 of the questions, is copied (X no better than its targets) and compounds (the error grows from level to level).`,
  defaults: { seeds: [1, 2, 3], sizes: [] },
  async prove({ seeds, fresh }) {
    const sweep = await sweepOf('noise.json', seeds, fresh);
    const checks = new Checks();
    const [group] = sweep.record.groups;
    const lines = group!.lines.map((line) => ({ label: line.label, ...figuresOf(sweep, line) }));
    const levels = lines[0]!.x.map((_, i) => i);
    const find = (label: string) => lines.find((line) => line.label === label)!;
    for (const label of [ERRORLESS, 'random 10 %', 'deterministic 10 %'])
      find(label).x.forEach(({ value }, level) => {
        checks.hold(value >= WASHED, `${label}: X ${value} at level ${level + 1}`);
      });
    const { x, targets } = find('systematic 1/8');
    for (const level of levels.slice(1)) {
      const [own, taught] = [1 - x[level]!.value, 1 - targets[level]!.value];
      checks.hold(
        own >= 0.8 * taught,
        `systematic: X errs in ${own} at level ${level + 1}, its targets in ${taught}`,
      );
    }
    checks.hold(x.at(-1)!.high < x[1]!.low, 'systematic: the error does not grow from level 2 to the last');
    const head = ['', ...levels.flatMap((level) => [`targets, level ${level + 1}`, `X, level ${level + 1}`])];
    const shown = ({ value, low, high }: Estimate) =>
      Number.isFinite(high)
        ? `${percent(value)} (${(100 * Math.max(0, low)).toFixed(1)}–${(100 * Math.min(1, high)).toFixed(1)})`
        : percent(value);
    const rows = lines.map((line) => [
      line.label,
      ...levels.flatMap((level) => [shown(line.targets[level]!), shown(line.x[level]!)]),
    ]);
    const effects = lines.flatMap(({ label, overall }) => {
      const [undefended] = label.split(', ');
      if (label === undefended) return [];
      const without = find(undefended!).overall;
      const gain = meanOf(overall.map((value, i) => 100 * (value - without[i]!)));
      return [[label, `${gain.value.toFixed(2)} (${gain.low.toFixed(2)} to ${gain.high.toFixed(2)})`]];
    });
    return {
      text: `${table(head, rows)}\n\nWhat each defence adds to X over all questions, in points, paired by seed:\n\n${table(['defence', 'gain'], effects)}`,
      failures: checks.failures,
    };
  },
};

/** Over the seeds: accuracy of X and of its targets at each level at the end, and of X over all questions by seed. */
function figuresOf(sweep: Sweep, { runs }: LineRecord) {
  const last = runs.map(({ folder }) => sweep.run(folder).arms[0]!.iterations.at(-1)!);
  const over = (figures: readonly (readonly { value: number }[])[]): readonly Estimate[] =>
    figures[0]!.map((_, level) => meanOf(figures.map((perLevel) => perLevel[level]!.value)));
  return {
    x: over(last.map(({ accuracy }) => accuracy!)),
    targets: over(last.map(({ targets }) => targets!)),
    overall: runs.map(({ figures }) => figures!.final),
  };
}
