/** σ^k(x) by walking k steps along the facts. */

import type { PowerQuestion } from '../tasks/permutation-powering.ts';
import { type Examiner, seal } from './examiner.ts';

export const permutationPoweringExaminer: Examiner<PowerQuestion, number> = {
  truth({ permutation, power, element }) {
    let reached = element;
    for (let step = 0; step < power; step++) reached = permutation.image[reached]!;
    return seal(reached);
  },
};
