/** Humans consulting HCH (Christiano 2016), cut off at a depth:
 *      HCH_0 = Amplify^H(⊥)      HCH_n = Amplify^H(HCH_{n−1}) */

import { nobody } from '../assistants/nobody.ts';
import { CapstanError } from '../base/errors.ts';
import type { Assistant, Environment, Overseer } from '../core/assistant.ts';
import { amplify } from './amplify.ts';
import { withEnvironment } from './environment.ts';

/** `depth` is an integer ≥ 0; simple questions cost no depth. */
export function hch<Q, A>(
  overseer: Overseer<Q, A>,
  environment: Environment<Q, A>,
  depth: number,
): Assistant<Q, A> {
  if (!Number.isInteger(depth) || depth < 0)
    throw new CapstanError('invalid', `hch depth: expected an integer ≥ 0, got ${depth}`);
  const below = depth === 0 ? nobody : hch(overseer, environment, depth - 1);
  return amplify(overseer, withEnvironment(environment, below));
}
