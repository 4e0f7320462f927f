/** What size costs. One full step of training takes about
 *     F = 4 · B · L · [2N(12d² + 4Nd) + 4Nd²] operations
 *  with B contexts of N facts, L levels, width d: three passes of the student, one of the teacher. */

import { percent, scientific, table, withInterval } from './markdown.ts';
import { Checks, inTurn, type Proof } from './proof.ts';
import { type Run, runOf } from './runs.ts';
import { powerLaw } from './statistics.ts';

const MEAN = 0.98;

export const proof: Proof = {
  claim: `Every size finishes with mean accuracy ≥ ${MEAN}, and the cost follows a power of the number of elements.`,
  defaults: { seeds: [1], sizes: [8, 16, 32, 64, 128] },
  async prove({ seeds, sizes, fresh }) {
    const plan = sizes.flatMap((size) => seeds.map((seed) => ({ size, seed })));
    const runs = await inTurn(plan, async ({ size, seed }) => ({
      size,
      run: await runOf(['--size', String(size), '--seed', String(seed)], { fresh }),
    }));
    const checks = new Checks();
    const rows = runs.map(({ size, run }) => {
      const { seed, operations, seconds, steps, parameters, accuracy, state } = run.summary;
      checks.hold(state === 'finished', `${size} elements, seed ${seed}: ended ${state}`);
      checks.hold(accuracy.mean >= MEAN, `${size} elements, seed ${seed}: mean accuracy ${accuracy.mean}`);
      const full = fullStep(size, run);
      return [
        size,
        seed,
        scientific(operations),
        seconds.toFixed(1),
        steps,
        parameters,
        percent(accuracy.mean),
        scientific(full),
        (operations / full).toFixed(0),
      ];
    });
    const head = [
      'elements',
      'seed',
      'operations',
      's',
      'steps',
      'parameters',
      'mean',
      'F',
      'operations / F',
    ];
    const law = (name: string, of: (run: Run) => number): string => {
      const { slope, factor } = powerLaw(runs.map(({ size, run }) => ({ x: size, y: of(run) })));
      return `${name} ≈ ${scientific(factor)} · elements^${withInterval(slope)}`;
    };
    const laws =
      new Set(sizes).size < 2
        ? []
        : [
            law('operations', ({ summary }) => summary.operations),
            law('seconds', ({ summary }) => summary.seconds),
            law('steps', ({ summary }) => summary.steps),
          ];
    return { text: [table(head, rows), ...laws].join('\n\n'), failures: checks.failures };
  },
};

function fullStep(n: number, { record, file }: Run): number {
  const { student, training } = file.configuration;
  const d = student.width;
  return (
    4 * training.curriculum.contexts * record.levels * (2 * n * (12 * d * d + 4 * n * d) + 4 * n * d * d)
  );
}
