/** The thin strip above a question: which run, what is left, how many wait, and that what was typed is kept. */

import { Link } from '@tanstack/react-router';
import type { Turn } from '../../../src/wire/turn.ts';
import { count, dollars, duration } from '../figures.ts';
import { useAccess } from '../session.ts';
import { useSecondsLeft } from './left.ts';

const MINUTE = 60;
const MS = 1000;

export function TurnStrip({
  turn,
  saved,
  onExtend,
}: {
  readonly turn: Turn;
  /** Undefined while nothing was typed. */
  readonly saved: 'here' | 'everywhere' | undefined;
  readonly onExtend: () => void;
}) {
  const seconds = useSecondsLeft(turn.lease.until, MINUTE);
  return (
    <p className="turn-strip faint">
      <RunName run={turn.run} />
      {leftOf(turn).map((part) => (
        <span key={part}>{part}</span>
      ))}
      {turn.behind > 0 && <span>{turn.behind.toLocaleString('en')} behind this</span>}
      {seconds !== undefined && (
        <span className="lease">
          {seconds > 0 ? `yours for ${seconds} s more` : 'somebody else may have it now'}{' '}
          <button type="button" aria-keyshortcuts="L" onClick={onExtend}>
            <kbd>L</kbd> keep it
          </button>
        </span>
      )}
      <span
        className="turn-saved"
        title={saved === 'here' ? 'in this browser; the server gets it as soon as it can' : undefined}
      >
        {saved !== undefined && 'saved'}
      </span>
    </p>
  );
}

export function RunName({ run }: { readonly run: string }) {
  // An overseer sees nothing of a tree but their own turns.
  return useAccess('look') ? (
    <Link to="/trees/$run" params={{ run }}>
      {run}
    </Link>
  ) : (
    <span>{run}</span>
  );
}

function leftOf({ left }: Turn): readonly string[] {
  const parts: string[] = [];
  if (left.questions !== undefined) parts.push(`${count(left.questions, 'question')} left`);
  if (left.depth !== undefined) parts.push(`${count(left.depth, 'level')} below`);
  if (left.micros !== undefined) parts.push(`${dollars(left.micros)} left`);
  if (left.seconds !== undefined) parts.push(`${duration(left.seconds * MS)} of people left`);
  return parts;
}
