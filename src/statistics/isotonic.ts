/** Isotonic regression: the numbers that never fall and are nearest to given ones.
 *      minimise Σ wᵢ (yᵢ − fᵢ)²  subject to  f₁ ≤ f₂ ≤ …
 *  by pooling adjacent violators (Ayer, Brunk, Ewing, Reid & Silverman 1955; Barlow et al. 1972, §1.2): exact, and linear in
 *  how many there are. */

import { CapstanError } from '../base/errors.ts';

export interface Weighed {
  readonly value: number;
  /** Above 0. */
  readonly weight: number;
}

/** The fit, one number for each, in their order. Throws «invalid» on a weight that is not above 0. */
export function isotonic(points: readonly Weighed[]): readonly number[] {
  const pools: { value: number; weight: number; count: number }[] = [];
  for (const { value, weight } of points) {
    if (!(weight > 0))
      throw new CapstanError('invalid', `isotonic weight: expected one above 0, got ${weight}`);
    let pool = { value, weight, count: 1 };
    while (pools.length > 0 && pools.at(-1)!.value >= pool.value) {
      const last = pools.pop()!;
      const both = last.weight + pool.weight;
      pool = {
        value: (last.value * last.weight + pool.value * pool.weight) / both,
        weight: both,
        count: last.count + pool.count,
      };
    }
    pools.push(pool);
  }
  return pools.flatMap(({ value, count }) => new Array<number>(count).fill(value));
}
