/** Over the tree while the error path is drawn in it: what it says in words, and the ways out. */

import { Link } from '@tanstack/react-router';
import type { ErrorPath } from '../../../src/wire/tree.ts';
import { count } from '../figures.ts';
import { Mark } from '../marks.tsx';
import { ProblemLine } from '../states.tsx';

export function PathStrip({
  run,
  path,
  error,
  onClose,
}: {
  readonly run: string;
  readonly path: ErrorPath | undefined;
  readonly error: unknown;
  readonly onClose: () => void;
}) {
  const wrong = path?.path.at(-1);
  const leaning = path?.touched.length ?? 0;
  return (
    <section className="path-strip" aria-label="Error path" role="status">
      <div>
        {error !== null && error !== undefined && <ProblemLine error={error} />}
        {path && !wrong && <p>No wrong answer is known: {path.why}.</p>}
        {path && wrong && (
          <>
            <p>
              <Mark name="rejected" word="first wrong" /> The first wrong answer is{' '}
              {wrong.depth === 0 ? 'the root itself' : `${path.path.length - 1} below the root`}: {path.why}.{' '}
              {leaning === 0
                ? 'Nothing leans on it.'
                : `${count(leaning, 'answer')} ${leaning === 1 ? 'leans' : 'lean'} on it (⚠).`}
            </p>
            <ol className="above">
              {path.path.map(({ at, id, question }) => (
                <li key={at}>
                  <Link
                    to="/trees/$run/$node"
                    params={{ run, node: id }}
                    search={(was) => was}
                    className="said"
                  >
                    {question}
                  </Link>
                </li>
              ))}
            </ol>
          </>
        )}
      </div>
      <button type="button" onClick={onClose}>
        whole tree
      </button>
    </section>
  );
}
