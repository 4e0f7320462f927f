/** What is around every page: where one is, who one is, and the one fixed place for stopping. */

import { Link, Outlet } from '@tanstack/react-router';
import type { Access } from '../../src/wire/session.ts';
import { useSession } from './session.ts';
import './shell.css';

const PLACES: readonly (readonly [to: string, name: string, access: Access])[] = [
  ['/turn', 'My turn', 'oversee'],
  ['/runs', 'Runs', 'look'],
  ['/models', 'Models', 'look'],
  ['/ledger', 'Ledger', 'audit'],
  ['/controls', 'Controls', 'operate'],
];

export function Shell() {
  const session = useSession();
  return (
    <>
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
        <span className="who">{session?.person.replace(/^person:/, '')}</span>
      </header>
      <main id="main" tabIndex={-1}>
        <Outlet />
      </main>
    </>
  );
}
