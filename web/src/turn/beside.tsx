/** What stands beside the question: what whoever decides is told, what others decided, what the assistant suggests. */

import type { Turn } from '../../../src/wire/turn.ts';
import { nameOf } from '../who.tsx';
import { wordsOf } from './commit.ts';

/** Characters that are read at a glance, each time anew. */
const SHORT = 300;

export function Policy({ policy }: { readonly policy: string }) {
  if (policy.trim() === '') return null;
  if (policy.length <= SHORT) return <p className="policy faint said">{policy}</p>;
  return (
    <details className="policy">
      <summary>What you are told about deciding</summary>
      <p className="said">{policy}</p>
    </details>
  );
}

export function Reviews({ reviews }: { readonly reviews: Turn['reviews'] }) {
  if (reviews.length === 0) return null;
  return (
    <section aria-labelledby="reviews">
      <h2 id="reviews">Others decided differently; yours settles it</h2>
      <ul className="reviews">
        {reviews.map(({ action, reason }, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: they have no names, on purpose
          <li key={index} className="said">
            {wordsOf(action)}
            {reason !== undefined && <span className="faint"> — {reason}</span>}
          </li>
        ))}
      </ul>
    </section>
  );
}

export function Suggestion({
  suggestion,
  onOpen,
  onUse,
}: {
  readonly suggestion: Turn['suggestion'];
  readonly onOpen: () => void;
  readonly onUse: () => void;
}) {
  switch (suggestion.kind) {
    case 'none':
      return null;
    case 'hidden':
      return (
        <p className="suggestion">
          <button type="button" aria-expanded={false} aria-keyshortcuts="O" onClick={onOpen}>
            <kbd>O</kbd> Show what the assistant suggests
          </button>{' '}
          <span className="faint">Decide first if you can: that you looked is recorded.</span>
        </p>
      );
    case 'open':
      return (
        <section className="suggestion" aria-label="Suggestion">
          <p className="said">
            <span className="faint">{nameOf(suggestion.by)} suggests to </span>
            {wordsOf(suggestion.action)}
          </p>
          <button type="button" aria-keyshortcuts="O" onClick={onUse}>
            <kbd>O</kbd> Use it
          </button>
        </section>
      );
  }
}
