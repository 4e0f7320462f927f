/** What people may do, whatever happens in between: histories of commands against a model of what control means. */

import { controlHistories } from '../test/control/history.ts';
import { MUTANTS, without } from '../test/control/mutants.ts';
import { table } from './markdown.ts';
import { Checks, inTurn, type Proof } from './proof.ts';

const HISTORIES = 10_000;
const MUTANT_HISTORIES = 600;
/** Apart from each other, so that two seeds share no history. */
const STRIDE = 1_000_000;

export const proof: Proof = {
  claim: `In ${HISTORIES} random sequences of commands (runs, gates, promotions, rollbacks, revocations, pauses, stops, resumptions, people, policies), with crashes at any point and old backups restored, no model is served that skipped a gate or is revoked or descends from one that is, nothing works after a stop before enough people have resumed it, and nobody does alone what needs two; without any one rule, sequences are violated.`,
  defaults: { seeds: [1], sizes: [] },
  async prove({ seeds }) {
    const checks = new Checks();
    const texts = await inTurn(seeds, async (seed) => {
      const sum = controlHistories(HISTORIES, seed * STRIDE);
      checks.hold(sum.violated === 0, `seed ${seed}: ${sum.example}`);
      const seen = Object.entries(sum.seen).sort(([a], [b]) => a.localeCompare(b));
      const rows = Object.keys(MUTANTS).map((rule) => {
        const { violated, example } = without(rule, MUTANT_HISTORIES, seed * STRIDE);
        checks.hold(violated > 0, `seed ${seed}: nobody misses ${rule}`);
        return [
          rule,
          MUTANT_HISTORIES,
          violated,
          example
            .replace(/^seed \d+: /, '')
            .split('; after')[0]!
            .split('\n')[0]!,
        ];
      });
      return [
        table(['sequences', 'violated'], [[sum.histories, sum.violated]]),
        table(['what happened', 'times'], seen),
        table(['without', 'sequences', 'violated', 'the first violation'], rows),
      ].join('\n\n');
    });
    return { text: texts.join('\n\n'), failures: checks.failures };
  },
};
