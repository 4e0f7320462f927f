/** The filter as words, and what it finds. It is looked for a moment after the last key. */

import { useEffect, useId, useState } from 'react';
import type { Found } from '../../../src/wire/tree.ts';
import { ProblemLine } from '../states.tsx';

const PAUSE_MS = 250;

export function Filter({
  words,
  found,
  error,
  at,
  onWords,
  onStep,
  onLeave,
}: {
  readonly words: string;
  readonly found: Found | undefined;
  readonly error: unknown;
  /** Which of what was found the cursor is on, from 0; −1: none. */
  readonly at: number;
  readonly onWords: (words: string) => void;
  readonly onStep: (by: 1 | -1) => void;
  /** To the tree. */
  readonly onLeave: () => void;
}) {
  const id = useId();
  const [typed, setTyped] = useState(words);
  useEffect(() => setTyped(words), [words]);
  useEffect(() => {
    if (typed.trim() === words) return;
    const timer = setTimeout(() => onWords(typed.trim()), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [typed, words, onWords]);
  const press = (event: React.KeyboardEvent) => {
    if (event.key === 'Enter') {
      event.preventDefault();
      if (typed.trim() !== words) onWords(typed.trim());
      else onStep(event.shiftKey ? -1 : 1);
    }
    if (event.key === 'Escape') {
      if (typed === '') onLeave();
      setTyped('');
    }
  };
  return (
    <search className="filter">
      <label htmlFor={id} className="quiet">
        Find questions
      </label>
      <input
        id={id}
        type="search"
        data-search
        value={typed}
        placeholder="find: words, who:H′, confidence:<0.6, verdict:rejected, depth:>3, is:waiting"
        title="words, who:H′, confidence:<0.6, verdict:rejected, depth:>3, is:waiting (/)"
        aria-keyshortcuts="/"
        autoComplete="off"
        spellCheck={false}
        onChange={(event) => setTyped(event.target.value)}
        onKeyDown={press}
      />
      <span className="filter-count" role="status">
        {words !== '' && error !== null && error !== undefined && <ProblemLine error={error} />}
        {words !== '' && found && (found.total === 0 ? 'nothing found' : countOf(found, at))}
      </span>
      {found && found.total > 0 && (
        <>
          <button
            type="button"
            onClick={() => onStep(-1)}
            aria-label="the one found before"
            title="before (N)"
          >
            ↑
          </button>
          <button type="button" onClick={() => onStep(1)} aria-label="the next one found" title="next (n)">
            ↓
          </button>
        </>
      )}
    </search>
  );
}

function countOf({ positions, total }: Found, at: number): string {
  const of = total.toLocaleString('en');
  const shown = positions.length < total ? `, the first ${positions.length.toLocaleString('en')} shown` : '';
  return `${at < 0 ? '' : `${(at + 1).toLocaleString('en')} of `}${of} found${shown}`;
}
