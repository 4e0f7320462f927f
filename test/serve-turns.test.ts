/** My turn by way of the program as it is started: what is said goes to the ledger by a thread of its own. */

import { once } from 'node:events';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Committed, Next } from '../src/wire/turn.ts';
import { capstan, capstanAtWork, SCRATCH } from './command.ts';
import { nameOf, offer, writeRun } from './desk/project.ts';

const before = process.cwd();
beforeAll(async () => {
  process.chdir(SCRATCH);
  writeRun('one');
  await offer('one', 2);
});
afterAll(() => process.chdir(before));

test('a person’s verdict is on the ledger when the server says so, and what they hold nobody else is given', async () => {
  const server = capstanAtWork(['serve', '--port', '0']);
  try {
    const [said] = (await once(server.process.stdout, 'data')) as [string];
    const { origin, hash } = new URL(said.trim());
    const headers = {
      authorization: `Bearer ${/key=(.*)/.exec(hash)![1]}`,
      'content-type': 'application/json',
    };
    const next = async () => (await (await fetch(`${origin}/api/turns/next`, { headers })).json()) as Next;
    const { turn } = await next();
    expect(turn).toMatchObject({ run: 'one', question: { text: `${nameOf('one', 0)}?` }, behind: 1 });
    const commit = { lease: turn!.lease.token, action: { kind: 'verify', place: 1 }, seconds: 1 };
    const response = await fetch(`${origin}/api/turns/${turn!.id}/commit`, {
      ...{ method: 'POST', headers, body: JSON.stringify(commit) },
    });
    const { entry } = (await response.json()) as Committed;
    const { stdout } = await capstan(['ledger', 'list', '--json']);
    expect(JSON.parse(stdout)[entry!]).toMatchObject({
      kind: 'action-taken',
      words: { action: 'verify', as: 'verdict' },
    });
    expect((await next()).turn!.exchanges[0]!.isVerified).toBe(true);
  } finally {
    server.process.kill('SIGTERM');
  }
  expect((await server.ended).status).toBe(0);
});
