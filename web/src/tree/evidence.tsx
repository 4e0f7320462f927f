/** The sub-answers that an answer was made of, and which of its words came from which. */

import { Link } from '@tanstack/react-router';
import type { NodeView, Evidence as Used } from '../../../src/wire/tree.ts';
import { Answer, Confidence } from '../answer.tsx';
import { Empty } from '../states.tsx';
import { Who } from '../who.tsx';
import { Marked } from './marked.tsx';
import { answerPieces, sourcePieces } from './spans.ts';

export interface Lighting {
  /** Which of the evidence are lit. */
  readonly lit: readonly number[];
  readonly onLit: (of: readonly number[]) => void;
}

export function Evidence({
  node,
  run,
  lit,
  onLit,
}: Lighting & { readonly node: NodeView; readonly run: string }) {
  const { evidence, row } = node;
  if (evidence.length === 0)
    return (
      <Empty title="No sub-answers">
        <p>
          {row.answer
            ? 'This was answered without asking anything smaller.'
            : 'Nothing was asked here so far.'}
        </p>
      </Empty>
    );
  const marks = evidence.reduce((sum, { spans }) => sum + spans.length, 0);
  return (
    <>
      {row.answer?.kind === 'known' && (
        <p className="evidence-answer">
          <Marked
            pieces={answerPieces(row.answer.value, evidence)}
            {...{ lit, onLit }}
            nameOf={(of) => `from sub-answer ${of + 1}`}
          />
        </p>
      )}
      <p className="faint">
        {marks > 0
          ? 'Point at a phrase, or go to it by Tab, and both its ends light up.'
          : 'No phrase of a sub-answer came up in the answer word for word.'}
      </p>
      <ol className="evidence">
        {evidence.map((used, of) => (
          <li
            key={used.at}
            className={lit.includes(of) ? 'is-lit' : ''}
            onMouseEnter={() => onLit([of])}
            onMouseLeave={() => onLit([])}
            onFocus={() => onLit([of])}
            onBlur={() => onLit([])}
          >
            <SubAnswer {...{ used, run, of, lit, onLit }} />
          </li>
        ))}
      </ol>
    </>
  );
}

function SubAnswer({
  used,
  run,
  of,
  lit,
  onLit,
}: Lighting & { readonly used: Used; readonly run: string; readonly of: number }) {
  const { id, question, answer, by } = used;
  return (
    <>
      <Link to="/trees/$run/$node" params={{ run, node: id }} search={(was) => was} className="said">
        {question}
      </Link>
      <p>
        {answer?.kind === 'known' ? (
          <Marked
            pieces={sourcePieces(answer.value, used, of)}
            {...{ lit, onLit }}
            nameOf={() => 'came up in the answer'}
          />
        ) : (
          <Answer answer={answer} />
        )}
      </p>
      <p className="by-line">
        <Who by={by} /> <Confidence answer={answer} />
      </p>
    </>
  );
}
