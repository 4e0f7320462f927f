import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { type Keys, memoryPlace } from '../../test/place.ts';
import { CapstanError } from '../base/errors.ts';
import { type App, addEndpoint } from './endpoint.ts';
import { LIMITS, type PageFile, type Place, type Site } from './place.ts';
import { server } from './server.ts';

const KEYS: Keys = { ada: { id: 'person:ada', roles: ['operator'] } };
const bearer = { authorization: 'Bearer ada' };
const json = { 'content-type': 'application/json' };

/** With an endpoint that says what it was given. */
function withEcho(more: Partial<Place> = {}): App {
  const app = server(memoryPlace(KEYS, more));
  const word = z.object({ word: z.string().max(LIMITS.bodyBytes) });
  addEndpoint(
    app,
    { method: 'post', path: '/api/echo', access: 'operate', summary: 'says it', body: word, gives: word },
    ({ body }) => body,
  );
  return app;
}

const echo = (app: App, headers: Record<string, string>, body = '{"word":"a"}', url = '/api/echo') =>
  app.request(url, { method: 'POST', headers: { ...json, ...headers }, body });

async function session(app: App): Promise<Record<string, string>> {
  const body = JSON.stringify({ key: 'ada' });
  const said = await app.request('/api/session', { method: 'POST', headers: json, body });
  const cookie = said.headers.get('set-cookie')!.split(';')[0]!;
  return { cookie, 'x-csrf-token': ((await said.json()) as { csrf: string }).csrf };
}

describe('a request', () => {
  let app: App;
  let own: Record<string, string>;
  beforeEach(async () => {
    app = withEcho();
    own = await session(app);
  });

  test('that changes something by cookie names the token of that session', async () => {
    expect((await echo(app, own)).status).toBe(200);
    const { cookie } = own;
    const other = await session(app);
    for (const token of [undefined, '', 'x', own['x-csrf-token']!.slice(1), other['x-csrf-token']!])
      expect((await echo(app, { cookie: cookie!, ...(token && { 'x-csrf-token': token }) })).status).toBe(
        403,
      );
    expect((await echo(app, bearer)).status).toBe(200); // no browser sends a key by itself
  });

  test('that changes something by cookie, or signs in, comes from a page of ours', async () => {
    const key = JSON.stringify({ key: 'ada' });
    const signIn = (headers: Record<string, string>) => echo(app, headers, key, '/api/session');
    for (const origin of [
      'http://evil.example',
      'null',
      'https://localhost',
      'http://localhost:1',
      'http://localhost.evil.example',
    ]) {
      expect((await echo(app, { ...own, origin })).status).toBe(403);
      expect((await signIn({ origin })).status).toBe(403);
    }
    for (const site of ['cross-site', 'same-site', 'none', 'nonsense']) {
      expect((await echo(app, { ...own, 'sec-fetch-site': site })).status).toBe(403);
      expect((await signIn({ 'sec-fetch-site': site })).status).toBe(403);
    }
    const ours = { origin: 'http://localhost', 'sec-fetch-site': 'same-origin' };
    expect((await echo(app, { ...own, ...ours })).status).toBe(200);
    expect((await signIn(ours)).status).toBe(200);
  });

  test('that another page has a browser send reads nothing of the API either', async () => {
    const get = async (site: string) =>
      (await app.request('/api/runs', { headers: { ...own, 'sec-fetch-site': site } })).status;
    expect([await get('cross-site'), await get('same-site'), await get('none')]).toEqual([403, 403, 200]);
  });

  test('is for a host of ours, whatever page has that name lead here', async () => {
    for (const host of [
      'evil.example',
      'localhost.evil.example',
      '127.0.0.1.evil.example',
      '',
      'localhost@evil.example',
      'x:y',
    ])
      expect((await app.request('/api/health', { headers: { host } })).status).toBe(421);
    for (const host of ['localhost', 'LOCALHOST:7411', '127.0.0.1:1', '[::1]:7411'])
      expect((await app.request('/api/health', { headers: { host } })).status).toBe(200);
    expect((await app.request('http://evil.example/api/health')).status).toBe(421);
    expect(
      (await app.request('/api/health', { headers: { 'x-forwarded-host': 'evil.example' } })).status,
    ).toBe(200);
  });

  test('behind a proxy is for the host that the proxy was asked for', async () => {
    const site: Site = { hosts: ['capstan.example'], isSecure: true, isProxied: true };
    const proxied = withEcho({ site });
    const at = (headers: Record<string, string>) => proxied.request('/api/health', { headers });
    const plain = await at({ host: 'capstan.example' });
    expect(plain.status).toBe(200);
    expect(plain.headers.get('strict-transport-security')).toBe('max-age=31536000');
    expect((await app.request('/api/health')).headers.get('strict-transport-security')).toBeNull();
    expect((await at({ host: '127.0.0.1', 'x-forwarded-host': 'capstan.example' })).status).toBe(200);
    expect((await at({ host: '127.0.0.1' })).status).toBe(421);
    expect((await at({ host: 'capstan.example', 'x-forwarded-host': 'evil.example' })).status).toBe(421);
    const key = JSON.stringify({ key: 'ada' });
    const signIn = (origin: string) =>
      echo(proxied, { host: 'capstan.example', origin }, key, '/api/session');
    expect((await signIn('https://capstan.example')).status).toBe(200);
    expect((await signIn('http://capstan.example')).status).toBe(403);
  });

  test('has a body of a bounded size, also where it does not say how long it is', async () => {
    const most = LIMITS.bodyBytes - '{"word":""}'.length;
    const bodyOf = (length: number) => JSON.stringify({ word: 'x'.repeat(length) });
    expect((await echo(app, bearer, bodyOf(most))).status).toBe(200);
    expect((await echo(app, bearer, bodyOf(most + 1))).status).toBe(413);
    const endless = new ReadableStream({ pull: (to) => to.enqueue(new Uint8Array(2 ** 16).fill(120)) });
    const said = await app.request('/api/echo', {
      method: 'POST',
      headers: { ...bearer, ...json },
      body: endless,
      duplex: 'half',
    } as RequestInit);
    expect(said.status).toBe(413);
  });

  test('has a body of JSON, which says no more than what was asked for', async () => {
    expect((await echo(app, { ...bearer, 'content-type': 'text/plain' })).status).toBe(415);
    expect(
      (await echo(app, { ...bearer, 'content-type': 'application/x-www-form-urlencoded' }, 'word=a')).status,
    ).toBe(415);
    for (const body of ['', '{', 'null', '[]', '{"word":1}', '{"word":"a"', '\u0000', '['.repeat(100_000)])
      expect((await echo(app, bearer, body)).status).toBe(400);
    const said = await echo(app, bearer, '{"word":"a","__proto__":{"x":1},"constructor":1,"other":2}');
    expect(await said.text()).toBe('{"word":"a"}');
  });

  test('by whoever may not is refused before anything is said about it', async () => {
    expect((await echo(app, {}, '{')).status).toBe(401);
    const overseer = server(memoryPlace({ eve: { id: 'person:eve', roles: ['overseer'] } }));
    const said = await echo(overseer, { authorization: 'Bearer eve' }, '{', '/api/controls/stop');
    expect(said.status).toBe(403);
  });

  test('never has a response without its headers, whatever becomes of it', async () => {
    const all = [
      await app.request('/api/health'),
      await app.request('/nowhere'),
      await app.request('/api/runs'),
      await app.request('/api/health', { headers: { host: 'evil.example' } }),
      await echo(app, bearer, '{'),
    ];
    for (const { headers } of all) {
      expect(headers.get('content-security-policy')).toMatch(
        /^default-src 'none'; script-src 'self';.* frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'$/,
      );
      expect(headers.get('content-security-policy')).not.toMatch(/unsafe|\*/);
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('cache-control')).toBe('no-store');
      expect(headers.get('referrer-policy')).toBe('no-referrer');
      expect(headers.get('cross-origin-resource-policy')).toBe('same-origin');
      expect(headers.get('access-control-allow-origin')).toBeNull();
    }
  });
});

test('where something is damaged here is told to whoever may look, and to nobody else', async () => {
  const keys: Keys = { ...KEYS, eve: { id: 'person:eve', roles: ['overseer'] } };
  const fail = () => {
    throw new CapstanError('corrupt', '/home/ada/project/desk.db: expected a database, got «secret»');
  };
  const app = server(memoryPlace(keys));
  for (const [path, access] of [['open', undefined], ['own', 'oversee'], ['all', 'look']] as const) // biome-ignore format: a table
    addEndpoint(
      app,
      { method: 'get', path: `/api/${path}`, access, summary: 's', gives: z.object({}) },
      fail,
    );
  const told = async (path: string, key: string) => {
    const response = await app.request(`/api/${path}`, { headers: { authorization: `Bearer ${key}` } });
    return [response.status, (await response.text()).includes('secret')];
  };
  expect(await told('own', 'eve')).toEqual([500, false]);
  expect(await told('open', 'nobody')).toEqual([500, false]);
  expect(await told('all', 'ada')).toEqual([500, true]);
});

describe('rates', () => {
  const at = (app: App, address: string, headers: Record<string, string> = {}) =>
    app.request('/api/health', { headers }, { address });

  test('bound what one address asks, and what one key asks, from wherever', async () => {
    const rate = { perSecond: 1, burst: 5 };
    let now = 0;
    const app = server(memoryPlace(KEYS, { now: () => now, limits: { perKey: rate, perAddress: rate } }));
    const statuses = async (address: (i: number) => string, headers = {}) => {
      const all: number[] = [];
      for (let i = 0; i < 8; i++) all.push((await at(app, address(i), headers)).status);
      return all.join(' ');
    };
    const refused = '200 200 200 200 200 429 429 429';
    expect(await statuses(() => '192.0.2.1')).toBe(refused);
    expect((await at(app, '192.0.2.2')).status).toBe(200);
    expect(await statuses((i) => `2001:db8:1:2::${i}`)).toBe(refused); // one network is one address
    expect(await statuses((i) => `192.0.2.${i}`, bearer)).toBe(refused);
    expect((await at(app, '192.0.2.1')).headers.get('retry-after')).toBe('1');
    now += 2000;
    expect(await statuses(() => '192.0.2.1')).toBe('200 200 429 429 429 429 429 429');
  });

  test('of wrong keys are stricter, and keep nobody out who has a right one', async () => {
    const app = server(memoryPlace(KEYS));
    const signIn = async (key: string, address: string) => {
      const init = { method: 'POST', headers: json, body: JSON.stringify({ key }) };
      return (await app.request('/api/session', init, { address })).status;
    };
    const statuses: number[] = [];
    for (let i = 0; i < LIMITS.wrongKeys.burst + 2; i++)
      statuses.push(await signIn(`guess ${i}`, '192.0.2.1'));
    expect(statuses.filter((status) => status === 401)).toHaveLength(LIMITS.wrongKeys.burst);
    expect(await signIn('ada', '192.0.2.1')).toBe(200);
    expect(await signIn('guess', '192.0.2.2')).toBe(401);
    const wrong = { authorization: 'Bearer x' };
    expect((await at(app, '192.0.2.1', wrong)).status).toBe(429);
    expect((await at(app, '192.0.2.1', bearer)).status).toBe(200);
  });
});

describe('pages', () => {
  const file = (text: string, isImmutable = false): PageFile => ({
    bytes: new TextEncoder().encode(text),
    type: 'text/html; charset=utf-8',
    etag: `"${text}"`,
    isImmutable,
  });
  const files: { readonly [path: string]: PageFile } = {
    '/index.html': file('front'),
    '/assets/a-1b2c.js': file('script', true),
  };
  const pages = (path: string) => (Object.hasOwn(files, path) ? files[path] : undefined);
  const app = server(memoryPlace(KEYS, { pages, limits: { perAddress: { perSecond: 1e9, burst: 1e9 } } }));

  test('are the front page wherever no file is, and nothing where a file is missed', async () => {
    for (const path of ['/', '/runs/a', '/trees/a/b.c', '/ledger', '/ledger/12', '/index.html'])
      expect(await (await app.request(path)).text()).toBe('front');
    for (const path of ['/assets/none.js', '/api/none', '/api/', '/ledger/none'])
      expect((await app.request(path)).status).toBeGreaterThanOrEqual(400);
    expect((await app.request('/', { method: 'POST' })).status).toBe(404);
  });

  test('are kept for ever where their name says what they hold, else asked for again', async () => {
    const script = await app.request('/assets/a-1b2c.js');
    expect(script.headers.get('cache-control')).toContain('immutable');
    const front = await app.request('/runs');
    expect(front.headers.get('cache-control')).toBe('no-cache');
    const again = await app.request('/runs', { headers: { 'if-none-match': front.headers.get('etag')! } });
    expect(again.status).toBe(304);
  });

  test('lead to no other file, by whatever path', async () => {
    const parts = fc.constantFrom(
      '..',
      '.',
      '%2e%2e',
      '..%2f',
      '%5c',
      '\\',
      'etc',
      'passwd',
      'assets',
      '%00',
      'ledger',
      'log.key',
      'access',
      'keys.json',
      '//',
      '...',
    );
    await fc.assert(
      fc.asyncProperty(fc.array(parts, { maxLength: 8 }), async (path) => {
        const said = await app.request(`/${path.join('/')}`);
        expect([200, 401, 404]).toContain(said.status);
        if (said.status === 200) expect(['front', 'script']).toContain(await said.text());
      }),
      { numRuns: 300 },
    );
  });
});
