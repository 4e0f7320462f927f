/** The four things that colour means here, each with a shape and a word, so that colour is never alone. */

import { FLAGS } from '../../src/wire/flags.ts';
import './marks.css';

export const MARKS = {
  waiting: ['◌', 'waits for a person'],
  verified: ['✓', 'verified'],
  rejected: ['✕', 'rejected'],
  uncertain: ['↑', 'uncertain'],
} as const;
export type MarkName = keyof typeof MARKS;

export function Mark({ name, word }: { readonly name: MarkName; readonly word?: string }) {
  const [shape, meaning] = MARKS[name];
  return (
    <span className={`mark-${name}`} title={word ?? meaning}>
      <span aria-hidden="true">{shape}</span>
      <span className="quiet">{word ?? meaning}</span>
    </span>
  );
}

/** The one that matters most of what the flags of a node say. */
export function markOf(flags: number): MarkName | undefined {
  if (flags & FLAGS.rejected) return 'rejected';
  if (flags & FLAGS.waiting) return 'waiting';
  if (flags & (FLAGS.uncertain | FLAGS.unknown)) return 'uncertain';
  if (flags & FLAGS.verified) return 'verified';
  return undefined;
}
