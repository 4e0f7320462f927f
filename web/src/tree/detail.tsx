/** The open node: its question, and in tabs all that is known of it. */

import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { FLAGS } from '../../../src/wire/flags.ts';
import type { Corrected, NodeView } from '../../../src/wire/tree.ts';
import { Answer, Confidence } from '../answer.tsx';
import { count, dollars, duration } from '../figures.ts';
import { Mark, markOf } from '../marks.tsx';
import { useAccess } from '../session.ts';
import { AuthorName, Who } from '../who.tsx';
import { CorrectDialog, CorrectedPanel } from './correct.tsx';
import { Evidence, type Lighting } from './evidence.tsx';
import { Record } from './record.tsx';
import { Tabs } from './tabs.tsx';
import { Versions } from './versions.tsx';
import { Workspace } from './workspace.tsx';

const TABS = ['answer', 'workspace', 'evidence', 'record', 'versions'] as const;
export type Tab = (typeof TABS)[number];

export function tabOf(text: unknown): Tab {
  return TABS.find((tab) => tab === text) ?? 'answer';
}

export function Detail({
  node,
  run,
  tab,
  onTab,
  onPath,
  ...lighting
}: Lighting & {
  readonly node: NodeView;
  readonly run: string;
  readonly tab: Tab;
  readonly onTab: (tab: Tab) => void;
  /** To see the error path with this node held for wrong. */
  readonly onPath: () => void;
}) {
  const { row, evidence, entries, versions } = node;
  const isOperator = useAccess('operate');
  const [isCorrecting, setCorrecting] = useState(false);
  const [corrected, setCorrected] = useState<Corrected>();
  const number = (n: number) => (n === 0 ? '' : ` ${n}`);
  return (
    <>
      <Ancestors {...{ node, run }} />
      <h2 className="said" tabIndex={-1} data-heading>
        {node.question.text}
      </h2>
      {corrected && <CorrectedPanel {...{ corrected, run }} onClose={() => setCorrected(undefined)} />}
      <Tabs<Tab>
        label="Of this node"
        names={[
          ['answer', 'Answer'],
          ['workspace', 'Workspace'],
          ['evidence', `Evidence${number(evidence.length)}`],
          ['record', `Record${number(entries.length)}`],
          ['versions', `Versions${number(versions.length === 0 ? 0 : versions.length + 1)}`],
        ]}
        chosen={tab}
        onChoose={onTab}
      >
        {tab === 'answer' && <AnswerTab node={node} />}
        {tab === 'workspace' && <Workspace node={node} />}
        {tab === 'evidence' && <Evidence {...{ node, run }} {...lighting} />}
        {tab === 'record' && <Record key={row.id} node={node} />}
        {tab === 'versions' && <Versions node={node} />}
      </Tabs>
      <p className="acts">
        {isOperator && row.answer && (
          <button type="button" onClick={() => setCorrecting(true)}>
            Correct …
          </button>
        )}
        {row.answer && (
          <button type="button" onClick={onPath}>
            This is wrong: where does it come from?
          </button>
        )}
      </p>
      {isCorrecting && (
        <CorrectDialog {...{ node, run }} onDone={setCorrected} onClose={() => setCorrecting(false)} />
      )}
    </>
  );
}

function Ancestors({ node: { ancestors }, run }: { readonly node: NodeView; readonly run: string }) {
  if (ancestors.length === 0) return null;
  return (
    <nav aria-label="Above this question">
      <ol className="above">
        {ancestors.map(({ at, id, question }) => (
          <li key={at}>
            <Link to="/trees/$run/$node" params={{ run, node: id }} search={(was) => was} className="said">
              {question}
            </Link>
          </li>
        ))}
      </ol>
    </nav>
  );
}

function AnswerTab({ node: { row, verdicts } }: { readonly node: NodeView }) {
  const { answer, by, flags, spent, ms } = row;
  const mark = markOf(flags);
  const facts: readonly (readonly [string, React.ReactNode])[] = [
    ['by', by && <ByLine {...{ by }} isMemo={(flags & FLAGS.memo) !== 0} />],
    ['confidence', answer?.kind === 'known' && <Sure {...{ answer }} />],
    ['status', mark && <Status {...{ mark, flags }} />],
    ['took', ms !== undefined && duration(ms)],
    ['of people', spent.seconds > 0 && duration(spent.seconds * 1000)],
    ['cost', spent.micros > 0 && dollars(spent.micros)],
    ['calls', spent.calls > 0 && `${count(spent.calls, 'call')}, ${count(spent.tokens, 'token')}`],
    ['below', row.descendants > 0 && count(row.descendants, 'question')],
  ];
  return (
    <>
      <p className="answer-large said whole">
        {answer?.kind === 'known' ? answer.value : <Answer answer={answer} />}
      </p>
      <dl className="facts">
        {facts
          .filter(([, value]) => value)
          .map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
      </dl>
      {verdicts.length > 0 && (
        <>
          <h3>Verdicts</h3>
          <ul className="verdicts">
            {verdicts.map(({ verifier, kind, reason }) => (
              <li key={verifier}>
                <Mark {...VERDICTS[kind]} /> {verifier}
                {reason !== undefined && <span className="said">: {reason}</span>}
              </li>
            ))}
          </ul>
        </>
      )}
    </>
  );
}

const VERDICTS = {
  pass: { name: 'verified', word: 'passed' },
  fail: { name: 'rejected', word: 'rejected' },
  unsure: { name: 'uncertain', word: 'not sure' },
} as const;

function ByLine({
  by,
  isMemo,
}: {
  readonly by: NonNullable<NodeView['row']['by']>;
  readonly isMemo: boolean;
}) {
  return (
    <>
      {by.kind === 'person' && <Who by={by} />} <AuthorName by={by} />
      {isMemo && ', known from before'}
    </>
  );
}

function Sure({
  answer,
}: {
  readonly answer: { readonly kind: 'known'; readonly confidence: number; readonly value: string };
}) {
  return (
    <>
      <Confidence answer={answer} /> {Math.round(answer.confidence * 100)} %
    </>
  );
}

function Status({
  mark,
  flags,
}: {
  readonly mark: NonNullable<ReturnType<typeof markOf>>;
  readonly flags: number;
}) {
  const words = [
    flags & FLAGS.waiting && 'waits for a person',
    flags & FLAGS.rejected && 'rejected',
    flags & FLAGS.uncertain && 'uncertain',
    flags & FLAGS.unknown && 'unknown',
    flags & FLAGS.verified && 'verified',
    flags & FLAGS.corrected && 'corrected',
  ];
  return (
    <>
      <Mark name={mark} word="" /> {words.filter(Boolean).join(', ')}
    </>
  );
}
