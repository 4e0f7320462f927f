/** Signing in by key: pages get a cookie and a token that has to come back with whatever changes something, programs send
 *  their key along. What somebody may do is looked up at each request, so that who is withdrawn is out at once. */

import { hash } from 'node:crypto';
import { generateCookie, getCookie } from 'hono/cookie';
import { z } from 'zod';
import { messageOf } from '../base/errors.ts';
import { VERSION } from '../base/version.ts';
import { type Access, type Role, Session, SignIn } from '../wire/session.ts';
import { type App, addEndpoint, type Context } from './endpoint.ts';
import type { Door } from './guards.ts';
import { type Holder, type KeptSession, LIMITS, LOOPBACK, type Place, type Site } from './place.ts';
import { RequestError } from './problem.ts';

/** Who asks, and how that is known. */
export interface Visitor {
  readonly session: Session;
  /** The name of their key. */
  readonly key: string;
  readonly by: 'cookie' | 'bearer';
  /** What the cookie holds. */
  readonly secret?: string;
}

const ACCESS: { readonly [role in Role]: readonly Access[] } = {
  overseer: ['oversee'],
  operator: ['look', 'operate'],
  auditor: ['look', 'audit'],
};

/** More at a time than there are people and their devices; and of one key, so that nobody pushes others out. */
const SESSIONS_MAX = 1000;
const SESSIONS_OF_KEY = 20;
/** How old the time may be at which a session was seen last, as it is kept. */
const SEEN_MS = 60_000;

export class Sessions {
  readonly #place: Place;
  readonly #limits: { readonly idleMs: number; readonly sessionMs: number };
  /** By the hash of what the cookie holds, the oldest first. */
  readonly #kept: Map<string, KeptSession>;

  constructor(place: Place) {
    this.#place = place;
    this.#limits = { ...LIMITS, ...place.limits };
    this.#kept = new Map((place.sessions?.read() ?? []).map((one) => [one.cookie, one]));
  }

  /** What the cookie is to hold. */
  begin({ key }: Holder): string {
    const secret = `${this.#place.token()}${this.#place.token()}`;
    const now = this.#place.now();
    for (const one of this.#kept.values()) if (this.#isOver(one)) this.#kept.delete(one.cookie);
    const own = [...this.#kept.values()].filter((one) => one.key === key);
    for (const one of own.slice(0, 1 - SESSIONS_OF_KEY)) this.#kept.delete(one.cookie);
    while (this.#kept.size >= SESSIONS_MAX) this.#kept.delete(this.#kept.keys().next().value!);
    this.#keep({ cookie: digest(secret), key, started: now, seen: now });
    return secret;
  }

  find(secret: string): Visitor | undefined {
    const cookie = digest(secret);
    const kept = this.#kept.get(cookie);
    if (!kept) return undefined;
    const holder = this.#isOver(kept) ? undefined : this.#place.holderOf(kept.key);
    if (!holder) {
      this.#forget(cookie);
      return undefined;
    }
    const session = sessionOf(holder, this.#place, csrfOf(secret));
    return { key: kept.key, by: 'cookie', session, secret };
  }

  /** The same as it is used. */
  use(secret: string): Visitor | undefined {
    const visitor = this.find(secret);
    const kept = visitor && this.#kept.get(digest(secret));
    const now = this.#place.now();
    if (kept && now - kept.seen >= SEEN_MS) this.#keep({ ...kept, seen: now });
    return visitor;
  }

  /** The visitor as they are now; undefined once they are out. */
  still({ secret, key, by }: Omit<Visitor, 'session'>): Visitor | undefined {
    if (secret !== undefined) return this.find(secret);
    const holder = this.#place.holderOf(key);
    return holder && { key, by, session: sessionOf(holder, this.#place, '') };
  }

  /** Throws where it would be there again after the server's next start. */
  end(secret: string): void {
    if (this.#kept.delete(digest(secret))) this.#place.sessions?.write([...this.#kept.values()]);
  }

  #isOver({ started, seen }: KeptSession): boolean {
    const now = this.#place.now();
    return now - started >= this.#limits.sessionMs || now - seen >= this.#limits.idleMs;
  }

  #keep(one: KeptSession): void {
    this.#kept.set(one.cookie, one);
    this.#write();
  }

  #forget(cookie: string): void {
    if (this.#kept.delete(cookie)) this.#write();
  }

  /** A disk that takes nothing keeps nobody from working; they sign in again after the server's next start. */
  #write(): void {
    try {
      this.#place.sessions?.write([...this.#kept.values()]);
    } catch (error) {
      this.#place.report?.(`sessions are not kept: ${messageOf(error)}`);
    }
  }
}

/** Who asks; undefined for nobody. A key that comes along counts alone, also where it is nobody's. */
export function visitorOf(c: Context, sessions: Sessions, door: Door, site: Site): Visitor | undefined {
  const authorization = c.req.header('authorization');
  if (authorization === undefined) {
    const secret = getCookie(c, cookieName(c, site));
    return secret === undefined ? undefined : sessions.use(secret);
  }
  const holder = door(c, /^Bearer +(\S+)$/i.exec(authorization)?.[1] ?? '');
  return holder && sessions.still({ key: holder.key, by: 'bearer' });
}

export function addSessions(app: App, place: Place, sessions: Sessions, door: Door): void {
  const { site = LOOPBACK } = place;
  const cookie = (c: Context, secret: string, seconds: number) =>
    generateCookie(cookieName(c, site), secret, {
      ...{ httpOnly: true, sameSite: 'Strict', path: '/', secure: site.isSecure, maxAge: seconds },
    });
  const { sessionMs } = { ...LIMITS, ...place.limits };
  const MS = 1000;
  addEndpoint(
    app,
    {
      method: 'post',
      path: '/api/session',
      access: undefined,
      summary: 'Sign in with a key; what is given is also what GET gives, and a cookie',
      body: SignIn,
      gives: Session,
    },
    ({ body, context }) => {
      const holder = door(context, body.key);
      if (!holder) throw new RequestError('unauthenticated', 'expected a key of somebody, got one of nobody');
      const secret = sessions.begin(holder);
      context.header('set-cookie', cookie(context, secret, sessionMs / MS));
      return sessionOf(holder, place, csrfOf(secret));
    },
  );
  addEndpoint(
    app,
    {
      method: 'get',
      path: '/api/session',
      access: undefined,
      summary: 'Who is signed in; nobody is null',
      gives: z.object({ session: Session.nullable() }),
    },
    ({ session }) => ({ session: session ?? null }),
  );
  addEndpoint(
    app,
    {
      method: 'delete',
      path: '/api/session',
      access: undefined,
      summary: 'Sign out',
      gives: z.object({ session: z.null() }),
    },
    ({ context }) => {
      const secret = getCookie(context, cookieName(context, site));
      if (secret !== undefined) sessions.end(secret);
      context.header('set-cookie', cookie(context, '', 0));
      return { session: null };
    },
  );
}

/** Browsers send a cookie to all ports of a host, so that of each server has a name of its own; over TLS one with a prefix for
 *  which they take no cookie that another host has set (RFC 6265bis §4.1.3.2). */
export function cookieName(c: Context, { isSecure } = LOOPBACK): string {
  const { port } = new URL(c.req.url);
  return `${isSecure ? '__Host-' : ''}capstan${port ? `-${port}` : ''}`;
}

function sessionOf({ id, roles }: Holder, place: Place, csrf: string): Session {
  return {
    person: id,
    roles: [...roles],
    access: [...new Set(roles.flatMap((role) => ACCESS[role]))],
    csrf,
    project: place.project ?? 'capstan',
    version: VERSION,
    isAlone: place.isAlone(),
  };
}

function digest(text: string): string {
  return hash('sha256', text);
}

/** Follows from the cookie, which no script can read; the cookie does not follow from it. */
function csrfOf(secret: string): string {
  return digest(`csrf ${secret}`);
}
