/** The answers that a node had before, each with what came after it, by whom and why. */

import { Link } from '@tanstack/react-router';
import type { NodeView } from '../../../src/wire/tree.ts';
import { Ago } from '../ago.tsx';
import { Answer } from '../answer.tsx';
import { Empty } from '../states.tsx';
import { Who } from '../who.tsx';

export function Versions({ node: { versions, row } }: { readonly node: NodeView }) {
  if (versions.length === 0)
    return (
      <Empty title="One version">
        <p>This answer was never corrected.</p>
      </Empty>
    );
  const after = [...versions.slice(1), { answer: row.answer, by: row.by, time: undefined, entry: undefined }];
  return (
    <ol className="versions">
      {versions.map(({ answer, by, reason }, i) => {
        const became = after[i];
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: they are numbered by their age
          <li key={i}>
            <p className="change">
              <del>
                <Answer answer={answer} />
              </del>
              {by && <Who by={by} />}
              <span aria-hidden="true">→</span>
              <span className="quiet">became</span>
              <ins>
                <Answer answer={became?.answer} />
              </ins>
            </p>
            {reason !== undefined && <p className="said">{reason}</p>}
            <p className="by-line faint">
              by <Who by={became?.by} /> {became?.time !== undefined && <Ago time={became.time} />}{' '}
              {became?.entry !== undefined && (
                <Link to="/ledger/$entry" params={{ entry: String(became.entry) }}>
                  entry {became.entry}
                </Link>
              )}
            </p>
          </li>
        );
      })}
    </ol>
  );
}
