/** Contexts dealt to the three splits by a hash of their content, so that none is ever in two. */

import { CapstanError } from '../base/errors.ts';
import { hashText } from '../base/random.ts';
import type { Split } from '../core/task.ts';

/** One context in this many is dealt to `gate`, as many to `test`, the rest to `train`. */
const PILES = 16;
/** A pile that holds one context in a hundred is missed so often in a row with a chance of 10^−43. */
const DRAWS = 10_000;

/** Draws contexts until one belongs to the split. `what` names them in the error if there is none. */
export function dealt<C extends { readonly key: string }>(split: Split, what: string, draw: () => C): C {
  for (let i = 0; i < DRAWS; i++) {
    const context = draw();
    if (pile(context.key) === split) return context;
  }
  throw new CapstanError(
    'invalid',
    `size: expected enough elements for three piles of ${what}, got none for «${split}»`,
  );
}

export function pile(key: string): Split {
  const drawn = hashText(key)[1] % PILES;
  return drawn === 0 ? 'gate' : drawn === 1 ? 'test' : 'train';
}
