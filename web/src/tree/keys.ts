/** What each key does in the tree. */

import { FLAGS } from '../../../src/wire/flags.ts';
import type { Intent } from './state.ts';

/** What is not about the tree's own state is the page's to do. */
export type Pressed =
  | Intent
  | { readonly kind: 'search' }
  | { readonly kind: 'open' }
  | { readonly kind: 'back' }
  | { readonly kind: 'wait-for-g' };

const PAGE = 20;

/** `before`: the key before it. */
export function pressed(key: string, before: string | undefined): Pressed | undefined {
  if (key === 'g') return before === 'g' ? { kind: 'first' } : { kind: 'wait-for-g' };
  return MEANS.get(key);
}

const MEANS: ReadonlyMap<string, Pressed> = new Map<string, Pressed>([
  ['j', { kind: 'move', by: 1 }],
  ['ArrowDown', { kind: 'move', by: 1 }],
  ['k', { kind: 'move', by: -1 }],
  ['ArrowUp', { kind: 'move', by: -1 }],
  ['PageDown', { kind: 'move', by: PAGE }],
  ['PageUp', { kind: 'move', by: -PAGE }],
  ['l', { kind: 'into' }],
  ['ArrowRight', { kind: 'into' }],
  ['h', { kind: 'out' }],
  ['ArrowLeft', { kind: 'out' }],
  ['*', { kind: 'unfold' }],
  ['Home', { kind: 'first' }],
  ['End', { kind: 'last' }],
  ['G', { kind: 'last' }],
  ['.', { kind: 'seek', flags: FLAGS.waiting }],
  ['e', { kind: 'seek', flags: FLAGS.rejected | FLAGS.corrected }],
  ['n', { kind: 'match', by: 1 }],
  ['N', { kind: 'match', by: -1 }],
  ['/', { kind: 'search' }],
  ['o', { kind: 'open' }],
  ['Enter', { kind: 'open' }],
  ['Escape', { kind: 'back' }],
]);

export const KEYS: readonly (readonly [key: string, does: string])[] = [
  ['j k', 'down and up, as ↓ ↑ do'],
  ['l h', 'open and close, into and out of, as → ← do'],
  ['*', 'open all below'],
  ['g g  G', 'to the first, to the last'],
  ['/', 'search'],
  ['n N', 'to the next and the previous that was found'],
  ['.', 'to the next that waits for a person'],
  ['e', 'to the next that was rejected or corrected'],
  ['o', 'read it, as Enter does'],
  ['Esc', 'back to the tree'],
  ['?', 'these keys'],
];
