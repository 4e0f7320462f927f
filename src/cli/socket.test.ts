import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { memoryPlace } from '../../test/place.ts';
import { server } from '../server/server.ts';
import { isLoopback, type Listening, listen, siteOf } from './socket.ts';

const KEYS = { ada: { id: 'person:ada', roles: ['overseer'] } } as const;
const REQUEST_MS = 300;
const HEAD = 'Host: 127.0.0.1\r\nContent-Type: application/json\r\n';

let listening: Listening;
let port: number;
const stopping = new AbortController();
const broken: string[] = [];

beforeAll(async () => {
  const app = server(
    memoryPlace({ ...KEYS }, { stopping: stopping.signal, report: (line) => broken.push(line) }),
  );
  listening = await listen(app, { host: '127.0.0.1', port: 0, requestMs: REQUEST_MS });
  port = Number(new URL(listening.url).port);
});

/** What is said to those bytes until the other side hangs up; `drip` goes on slowly after them. */
function say(bytes: string, drip?: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    let said = '';
    const timer = drip === undefined ? undefined : setInterval(() => socket.write(drip), 50);
    socket.on('data', (data) => {
      said += data;
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      clearInterval(timer);
      resolve(said);
    });
    socket.write(bytes, 'latin1');
  });
}

const statuses = (said: string) => [...said.matchAll(/HTTP\/1\.1 (\d{3})/g)].map((match) => Number(match[1]));

describe('a socket', () => {
  test('is not held by a body or by headers that come slowly', async () => {
    const began = performance.now();
    const [body, headers] = await Promise.all([
      say(`POST /api/session HTTP/1.1\r\n${HEAD}Content-Length: 1000\r\n\r\n{`, ' '),
      say(`GET /api/health HTTP/1.1\r\nHost: 127.0.0.1\r\n`, 'X-A: b\r\n'),
    ]);
    expect(statuses(body)).toEqual([408]);
    expect(statuses(headers)).toEqual([408]);
    expect(body).toContain('"code":"too-slow"');
    expect(performance.now() - began).toBeLessThan(10 * REQUEST_MS);
  });

  test('says what was wrong with what is no request, and goes on for others', async () => {
    const close = 'GET /api/health HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n';
    const ask = 'GET /api/health HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n';
    expect(statuses(await say(ask + ask + close))).toEqual([200, 200, 200]);
    expect(statuses(await say(`${ask}rubbish\r\n\r\n`)).at(-1)).toBe(400);
    const all = [
      '\r\n\r\n\r\n\u0000\u0001\u0002 nothing\r\n\r\n',
      'GET / HTTP/9.9\r\n\r\n',
      `GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX: ${'x'.repeat(2 ** 15)}\r\n\r\n`,
      `POST /api/session HTTP/1.1\r\n${HEAD}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
      `POST /api/session HTTP/1.1\r\n${HEAD}Content-Length: -1\r\n\r\n`,
      `POST /api/session HTTP/1.1\r\n${HEAD}Transfer-Encoding: chunked\r\n\r\nzz\r\n`,
      'GET / HTTP/1.1\r\nConnection: close\r\n\r\n',
      'CONNECT evil.example:443 HTTP/1.1\r\nHost: evil.example\r\n\r\n',
      'GET http://evil.example/ HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n',
      'GET /%zz%00/../../etc/passwd HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n',
      'TRACE / HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n',
      'GET / HTTP/1.1\r\nHost: a b\r\nConnection: close\r\n\r\n',
    ];
    for (const bytes of all)
      for (const status of statuses(await say(bytes))) {
        expect(status).toBeGreaterThanOrEqual(400);
        expect(status).toBeLessThan(500);
      }
    expect((await fetch(`${listening.url}api/health`)).status).toBe(200);
  });

  test('does not read a body that is too large to its end', async () => {
    const said = await say(`POST /api/session HTTP/1.1\r\n${HEAD}Content-Length: 999999999999\r\n\r\n{`, ' ');
    expect(statuses(said)[0]).toBe(413);
  });

  test('is free again after events, whoever left first', async () => {
    const headers = { authorization: 'Bearer ada' };
    for (let i = 0; i < 20; i++) {
      const aborter = new AbortController();
      const said = await fetch(`${listening.url}api/events`, { headers, signal: aborter.signal });
      expect(said.status).toBe(200);
      aborter.abort();
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  });

  afterAll(async () => {
    const said = await fetch(`${listening.url}api/events`, { headers: { authorization: 'Bearer ada' } });
    const text = said.text();
    stopping.abort();
    await listening.close(1000);
    expect(await text).toContain('retry:');
    expect(broken).toEqual([]);
  });
});

describe('where it may listen', () => {
  const none = { allowHost: [], isTls: false };

  test('is this machine, and elsewhere only where nobody can listen in', () => {
    for (const host of ['127.0.0.1', '127.9.9.9', 'localhost', '::1']) {
      expect(isLoopback(host)).toBe(true);
      expect(siteOf({ ...none, host })).toMatchObject({ isSecure: false, isProxied: false });
    }
    for (const host of [
      '0.0.0.0',
      '::',
      '192.0.2.1',
      'localhost.evil.example',
      '127.0.0.1.evil.example',
      '128.0.0.1',
      '',
    ]) {
      expect(isLoopback(host)).toBe(false);
      expect(() => siteOf({ ...none, host })).toThrow(/expected --tls-cert and --tls-key, or --behind-proxy/);
    }
    const tls = { ...none, isTls: true };
    expect(siteOf({ ...tls, host: '192.0.2.1' }).hosts).toEqual(['192.0.2.1']);
    expect(() => siteOf({ ...tls, host: '0.0.0.0' })).toThrow(/--allow-host: expected the name/);
    expect(siteOf({ ...tls, host: '::', allowHost: ['Capstan.Example'] }).hosts).toEqual(['capstan.example']);
    expect(() => siteOf({ ...none, host: '127.0.0.1', behindProxy: true })).toThrow(/--allow-host/);
    expect(siteOf({ ...none, host: '127.0.0.1', behindProxy: true, allowHost: ['a.example'] })).toEqual({
      hosts: ['a.example'],
      isSecure: true,
      isProxied: true,
    });
  });
});
