/** A short version of «npm run prove fuzz». */

import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { addEndpoint } from '../src/server/endpoint.ts';
import { fuzz } from './fuzz/fuzz.ts';
import { askers, knownIn, type SmallProject, smallProject } from './fuzz/project.ts';
import { PATIENCE_MS } from './tiny-run.ts';

let project: SmallProject;

beforeAll(async () => {
  project = await smallProject(['one']);
}, PATIENCE_MS);

afterAll(() => project.leave());

test(
  'whatever is asked of the server, it answers, and nothing of it breaks',
  async () => {
    const { app, broken } = project;
    const who = await askers(app);
    const said = await fuzz(app, {
      seed: 1,
      requests: 250,
      who,
      known: await knownIn(app),
    });
    expect(said.wrong).toEqual([]);
    expect(broken).toEqual([]);
    // Some of it is right, or nothing is tried.
    expect(said.statuses['200']).toBeGreaterThan(said.sent / 10);
  },
  PATIENCE_MS,
);

test('what breaks is found: a bug, and an answer that is not as it was said to be', async () => {
  const { app, broken } = project.fresh();
  const shape = z.object({ n: z.coerce.number().int() });
  const acts: { readonly [path: string]: (n: number) => { readonly n: number } } = {
    '/api/throws': (n) => {
      if (n > 10) throw new TypeError('a bug');
      return { n };
    },
    '/api/lies': (n) => (n > 10 ? ({ n: 'x' } as never) : { n }),
  };
  for (const [path, act] of Object.entries(acts))
    addEndpoint(
      app,
      { method: 'get', path, access: 'look', summary: path, query: shape, gives: shape },
      ({ query: { n } }) => act(n),
    );
  const paths = Object.keys(acts);
  const said = await fuzz(app, { seed: 1, requests: 100, who: await askers(app), known: ['0'], paths });
  for (const path of paths) {
    expect(said.wrong.some((one) => one.startsWith('500 a-bug') && one.includes(path))).toBe(true);
    expect(broken.some((line) => line.startsWith(`GET ${path} 500`))).toBe(true);
  }
});
