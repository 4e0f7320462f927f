/** What a key means on the overseer's page, when it is not part of what somebody writes. */

import type { Kind } from './commit.ts';
import { type Mode, placeOf, type TurnState } from './state.ts';

export type Intent =
  | { readonly kind: 'write'; readonly mode: Mode }
  | { readonly kind: 'act'; readonly act: Kind }
  | { readonly kind: 'confidence'; readonly confidence: number }
  | { readonly kind: 'place'; readonly place: number }
  | { readonly kind: 'reason' | 'commit' | 'back' | 'undo' | 'find' | 'suggestion' | 'extend' | 'go-on' };

export const ACTION_KEYS: readonly (readonly [key: string, kind: Kind, name: string])[] = [
  ['R', 'reply', 'Reply'],
  ['A', 'ask', 'Ask'],
  ['V', 'verify', 'Verify'],
  ['X', 'reject', 'Reject'],
  ['C', 'correct', 'Correct'],
  ['U', 'unknown', 'Cannot answer'],
  ['E', 'escalate', 'Escalate'],
  ['S', 'skip', 'Skip'],
];

export const HELP: readonly (readonly [key: string, does: string])[] = [
  ['R', 'reply'],
  ['A', 'ask; Enter adds another question'],
  ['V  X  C', 'verify, reject, correct the chosen answer'],
  ['J  K', 'choose the answer below, above'],
  ['U', 'say that it cannot be answered'],
  ['E', 'escalate'],
  ['S', 'skip: somebody else may have it'],
  ['Enter', 'commit; Shift+Enter is a new line'],
  ['1 … 5', 'how sure: a guess … certain'],
  ['Z', 'take back what was just committed'],
  ['O', 'open the suggestion, or use it'],
  ['/', 'find in the documents'],
  ['L', 'keep the question for longer'],
  ['Esc', 'leave the field, go back'],
  ['?', 'these keys'],
];

const WRITES: readonly Kind[] = ['reply', 'ask', 'reject', 'correct', 'escalate'];

export function intentOf(state: TurnState, key: string): Intent | undefined {
  const lower = key.toLowerCase();
  if (lower === 'z') return { kind: 'undo' };
  if (state.phase === 'confirming') {
    if (/^[1-5]$/.test(key)) return { kind: 'confidence', confidence: Number(key) };
    if (lower === 'r') return { kind: 'reason' };
    return lower === 'escape' ? { kind: 'back' } : undefined;
  }
  if (state.phase !== 'open') return undefined;
  const act = ACTION_KEYS.find(([letter]) => letter.toLowerCase() === lower)?.[1];
  if (act !== undefined) {
    if (!state.turn?.actions.includes(act)) return undefined;
    return WRITES.includes(act) ? { kind: 'write', mode: act as Mode } : { kind: 'act', act };
  }
  switch (lower) {
    case 'j':
      return { kind: 'place', place: (placeOf(state) ?? 0) + 1 };
    case 'k':
      return { kind: 'place', place: (placeOf(state) ?? 2) - 1 };
    case '/':
      return { kind: 'find' };
    case 'o':
      return { kind: 'suggestion' };
    case 'l':
      return { kind: 'extend' };
    case 'n':
      return state.following ? { kind: 'go-on' } : undefined;
    case 'enter':
      return { kind: 'commit' };
    default:
      return undefined;
  }
}
