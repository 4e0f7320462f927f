/** Residual connections between iterations: what of X_n the student of iteration n + 1 begins with, consults, and is held to.
 *  A student that goes on from the weights of X_n has a residual connection already; a fresh one, X_{n+1} =
 *  distill(Amplify^H(X_n)) to the letter, has none but these:
 *    logit   z_{n+1} = z_θ(q) + γ · z_n(q), γ learned from 1 on; X_n stays as it was
 *    input   the answer of X_n and a bucket of its confidence are read with the question, three times of ten not
 *  and either kind may be
 *    anchored  + β · KL(p_n ‖ p_{n+1}) where the target agrees with X_n, so that errors are not anchored.
 *  Left out: cross-attention to the states of X_n, which at this size says what its answer and confidence say, at the price of a
 *  second memory; sub-answers as input, since who answers alone has none. */

import type { Random } from '../base/random.ts';
import type { Encoding } from '../core/task.ts';
import { networkFor } from '../network/batch.ts';
import { answererOf, networkWeights, ownCount } from '../network/composite.ts';
import { countOf } from '../network/parameters.ts';
import type { NetworkShape } from '../network/transformer.ts';
import type { StudentState } from './replicas.ts';

export interface ResidualOptions {
  /** Whether every iteration begins with fresh weights and learns from the frozen X of the one before. */
  readonly fresh?: boolean;
  readonly residual?: 'logit' | 'input';
  /** β > 0 */
  readonly anchoring?: number;
}

/** Share of the questions at which the answer of X_n is withheld from a student that reads it. */
const WITHHELD = 0.3;

/** All that learns in this iteration, 1, 2, …, in one vector. */
export function networkAt<Q, A>(
  encoding: Encoding<Q, A>,
  options: Pick<NetworkShape, 'width' | 'heads' | 'expansion' | 'ensemble'> & ResidualOptions,
  iteration: number,
): NetworkShape {
  const { residual, anchoring, ensemble } = options;
  const network = networkFor(encoding, options);
  const how = residual ?? (anchoring === undefined ? undefined : 'anchor');
  if (ensemble) return { ...network, ensemble: { members: ensemble.members } };
  if (how === undefined || iteration === 1) return network;
  return { ...network, earlier: { how, count: how === 'anchor' ? 1 : iteration - 1 } };
}

/** The state at the start of an iteration, out of that at the end of the one before. `born`: fresh weights, if it has fresh
 *  ones. */
export function succeeded(
  state: StudentState,
  from: NetworkShape,
  to: NetworkShape,
  born: Float32Array | undefined,
): StudentState {
  const [before, own] = [ownCount(from), ownCount(to)];
  const x = to.earlier ? state.average.slice(0, countOf(networkWeights(answererOf(from)))) : NONE;
  const begun = (vector: Float32Array, frozen: Float32Array) => {
    const whole = new Float32Array(own + x.length);
    whole.set(vector.subarray(0, Math.min(own, before)));
    whole.set(frozen, own);
    return whole;
  };
  const nothing = new Float32Array(x.length);
  const at = born?.subarray(0, own);
  return {
    parameters: begun(at ?? state.parameters, x),
    first: begun(at ? NONE : state.first, nothing),
    second: begun(at ? NONE : state.second, nothing),
    average: begun(at ?? state.average, x),
    ...(born && { previous: state.average }),
  };
}

const NONE = new Float32Array();

/** For each of so many questions 1, or 0 where the answer of X_n is withheld. */
export function keptOf(count: number, random: Random): Float32Array {
  return Float32Array.from({ length: count }, () => (random.uniform() < WITHHELD ? 0 : 1));
}
