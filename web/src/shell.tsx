/** What is around every page: where one is, who one is, whether the server is there, and the one fixed place for stopping. */

import { Link, Outlet, useRouterState } from '@tanstack/react-router';
import { useEffect } from 'react';
import type { Access, Session } from '../../src/wire/session.ts';
import { isSignedOut } from './api.ts';
import { Controls } from './controls.tsx';
import { useConnected, useEvents } from './events.ts';
import { SchemeSwitch } from './scheme.tsx';
import { useSessionQuery, useSignOut } from './session.ts';
import { SignIn } from './sign-in.tsx';
import { Loading, ProblemPanel } from './states.tsx';
import { Toasts } from './toast.tsx';
import { useOutbox } from './turn/outbox-here.ts';
import { nameOf } from './who.tsx';
import './shell.css';

const PLACES: readonly (readonly [to: string, name: string, access: Access])[] = [
  ['/turn', 'My turn', 'oversee'],
  ['/runs', 'Runs', 'look'],
  ['/models', 'Models', 'look'],
  ['/ledger', 'Ledger', 'audit'],
  ['/controls', 'Controls', 'operate'],
];

export function Shell() {
  const { data: session, error, refetch } = useSessionQuery();
  useEvents(session?.person);
  useTitle();
  const isRefused = isSignedOut(error);
  return (
    <Toasts>
      <a className="skip" href="#main">
        Skip to the page
      </a>
      <header className="strip">
        <Link to="/" className="mark">
          Capstan
        </Link>
        <nav aria-label="Pages">
          {PLACES.filter(([, , access]) => session?.access.includes(access)).map(([to, name]) => (
            <Link key={to} to={to} activeProps={{ 'aria-current': 'page' }}>
              {name}
            </Link>
          ))}
        </nav>
        {session ? <Signed session={session} /> : <SchemeSwitch />}
      </header>
      <main id="main" tabIndex={-1}>
        {session ? (
          <Outlet />
        ) : session === null || isRefused ? (
          <SignIn refused={error ?? undefined} />
        ) : error ? (
          <ProblemPanel error={error} onRetry={() => void refetch()} />
        ) : (
          <Loading what="Asking who you are" />
        )}
      </main>
    </Toasts>
  );
}

function Signed({ session }: { readonly session: Session }) {
  const isConnected = useConnected();
  const unsent = useOutbox(session.person, isConnected).filter(({ state }) => state.kind === 'unsent');
  const signOut = useSignOut();
  return (
    <>
      <span className="strip-word" role="status">
        {isConnected ? unsent.length > 0 && `${unsent.length} not sent yet` : 'offline'}
      </span>
      <Controls />
      <span className="who">
        {nameOf(session.person)}{' '}
        <button type="button" className="plain" onClick={() => signOut.mutate()}>
          Sign out
        </button>
        <SchemeSwitch />
      </span>
    </>
  );
}

/** Which of several open pages this is. */
function useTitle(): void {
  const path = useRouterState({ select: ({ location }) => location.pathname });
  useEffect(() => {
    const run = /^\/(?:runs|trees)\/([^/]+)/.exec(path)?.[1];
    const place =
      run === undefined ? PLACES.find(([to]) => path.startsWith(to))?.[1] : decodeURIComponent(run);
    document.title = place ? `${place} · Capstan` : 'Capstan';
  }, [path]);
}
