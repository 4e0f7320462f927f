/** An answer in one chip: its words, or why there are none. */

import type { Answer as AnswerValue } from '../../src/wire/question.ts';
import { Mark } from './marks.tsx';
import './answer.css';

const REASONS: { readonly [reason in (AnswerValue & { kind: 'unknown' })['reason']]: string } = {
  nobody: 'nobody knew',
  unsure: 'not sure',
  escalated: 'handed on',
  budget: 'out of budget',
  rejected: 'rejected',
  unavailable: 'not reachable',
};

/** `pending`: what is said while there is none. */
export function Answer({
  answer,
  pending = 'no answer yet',
}: {
  readonly answer: AnswerValue | undefined;
  readonly pending?: string;
}) {
  if (!answer) return <span className="answer faint">{pending}</span>;
  if (answer.kind === 'known')
    return (
      <span className="answer chip said" title={answer.value}>
        {answer.value}
      </span>
    );
  return (
    <span className="answer faint">
      <Mark name="uncertain" word="unknown" /> unknown: {REASONS[answer.reason]}
    </span>
  );
}

/** How sure, as a short bar; the number is in its title. */
export function Confidence({ answer }: { readonly answer: AnswerValue | undefined }) {
  if (answer?.kind !== 'known') return <span className="sure" />;
  const percent = Math.round(answer.confidence * 100);
  return (
    <span className="sure" title={`confidence ${percent} %`}>
      <svg aria-hidden="true" viewBox="0 0 100 4" preserveAspectRatio="none">
        <rect className="sure-all" width="100" height="4" />
        <rect className="sure-part" width={percent} height="4" />
      </svg>
      <span className="quiet">confidence {percent} %</span>
    </span>
  );
}
