/** When confidence should be calibrated again at the latest, told from what a run's audits showed of each level. */

import { iterationsUntil } from '../oversight/recalibration.ts';
import { difference } from '../report/arms.ts';
import type { IterationRecord } from '../report/record.ts';

/** Iterations from the last one on, of the level where it is soonest; `least`: agreement with H that may not be lost, 0 … 1.
 *  Undefined where no level was audited twice: then nobody can tell what is lost in between. */
export function iterationsLeft(
  iterations: readonly Pick<IterationRecord, 'iteration' | 'audits'>[],
  least: number,
): number | undefined {
  const audited = iterations.flatMap(({ iteration, audits }) => (audits ? [{ iteration, audits }] : []));
  const levels = Math.max(0, ...audited.map(({ audits }) => audits.perLevel.length));
  const left = Array.from({ length: levels }, (_, level) => {
    const own = audited.flatMap(({ iteration, audits: { perLevel } }) =>
      perLevel[level] && perLevel[level].n > 0 ? [{ iteration, agreement: perLevel[level] }] : [],
    );
    const [first, last] = [own[0], own.at(-1)];
    if (!first || !last || first === last) return [];
    const lost = difference(first.agreement, last.agreement).high;
    const lostInOne = (lost ?? 1) / (last.iteration - first.iteration);
    return [iterationsUntil(last.agreement.value, least, lostInOne)];
  }).flat();
  return left.length === 0 ? undefined : Math.min(...left);
}
