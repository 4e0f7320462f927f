/** Over the tree while the error path is drawn in it: who made the first mistake, and the ways on. */

import { Link } from '@tanstack/react-router';
import { FLAGS } from '../../../src/wire/flags.ts';
import type { ErrorPath, NodeView } from '../../../src/wire/tree.ts';
import { Answer } from '../answer.tsx';
import { count } from '../figures.ts';
import { Mark } from '../marks.tsx';
import { ProblemLine } from '../states.tsx';
import { AuthorName } from '../who.tsx';
import { useNode } from './data.ts';

interface Props {
  readonly run: string;
  readonly path: ErrorPath | undefined;
  /** What whoever asks holds for wrong; empty for what is known to be. */
  readonly about: string;
  readonly error: unknown;
  /** That one is wrong, rather. */
  readonly onWrong: (id: string) => void;
  readonly onClose: () => void;
}

export function PathStrip({ run, path, about, error, onWrong, onClose }: Props) {
  const end = path?.path.at(-1);
  return (
    <section className="path-strip" aria-label="Error path" role="status">
      <div>
        {error !== null && error !== undefined && <ProblemLine error={error} />}
        {path && !end && (
          <p>
            No wrong answer is known: {path.why}. Open one that you hold for wrong, and choose «This is wrong»
            there.
          </p>
        )}
        {path && end && (
          <Found
            {...{ run, path, end, onWrong }}
            isSaid={end.id === about && (end.flags & (FLAGS.corrected | FLAGS.rejected)) === 0}
          />
        )}
      </div>
      <button type="button" onClick={onClose}>
        whole tree
      </button>
    </section>
  );
}

function Found({
  run,
  path: { version, path, why, touched },
  end,
  isSaid,
  onWrong,
}: Pick<Props, 'run' | 'onWrong'> & {
  readonly path: ErrorPath;
  readonly end: ErrorPath['path'][number];
  /** Whether nobody but whoever asks says so. */
  readonly isSaid: boolean;
}) {
  const { data } = useNode(run, end.id, version);
  const view = data?.row.id === end.id ? data : undefined;
  const { answer, by } = view ? mistakeOf(view) : end;
  return (
    <>
      <p>
        <Mark name="rejected" word="first wrong" />{' '}
        {isSaid ? 'Wrong, as you say: ' : 'The first wrong answer: '}
        <Answer answer={answer} />
        {by && (
          <>
            {' '}
            by{' '}
            <strong>
              <AuthorName by={by} />
            </strong>
          </>
        )}
        {!isSaid && `, ${why}`}.{' '}
        {touched.length > 0 &&
          `${count(touched.length, 'answer')} ${touched.length === 1 ? 'leans' : 'lean'} on it (⚠).`}
      </p>
      <ol className="above">
        {path.map(({ at, id, question }) => (
          <li key={at}>
            <Link to="/trees/$run/$node" params={{ run, node: id }} search={(was) => was} className="said">
              {question}
            </Link>
          </li>
        ))}
      </ol>
      {isSaid && view && <Causes evidence={view.evidence} onWrong={onWrong} />}
    </>
  );
}

/** Of what was put right, what was answered first. */
function mistakeOf({ versions: [first], row }: NodeView): Pick<NodeView['row'], 'answer' | 'by'> {
  return first && (row.flags & FLAGS.corrected) !== 0 ? first : row;
}

/** What a wrong answer was made of: the mistake may be there, or it is of whoever made it of that. */
function Causes({ evidence, onWrong }: Pick<Props, 'onWrong'> & { readonly evidence: NodeView['evidence'] }) {
  if (evidence.length === 0)
    return <p className="faint">Nothing smaller was asked for it: the mistake was made here.</p>;
  return (
    <>
      <p>Is one of the answers wrong that it was made of? If none is, the mistake was made here.</p>
      <ul className="causes">
        {evidence.map(({ at, id, question, answer, by }) => (
          <li key={at}>
            <button type="button" onClick={() => onWrong(id)} aria-label={`Wrong: ${question}`}>
              wrong
            </button>
            <span className="said">{question}</span>
            <Answer answer={answer} />
            <span className="faint">{by && <AuthorName by={by} />}</span>
          </li>
        ))}
      </ul>
    </>
  );
}
