/** What a page shows when it cannot show what it is for: nothing there, not yet there, unreachable, not allowed, broken.
 *  Each says what the next step is. */

import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { Problem } from '../../src/wire/problem.ts';
import { ApiError } from './api.ts';
import { sentence } from './figures.ts';
import './states.css';

/** `children`: what to do about it. */
export function Empty({ title, children }: { readonly title: string; readonly children?: ReactNode }) {
  return (
    <section className="state">
      <h2>{title}</h2>
      {children}
    </section>
  );
}

/** Says nothing for a moment: most of what is awaited is there before one could read that it is awaited. */
export function Loading({ what }: { readonly what: string }) {
  return (
    <p className="state faint loading" role="status">
      {what} …
    </p>
  );
}

/** `kept`: what is not lost by it. */
export function ProblemPanel({
  error,
  kept,
  onRetry,
}: {
  readonly error: unknown;
  readonly kept?: string;
  readonly onRetry?: () => void;
}) {
  const problem = problemOf(error);
  const [title, next] = WORDS[problem.code] ?? [sentence(problem.title), 'Try again, or look at its log.'];
  return (
    <section className="state problem" role="alert">
      <h2>{title}</h2>
      <p className="said">{sentence(problem.detail)}</p>
      <p>
        {kept !== undefined && `${kept} `}
        {next} {problem.code === 'unauthenticated' && <Link to="/">Sign in</Link>}
      </p>
      {onRetry && (
        <button type="button" onClick={onRetry}>
          Try again
        </button>
      )}
    </section>
  );
}

/** In one line, for beside a control. */
export function ProblemLine({ error }: { readonly error: unknown }) {
  return (
    <span className="problem-line said" role="alert">
      {sentence(problemOf(error).detail)}
    </span>
  );
}

export function NotAllowed({ what, who }: { readonly what: string; readonly who: string }) {
  return (
    <Empty title="Not yours to see">
      <p>
        {what} is for {who}. <code>capstan people</code> says who is what, and whoever is at this machine can
        change it there.
      </p>
      <p>
        <Link to="/">Back to the beginning</Link>
      </p>
    </Empty>
  );
}

export function problemOf(error: unknown): Problem {
  if (error instanceof ApiError) return error.problem;
  const detail = error instanceof Error ? error.message : String(error);
  return { type: 'about:blank', title: 'This page broke', status: 0, detail, code: 'page' };
}

/** By the code of the problem: what it is called, and what to do. */
const WORDS: { readonly [code: string]: readonly [title: string, next: string] } = {
  offline: ['No connection', 'It goes on by itself when the server is back: is «capstan serve» running?'],
  unauthenticated: [
    'Not signed in',
    'The key of this machine is in the address that «capstan serve» prints.',
  ],
  forbidden: ['Not yours to do', 'Ask whoever operates this project for a key that may.'],
  refused: ['Refused', 'The policy of this project decides that.'],
  'not-found': ['Not there', 'It may have another name, or be in another project.'],
  'unknown-path': ['Not there', 'The server is perhaps of another version than this page: load it again.'],
  'too-many': ['Too many requests', 'Wait a moment.'],
  corrupt: ['Damaged', 'Nothing was changed. «capstan audit» says what is damaged.'],
  'a-bug': ['Something broke on the server', 'Its log says what.'],
  page: ['This page broke', 'Load it again.'],
};
