/** Saying that an answer is another one, why, and what came of it. */

import { Link } from '@tanstack/react-router';
import { useId, useState } from 'react';
import type { Corrected, NodeView } from '../../../src/wire/tree.ts';
import { Answer } from '../answer.tsx';
import { Dialog } from '../dialog.tsx';
import { count } from '../figures.ts';
import { useCorrect } from './data.ts';

export function CorrectDialog({
  node,
  run,
  onDone,
  onClose,
}: {
  readonly node: NodeView;
  readonly run: string;
  readonly onDone: (corrected: Corrected) => void;
  readonly onClose: () => void;
}) {
  const id = useId();
  const { mutateAsync } = useCorrect(run, node.row.id);
  const [answer, setAnswer] = useState(node.row.answer?.kind === 'known' ? node.row.answer.value : '');
  return (
    <Dialog
      title="Correct this answer"
      verb="Correct"
      reason="needed"
      onConfirm={async (reason) => onDone(await mutateAsync({ answer, reason }))}
      onClose={onClose}
    >
      <p className="said whole">{node.question.text}</p>
      <p className="faint">
        It is entered on the ledger under your name. What is above this question is done again, and nothing
        else.
      </p>
      <label htmlFor={id}>The right answer</label>
      <textarea
        id={id}
        rows={2}
        required
        value={answer}
        onChange={(event) => setAnswer(event.target.value)}
      />
    </Dialog>
  );
}

export function CorrectedPanel({
  corrected: { entry, changed, again, nodes, waiting },
  run,
  onClose,
}: {
  readonly corrected: Corrected;
  readonly run: string;
  readonly onClose: () => void;
}) {
  return (
    <section className="corrected" aria-label="What the correction did" role="status">
      <p>
        Corrected, as{' '}
        <Link to="/ledger/$entry" params={{ entry: String(entry) }}>
          entry {entry}
        </Link>
        . {changed.length === 1 ? '1 answer is' : `${changed.length} answers are`} now another;{' '}
        {again.toLocaleString('en')} of {count(nodes, 'node')} {again === 1 ? 'was' : 'were'} done again
        {waiting > 0 && `; ${waiting} ${waiting === 1 ? 'waits' : 'wait'} for people`}.
      </p>
      <ul className="changes">
        {changed.map(({ id, question, before, after }) => (
          <li key={id}>
            <Link to="/trees/$run/$node" params={{ run, node: id }} search={(was) => was} className="said">
              {question}
            </Link>
            <p className="change">
              <del>
                <Answer answer={before} />
              </del>
              <span aria-hidden="true">→</span>
              <span className="quiet">became</span>
              <ins>
                <Answer answer={after} />
              </ins>
            </p>
          </li>
        ))}
      </ul>
      <button type="button" onClick={onClose}>
        Close
      </button>
    </section>
  );
}
