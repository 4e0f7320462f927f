/** Signing in by key: pages get a cookie and a token that has to come back with whatever changes something, programs send
 *  their key along. */

import { getCookie, setCookie } from 'hono/cookie';
import { z } from 'zod';
import { VERSION } from '../base/version.ts';
import { type Access, type Role, Session, SignIn } from '../wire/session.ts';
import { type App, addEndpoint } from './endpoint.ts';
import type { Person, Place } from './place.ts';
import { RequestError } from './problem.ts';

const COOKIE = 'capstan';

const ACCESS: { readonly [role in Role]: readonly Access[] } = {
  overseer: ['oversee'],
  operator: ['look', 'operate'],
  auditor: ['look', 'audit'],
};

export function addSessions(app: App, place: Place): void {
  const sessions = new Map<string, Session>();
  app.use('*', async (c, next) => {
    const bearer = /^Bearer (\S+)$/.exec(c.req.header('authorization') ?? '')?.[1];
    const person = bearer === undefined ? undefined : place.whoHas(bearer);
    const session = person ? sessionOf(person, place) : sessions.get(getCookie(c, COOKIE) ?? '');
    c.set('session', session);
    await next();
  });
  app.post('/api/session', async (c) => {
    const { key } = SignIn.parse(await c.req.json());
    const person = place.whoHas(key);
    if (!person) throw new RequestError('unauthenticated', 'expected a key of somebody, got one of nobody');
    const session = sessionOf(person, place);
    const id = place.token();
    sessions.set(id, session);
    setCookie(c, COOKIE, id, { httpOnly: true, sameSite: 'Strict', path: '/' });
    return c.json(session);
  });
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
}

function sessionOf({ id, roles }: Person, place: Place): Session {
  return {
    person: id,
    roles: [...roles],
    access: [...new Set(roles.flatMap((role) => ACCESS[role]))],
    csrf: place.token(),
    project: 'capstan',
    version: VERSION,
    isAlone: place.isAlone(),
  };
}
