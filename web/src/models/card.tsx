/** One checkpoint: how it is, what may be done about it, and its card. */

import { Link } from '@tanstack/react-router';
import type { ModelRow, ModelView, RequestRow } from '../../../src/wire/model.ts';
import { Hash } from '../hash.tsx';
import { Acts } from './acts.tsx';
import { DifferenceFrom } from './difference-from.tsx';
import { HASH, Markdown } from './markdown.tsx';
import { Requests } from './requests.tsx';
import { MODEL_STATES } from './states.ts';

export interface CardProps {
  readonly view: ModelView;
  /** Those about it. */
  readonly requests: readonly RequestRow[];
  readonly parent: ModelRow | undefined;
}

export function Card({ view, requests, parent }: CardProps) {
  const { row, facts, card } = view;
  const version = facts.find(([label]) => label === 'version')?.[1];
  const [shape, word, colour] = MODEL_STATES[row.state];
  return (
    <article className="model" aria-labelledby="model">
      <h2 id="model" className="said">
        X<sub>{row.iteration}</sub> of {row.run}
      </h2>
      <p className="top-line">
        <span className={colour}>
          <span aria-hidden="true">{shape}</span> <b>{word}</b>
        </span>
        {version !== undefined && <span>version {version}</span>}
        <span>
          checkpoint <Hash value={row.hash} />
        </span>
        {parent && (
          <Link
            to="/compare"
            search={{ first: `${parent.run}@${parent.iteration}`, second: `${row.run}@${row.iteration}` }}
          >
            compare with X{parent.iteration} before it
          </Link>
        )}
      </p>
      {row.tainted.length > 0 && (
        <p>
          <span className="mark-uncertain" aria-hidden="true">
            ↑
          </span>{' '}
          It learned from answers that were corrected:{' '}
          {row.tainted.map((entry) => (
            <span key={entry}>
              <Link to="/ledger/$entry" params={{ entry: String(entry) }}>
                #{entry}
              </Link>{' '}
            </span>
          ))}
        </p>
      )}
      {row.state === 'damaged' && (
        <p>
          Its file is not what its name says; it is served to nobody. <code>capstan audit</code> says what is
          damaged.
        </p>
      )}
      {requests.length > 0 && <Requests requests={requests} />}
      <Acts view={view} />
      {card && <Markdown text={card} />}
      {parent && row.state !== 'damaged' && <DifferenceFrom key={row.hash} parent={parent} hash={row.hash} />}
      {facts.length > 0 && (
        <details className="facts">
          <summary className="faint">As label and value</summary>
          <dl className="settings">
            {facts.map(([label, value]) => (
              <div key={label}>
                <dt>{label}</dt>
                <dd className="said">{HASH.test(value) ? <Hash value={value} /> : value}</dd>
              </div>
            ))}
          </dl>
        </details>
      )}
    </article>
  );
}
