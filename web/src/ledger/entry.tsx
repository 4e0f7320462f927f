/** An entry of the ledger: a line, and all that it says. */

import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import type { EntryRow } from '../../../src/wire/ledger.ts';
import { Ago } from '../ago.tsx';
import { Hash } from '../hash.tsx';
import { figureOf, gistOf } from './gist.ts';

/** Subjects that are checkpoints. */
const CHECKPOINTS: ReadonlySet<string> = new Set(['checkpoint', 'parent', 'compared-with']);

export function EntryLine({ entry }: { readonly entry: EntryRow }) {
  // What is closed is not built: there may be hundreds.
  const [isOpen, setOpen] = useState(false);
  return (
    <details className="entry" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        <span className="entry-seq">#{entry.seq}</span>
        <span className="entry-time">
          <Ago time={entry.time} />
        </span>
        <span className="entry-kind">{entry.kind}</span>
        <span className="entry-who said">{entry.actor}</span>
        <span className="entry-gist faint said">{gistOf(entry)}</span>
      </summary>
      {isOpen && (
        <>
          <Entry entry={entry} />
          <p>
            <Link to="/ledger/$entry" params={{ entry: String(entry.seq) }}>
              Entry {entry.seq} by itself, with what follows from it
            </Link>
          </p>
        </>
      )}
    </details>
  );
}

export function Entry({ entry }: { readonly entry: EntryRow }) {
  const { run, actor, time, signers, ends, parents, subjects, fields, text } = entry;
  return (
    <dl className="said entry-detail">
      <Row name="when">{time}</Row>
      <Row name="by">
        {actor}
        {signers.length > 0 && <span className="faint">, signed with {signers.join(', ')}</span>}
      </Row>
      {run !== undefined && (
        <Row name="run">
          <Link to="/runs/$run" params={{ run }}>
            {run}
          </Link>
        </Row>
      )}
      {ends !== undefined && (
        <Row name="ends">
          <EntryLink seq={ends} />
        </Row>
      )}
      {parents.length > 0 && (
        <Row name="follows from">
          {parents.map((seq) => (
            <span key={seq}>
              <EntryLink seq={seq} />{' '}
            </span>
          ))}
        </Row>
      )}
      {subjects.map(({ name, sha256 }) => (
        <Row key={`${name} ${sha256}`} name={name}>
          {CHECKPOINTS.has(name) && (
            <>
              <Link to="/models/$hash" params={{ hash: sha256 }}>
                model
              </Link>{' '}
            </>
          )}
          <Hash value={sha256} />
        </Row>
      ))}
      {Object.entries(entry.figures).map((figure) => (
        <Row key={figure[0]} name={figure[0].replace(/-ppm$/, '')}>
          {figureOf(...figure)}
        </Row>
      ))}
      {Object.entries(entry.words).map(([name, word]) => (
        <Row key={name} name={name}>
          {word}
        </Row>
      ))}
      {fields.length > 0 && (
        <Row name="committed to">
          {fields.join(', ')} <span className="faint">(words of people, kept beside the log)</span>
        </Row>
      )}
      <Row name="as written">
        <code className="entry-text">{text}</code>
      </Row>
    </dl>
  );
}

function Row({ name, children }: { readonly name: string; readonly children: React.ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function EntryLink({ seq }: { readonly seq: number }) {
  return (
    <Link to="/ledger/$entry" params={{ entry: String(seq) }}>
      #{seq}
    </Link>
  );
}
