/** What people's time buys (K9).
 *      minutes per 1,000 = 1000 · (taking apart + auditing + overriding) / distilled examples
 *      label leverage    = distilled examples / decisions of the real H          (about 10³ in Christiano et al. 2018)
 *  Both are ratios of sums with intervals over clusters, symmetric in the logarithm. The minutes of a simulated H are declared,
 *  not measured, and whoever shows them has to say so. */

import type { Clustered } from '../statistics/clustered.ts';
import { byCluster } from '../statistics/clustered.ts';
import type { Estimate } from '../statistics/estimate.ts';
import { jackknifeOfSums } from '../statistics/jackknife.ts';

/** What people did, by what they did it for: acts, or the minutes that they took. */
export interface Labour {
  /** Taking questions apart and answering from the parts. */
  readonly decompose: number;
  readonly audit: number;
  readonly override: number;
}

/** Of a part of a run that is one of several alike, such as one seed or one session of work; `cluster` names it. */
export interface Worked extends Clustered {
  readonly minutes: Labour;
  /** Actions of the real H, ≥ 0. */
  readonly decisions: number;
  /** Examples that X was trained on, ≥ 0. */
  readonly examples: number;
}

/** Minutes for one act of simulated people: half a minute to decide or to correct, a fifth of one to check. */
export const DECLARED_MINUTES: Labour = { decompose: 0.5, audit: 0.2, override: 0.5 };

/** Minutes that so many acts take people of whom one takes so long for each. */
export function declaredMinutes(acts: Labour, minutesPerAct: Labour = DECLARED_MINUTES): Labour {
  return {
    decompose: acts.decompose * minutesPerAct.decompose,
    audit: acts.audit * minutesPerAct.audit,
    override: acts.override * minutesPerAct.override,
  };
}

/** Minutes per 1,000 examples, n examples. Undefined without examples; no interval where nobody worked. */
export function minutesPerThousand(work: readonly Worked[]): Estimate | undefined {
  return ratio(
    work,
    ({ minutes }) => 1000 * (minutes.decompose + minutes.audit + minutes.override),
    (one) => one.examples,
    (one) => one.examples,
  );
}

/** Examples per decision of the real H, n decisions. Undefined where H decided nothing. */
export function labelLeverage(work: readonly Worked[]): Estimate | undefined {
  return ratio(
    work,
    (one) => one.examples,
    (one) => one.decisions,
    (one) => one.decisions,
  );
}

function ratio(
  work: readonly Worked[],
  above: (one: Worked) => number,
  below: (one: Worked) => number,
  counted: (one: Worked) => number,
): Estimate | undefined {
  const sum = (part: readonly Worked[], of: (one: Worked) => number) =>
    part.reduce((total, one) => total + of(one), 0);
  return jackknifeOfSums(
    byCluster(work).map((part) => [sum(part, above), sum(part, below)]),
    ([top, bottom]) => (bottom ? top! / bottom : undefined),
    { scale: 'log', n: sum(work, counted) },
  );
}
