/** σ^k(x) by walking along the facts: the cycle of x once, then k modulo its length. */

import { invariant } from '../base/errors.ts';
import type { PowerQuestion } from '../tasks/permutation-powering.ts';
import { type Examiner, seal } from './examiner.ts';

export const permutationPoweringExaminer: Examiner<PowerQuestion, number> = {
  truth({ permutation, power, element }) {
    const cycle = [element];
    for (let x = permutation.image[element]!; x !== element; x = permutation.image[x]!) {
      invariant(x >= 0, `element ${element}: one of the permutation`);
      cycle.push(x);
    }
    return seal(cycle[power % cycle.length]!);
  },
};
