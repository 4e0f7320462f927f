/** What whoever answered had before them, and what they did about it, step by step. */

import type { NodeView } from '../../../src/wire/tree.ts';
import { Ago } from '../ago.tsx';
import { Answer } from '../answer.tsx';
import { count, duration } from '../figures.ts';
import { Who } from '../who.tsx';

export function Workspace({ node }: { readonly node: NodeView }) {
  const { question, evidence, steps } = node;
  return (
    <>
      <p className="faint">Exactly this was seen, and nothing else of the tree.</p>
      <h3>Question</h3>
      <p className="said whole">{question.text}</p>
      {question.documents?.map(({ name, text }) => (
        <details key={name}>
          <summary>
            <span className="said">{name}</span>{' '}
            <span className="faint">{count(text.length, 'character')}</span>
          </summary>
          <pre className="said whole">{text}</pre>
        </details>
      ))}
      <h3>Asked and answered</h3>
      {evidence.length === 0 && <p className="faint">Nothing.</p>}
      <ol className="exchanges">
        {evidence.map(({ at, question: asked, answer }) => (
          <li key={at}>
            <p className="said whole">{asked}</p>
            <p className="said whole">
              {answer?.kind === 'known' ? <strong>{answer.value}</strong> : <Answer answer={answer} />}
            </p>
          </li>
        ))}
      </ol>
      <h3>What was done</h3>
      {steps.length === 0 && <p className="faint">Nothing so far.</p>}
      <ol className="steps">
        {steps.map(({ text, by, began, ended, isMemo, proposed }) => (
          <li key={`${began} ${text}`}>
            <p className="said whole">{text}</p>
            <p className="by-line faint">
              <Who by={by} isMemo={isMemo} /> <Ago time={ended} />, in{' '}
              {duration(Date.parse(ended) - Date.parse(began))}
            </p>
            {proposed && (
              <p className="faint">
                <Who by={proposed.by} /> had proposed <q className="said">{proposed.text}</q>;{' '}
                {proposed.edits === 0 ? 'it was taken as it was' : `${count(proposed.edits, 'change')} to it`}
              </p>
            )}
          </li>
        ))}
      </ol>
    </>
  );
}
