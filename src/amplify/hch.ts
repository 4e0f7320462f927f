/** Humans consulting HCH (Christiano 2016), cut off at a depth:
 *      HCH_0 = Amplify^H(⊥)      HCH_n = Amplify^H(HCH_{n−1}) */

import { nobody } from '../assistants/nobody.ts';
import { CapstanError } from '../base/errors.ts';
import type { Assistant, Overseer } from '../core/assistant.ts';
import { amplify } from './amplify.ts';

/** `depth` is an integer ≥ 0. */
export function hch<Q, A>(overseer: Overseer<Q, A>, depth: number): Assistant<Q, A> {
  if (!Number.isInteger(depth) || depth < 0)
    throw new CapstanError('invalid', `hch depth: expected an integer ≥ 0, got ${depth}`);
  return amplify(overseer, depth === 0 ? nobody : hch(overseer, depth - 1));
}
