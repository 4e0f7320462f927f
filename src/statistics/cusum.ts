/** Cumulative sums (Page 1954): an alarm when too much has gone wrong of late.
 *      C_t = max(0, C_{t−1} + x_t − r)      alarm at C_t ≥ h
 *  for x_t that is 1 where something went wrong and 0 where not, r between the share that is accepted and the share that is feared
 *  (Reynolds & Stoumbos 1999). With r = 1/m the sums are multiples of 1/m and a Markov chain with few states, so how often it
 *  alarms without a cause is computed and not assumed (Brook & Evans 1972). Sums are counted in steps of 1/m here. */

import { CapstanError } from '../base/errors.ts';

export interface CusumOptions {
  /** m: what goes wrong adds m − 1, what does not takes off 1; an integer ≥ 2. */
  readonly span: number;
  /** h · m: the sum that is an alarm; an integer ≥ 1. */
  readonly threshold: number;
}

/** C_t out of C_{t−1}. */
export function summed(sum: number, isWrong: boolean, { span }: Pick<CusumOptions, 'span'>): number {
  return isWrong ? sum + span - 1 : Math.max(0, sum - 1);
}

/** The m that is best to tell one share from a larger one, 0 < accepted < feared < 1: 1/m is nearest to the share at which the
 *  likelihood ratio says neither. */
export function spanFor(accepted: number, feared: number): number {
  if (!(accepted > 0 && feared > accepted && feared < 1))
    throw new CapstanError('invalid', `cusum: expected 0 < accepted ${accepted} < feared ${feared} < 1`);
  const [down, up] = [Math.log((1 - accepted) / (1 - feared)), Math.log(feared / accepted)];
  return Math.max(2, Math.round((down + up) / down));
}

/** The chance of an alarm within `horizon` numbers, each wrong with chance `share`, from a sum of 0. It rises with `share`: as
 *  long as no more goes wrong, whatever depends on whatever, it is no more than this. */
export function alarmChance(options: CusumOptions, share: number, horizon: number): number {
  let standing = fresh(options);
  for (let t = 0; t < horizon; t++) standing = stepped(standing, options, share);
  return 1 - total(standing);
}

/** Numbers until the alarm, in the mean, from a sum of 0. */
export function meanRunLength(options: CusumOptions, share: number): number {
  let standing = fresh(options);
  let [sum, before, ratio] = [0, 1, 0];
  for (;;) {
    sum += before;
    standing = stepped(standing, options, share);
    const now = total(standing);
    const next = now / before;
    // From some time on it goes on by one factor, the largest eigenvalue of the chain.
    if (now < EXACT * sum || Math.abs(next - ratio) < EXACT * (1 - next)) return sum + now / (1 - next);
    [before, ratio] = [now, next];
  }
}

const EXACT = 1e-9;

/** The least threshold at which the chance of an alarm within `horizon` numbers is at most that. */
export function thresholdFor(span: number, share: number, horizon: number, errorRate: number): number {
  const isEnough = (threshold: number) => alarmChance({ span, threshold }, share, horizon) <= errorRate;
  let high = 1;
  while (!isEnough(high)) high *= 2;
  let low = Math.floor(high / 2);
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (isEnough(middle)) high = middle;
    else low = middle;
  }
  return high;
}

/** Chances of the sums 0 … threshold − 1. */
type Standing = Float64Array;

function fresh({ threshold }: CusumOptions): Standing {
  const standing = new Float64Array(threshold);
  standing[0] = 1;
  return standing;
}

function stepped(standing: Standing, { span, threshold }: CusumOptions, share: number): Standing {
  const next = new Float64Array(threshold);
  standing.forEach((chance, sum) => {
    next[Math.max(0, sum - 1)]! += (1 - share) * chance;
    if (sum + span - 1 < threshold) next[sum + span - 1]! += share * chance;
  });
  return next;
}

function total(standing: Standing): number {
  return standing.reduce((sum, chance) => sum + chance, 0);
}
