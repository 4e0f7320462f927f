/** Chance that an environment may lean on: it follows from what is asked, so that the same question has the same answer. */

import { hashText, philox } from '../base/random.ts';

/** Uniform in 0 … 2^32 − 1, from the content of the context and up to four numbers that tell its questions apart. */
export function chance(context: { readonly key: string }, asked: readonly number[]): number {
  let key = keys.get(context);
  if (!key) {
    key = hashText(context.key);
    keys.set(context, key);
  }
  return philox(asked, key)[0];
}

const keys = new WeakMap<object, readonly number[]>();
