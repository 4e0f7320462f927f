/** What each role is refused, of all that the document has. */

import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Access, Session } from '../src/wire/session.ts';
import { type PEOPLE, type SmallProject, smallProject } from './fuzz/project.ts';
import { type Document, requestsOf } from './fuzz/requests.ts';
import { Pool } from './fuzz/schema.ts';
import { PATIENCE_MS } from './tiny-run.ts';

/** What anybody may ask, who is signed in or not; anything else says whose it is. */
const OPEN = [
  'get /api/health',
  'get /api/session',
  'post /api/session',
  'delete /api/session',
  'get /api/events',
];
/** Of a role, from the issue rather than from the server. */
const MAY: { readonly [key in keyof typeof PEOPLE]: readonly Access[] } = {
  overseer: ['oversee'],
  operator: ['look', 'operate'],
  auditor: ['look', 'audit'],
};
const REFUSED = [400, 404, 405, 413, 415, 421, 429];

let project: SmallProject;
let document: Document;
const accessOf = new Map<string, Access | undefined>();

beforeAll(async () => {
  project = await smallProject([]);
  document = (await (await project.app.request('/api/openapi.json')).json()) as Document;
  for (const [path, methods] of Object.entries(document.paths))
    for (const [method, operation] of Object.entries(methods))
      accessOf.set(`${method} ${path}`, (operation as { 'x-access'?: Access })['x-access']);
}, PATIENCE_MS);

afterAll(() => project.leave());

test('everything but signing in, and hearing of changes, is for who may', () => {
  const open = [...accessOf].filter(([, access]) => access === undefined).map(([operation]) => operation);
  expect(open.toSorted()).toEqual(OPEN.toSorted());
});

test('a role may what it is for', async () => {
  for (const [key, may] of Object.entries(MAY)) {
    const said = await project.app.request('/api/session', { headers: { authorization: `Bearer ${key}` } });
    const { session } = (await said.json()) as { readonly session: Session };
    expect(new Set(session.access)).toEqual(new Set(may));
  }
});

test('whatever else somebody asks, they are refused, and told nothing but that', async () => {
  for (const [key, may] of Object.entries(MAY)) {
    const who = fc.constant({ authorization: `Bearer ${key}` });
    const all = requestsOf(document, new Pool(['one', 'a', '0']), who, false);
    for (const { operation, method, url, headers, body } of fc.sample(all, { seed: 1, numRuns: 150 })) {
      const access = accessOf.get(operation);
      const isOwn = `${method.toLowerCase()} ` === operation.slice(0, method.length + 1);
      if (access === undefined || may.includes(access) || !isOwn) continue;
      const said = await project.app.request(url, { method, headers, ...(body !== undefined && { body }) });
      expect([403, ...REFUSED], `${key}: ${operation}`).toContain(said.status);
      if (said.status !== 403) continue;
      const problem = (await said.json()) as { readonly detail: string };
      expect(problem.detail).toBe(`expected somebody who may «${access}», got person:${key}, who may not`);
    }
  }
});

test('an operation asked as it should be is a 403 for who may not, and never for who may', async () => {
  for (const [operation, access] of accessOf) {
    if (access === undefined) continue;
    const [method, path] = operation.split(' ') as [string, string];
    for (const [key, may] of Object.entries(MAY)) {
      const said = await project.app.request(path.replaceAll(/\{\w+\}/g, '0'), {
        method: method.toUpperCase(),
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
        ...(method !== 'get' && { body: '{' }),
      });
      expect(said.status === 403, `${key}: ${operation} ${said.status}`).toBe(!may.includes(access));
    }
  }
  for (const path of ['/ledger/log.vkey', '/ledger/log/checkpoint'])
    for (const key of ['overseer', 'operator'])
      expect((await project.app.request(path, { headers: { authorization: `Bearer ${key}` } })).status).toBe(
        403,
      );
});
