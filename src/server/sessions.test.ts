import { describe, expect, test } from 'vitest';
import { type Keys, memoryPlace } from '../../test/place.ts';
import type { Session } from '../wire/session.ts';
import type { App } from './endpoint.ts';
import { type KeptSession, LIMITS, type Person, type Place } from './place.ts';
import { server } from './server.ts';

const ADA: Person = { id: 'person:ada', roles: ['overseer', 'operator'] };
const BOB: Person = { id: 'person:bob', roles: ['auditor'] };

async function signIn(app: App, key: string, address = '192.0.2.1') {
  const headers = { 'content-type': 'application/json' };
  const body = JSON.stringify({ key });
  const said = await app.request('/api/session', { method: 'POST', headers, body }, { address });
  const set = said.headers.get('set-cookie');
  return { status: said.status, set, cookie: set?.split(';')[0] ?? '', body: (await said.json()) as Session };
}

async function who(app: App, headers: Record<string, string>): Promise<string | undefined> {
  const said = await app.request('/api/session', { headers });
  return ((await said.json()) as { session: Session | null }).session?.person;
}

function setUp(more: Partial<Place> = {}) {
  let now = 0;
  const keys: Keys = { ada: ADA, bob: BOB };
  const place = memoryPlace(keys, { now: () => now, ...more });
  return { keys, place, app: server(place), pass: (milliseconds: number) => (now += milliseconds) };
}

describe('sessions', () => {
  test('begin with a key; the cookie is for this host alone and no script reads it', async () => {
    const { app } = setUp();
    const { status, set, cookie, body } = await signIn(app, 'ada');
    expect(status).toBe(200);
    expect(body).toMatchObject({ person: ADA.id, access: ['oversee', 'look', 'operate'] });
    expect(set).toMatch(/; HttpOnly; SameSite=Strict$/);
    expect(set).not.toMatch(/Domain|Secure/);
    expect(await who(app, { cookie })).toBe(ADA.id);
    const site = { hosts: ['localhost'], isSecure: true, isProxied: false };
    const secure = setUp({ site }).app;
    const own = await signIn(secure, 'ada');
    expect(own.set).toMatch(/^__Host-capstan=.*; Path=\/;.*; Secure;/);
    expect(await who(secure, { cookie: own.cookie })).toBe(ADA.id);
    expect(await who(secure, { cookie: own.cookie.replace('__Host-', '') })).toBeUndefined(); // of another host
  });

  test('are those of the key: a wrong one begins none, and one beside a cookie counts alone', async () => {
    const { app } = setUp();
    for (const key of ['', 'nobody', 'ADA', '__proto__', 'ada '])
      expect((await signIn(app, key)).status).toBeGreaterThanOrEqual(400);
    const { cookie } = await signIn(app, 'ada', '192.0.2.2');
    expect(await who(app, { cookie, authorization: 'Bearer bob' })).toBe(BOB.id);
    expect(await who(app, { cookie, authorization: 'Bearer nobody' })).toBeUndefined();
    expect(await who(app, { cookie, authorization: 'Basic YWRhOg==' })).toBeUndefined();
  });

  test('have the rights of now: less once a role is gone, none once the key is', async () => {
    const { app, keys } = setUp();
    const { cookie } = await signIn(app, 'ada');
    const runs = async () => (await app.request('/api/runs', { headers: { cookie } })).status;
    expect(await runs()).toBe(200);
    keys.ada = { ...ADA, roles: ['overseer'] };
    expect(await runs()).toBe(403);
    delete keys.ada;
    expect(await runs()).toBe(401);
    keys.ada = ADA;
    expect(await runs()).toBe(401); // it has ended
  });

  test('end when they were not used for long, and however much they are used', async () => {
    const { app, pass } = setUp();
    const { cookie } = await signIn(app, 'ada');
    const half = LIMITS.idleMs / 2;
    for (let age = 0; age < LIMITS.sessionMs; age += half) {
      expect(await who(app, { cookie })).toBe(ADA.id);
      pass(half);
    }
    expect(await who(app, { cookie })).toBeUndefined();
    const other = await signIn(app, 'ada');
    pass(LIMITS.idleMs);
    expect(await who(app, { cookie: other.cookie })).toBeUndefined();
  });

  test('end by signing out, on every tab of that browser and on no other', async () => {
    const { app } = setUp();
    const [one, other] = [await signIn(app, 'ada'), await signIn(app, 'ada')];
    const said = await app.request('/api/session', {
      method: 'DELETE',
      headers: { cookie: one.cookie, 'x-csrf-token': one.body.csrf },
    });
    expect(said.status).toBe(200);
    expect(said.headers.get('set-cookie')).toContain('Max-Age=0');
    expect(await who(app, { cookie: one.cookie })).toBeUndefined();
    expect(await who(app, { cookie: other.cookie })).toBe(ADA.id);
  });

  test('of one key are so many that they push no other out, and then the oldest of them ends', async () => {
    const { app } = setUp();
    const other = await signIn(app, 'bob');
    const own = [];
    for (let i = 0; i < 21; i++) own.push(await signIn(app, 'ada', `192.0.2.${i}`));
    const people = await Promise.all(own.map(({ cookie }) => who(app, { cookie })));
    expect(people).toEqual([undefined, ...own.slice(1).map(() => ADA.id)]);
    expect(await who(app, { cookie: other.cookie })).toBe(BOB.id);
  });

  test('outlast the server; what is kept of them opens nothing', async () => {
    let kept: readonly KeptSession[] = [];
    const write = (all: readonly KeptSession[]) => {
      kept = all;
    };
    const sessions = { read: () => kept, write };
    const { place, app } = setUp({ sessions });
    const { cookie, body } = await signIn(app, 'ada');
    const again = server(place);
    expect(await who(again, { cookie })).toBe(ADA.id);
    const said = await again.request('/api/session', { headers: { cookie } });
    expect(((await said.json()) as { session: Session }).session.csrf).toBe(body.csrf);
    expect(JSON.stringify(kept)).not.toContain(cookie.split('=')[1]);
    for (const value of Object.values(kept[0]!))
      expect(await who(again, { cookie: `capstan=${value}` })).toBeUndefined();
  });

  test('stay where a disk takes nothing, but nobody is told that they signed out', async () => {
    const lines: string[] = [];
    const write = () => {
      throw new Error('no space left');
    };
    const { app } = setUp({
      sessions: { read: () => [], write },
      report: (line) => lines.push(line),
    });
    const { cookie, body } = await signIn(app, 'ada');
    expect(await who(app, { cookie })).toBe(ADA.id);
    expect(lines).toEqual(['sessions are not kept: no space left']);
    const headers = { cookie, 'x-csrf-token': body.csrf };
    expect((await app.request('/api/session', { method: 'DELETE', headers })).status).toBe(500);
  });
});
