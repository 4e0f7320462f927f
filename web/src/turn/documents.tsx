/** The documents that may be read for a question, and finding words in them. */

import { useEffect, useMemo, useRef, useState } from 'react';
import type { Question } from '../../../src/wire/question.ts';
import { matchesIn, piecesOf } from './find.ts';

/** Names of files in which columns matter, and of parts of them: «two.ts#1». */
const CODE = /\.(c|cpp|css|csv|go|h|html|java|js|json|jsx|py|rs|sh|sql|toml|ts|tsx|xml|ya?ml)\b/;

export function Documents({ documents }: { readonly documents: NonNullable<Question['documents']> }) {
  const [words, setWords] = useState('');
  const [current, setCurrent] = useState(0);
  const here = useRef<HTMLElement>(null);
  const found = useMemo(() => matchesIn(documents, words), [documents, words]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: what is shown moves when these do
  useEffect(() => here.current?.scrollIntoView({ block: 'nearest' }), [current, found]);
  const step = (by: number) => {
    if (found.length > 0) setCurrent((current + by + found.length) % found.length);
  };
  return (
    <section aria-labelledby="documents">
      <div className="documents-head">
        <h2 id="documents">{documents.length === 1 ? 'Document' : 'Documents'}</h2>
        <label className="quiet" htmlFor="find">
          Find in the documents
        </label>
        <input
          id="find"
          type="search"
          placeholder="find"
          aria-keyshortcuts="/"
          value={words}
          onChange={(event) => {
            setWords(event.target.value);
            setCurrent(0);
          }}
          onKeyDown={(event) => {
            if (event.key === 'Enter') step(event.shiftKey ? -1 : 1);
          }}
        />
        <span className="faint documents-found" role="status">
          {words !== '' && (found.length === 0 ? 'not found' : `${current + 1} of ${found.length}`)}
        </span>
      </div>
      {documents.map(({ name, text }, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: two may have one name
        <details key={index} open={index === 0 || found.some(({ document }) => document === index)}>
          <summary className="said">{name}</summary>
          <section
            className={CODE.test(name) ? 'document said mono' : 'document said'}
            // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and has to by keyboard too
            tabIndex={0}
            aria-label={name}
          >
            {piecesOf(text, found, index).map(({ from, to, at }) =>
              at === undefined ? (
                text.slice(from, to)
              ) : (
                <mark
                  key={from}
                  ref={at === current ? here : undefined}
                  className={at === current ? 'here' : ''}
                >
                  {text.slice(from, to)}
                </mark>
              ),
            )}
          </section>
        </details>
      ))}
    </section>
  );
}
