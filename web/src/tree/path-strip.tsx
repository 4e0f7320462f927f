/** Over the tree while the error path is drawn in it: what it says in words, and the ways out. */

import { Link } from '@tanstack/react-router';
import type { ErrorPath } from '../../../src/wire/tree.ts';
import { Mark } from '../marks.tsx';
import { problemOf } from '../states.tsx';

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
  return (
    <section className="path-strip" aria-label="Error path" role="status">
      {error !== null && error !== undefined && (
        <p>
          {problemOf(error).code === 'not-found'
            ? `No wrong answer is known: ${problemOf(error).detail}.`
            : problemOf(error).detail}
        </p>
      )}
      {path && wrong && (
        <p>
          <Mark name="rejected" word="first wrong" />{' '}
          <Link
            to="/trees/$run/$node"
            params={{ run, node: wrong.id }}
            search={(was) => was}
            className="said"
          >
            {wrong.question}
          </Link>{' '}
          is the first wrong one, {wrong.depth === 0 ? 'the root itself' : `${wrong.depth} below the root`}:{' '}
          {path.why}.{' '}
          {path.touched.length === 0
            ? 'Nothing leans on it.'
            : `${path.touched.length.toLocaleString('en')} ${path.touched.length === 1 ? 'answer leans' : 'answers lean'} on it (⚠).`}
        </p>
      )}
      <button type="button" onClick={onClose}>
        whole tree
      </button>
    </section>
  );
}
