/** The witness as a person and as a log meet it: a program of its own, and what `capstan ledger verify --witness` says. */

import { cpSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openHead } from '../src/ledger/head.ts';
import { formatVerifierKey, parseVerifierKey } from '../src/ledger/key.ts';
import { formatSubmission, SUBMISSION_BYTES_MAX } from '../src/ledger/submission.ts';
import { capstan, lastLine, SCRATCH, start } from './command.ts';
import { ForkedLog, LOG } from './crash/forked-log.ts';
import { record, WITNESS, witness } from './run-log.ts';

const verify = (...args: readonly string[]) => capstan(['ledger', 'verify', ...args]);
const at = (...names: readonly string[]) => join(SCRATCH, ...names);

async function made(name: string): Promise<string> {
  const { stdout, status } = await witness('init', name, '--name', 'auditor.example/1');
  expect(status).toBe(0);
  return stdout.trimEnd();
}

describe('capstan-witness watch', () => {
  test('cosigns a ledger as it grows, and verify says what came later', async () => {
    const vkey = await made('grows');
    record('one', 300);
    expect(await verify('one', '--witness', vkey)).toMatchObject({ status: 6 });
    const unknown = await witness('watch', 'grows', 'one');
    expect(unknown).toMatchObject({ status: 9 });
    expect(unknown.stderr).toContain('expected a log that this witness trusts');
    expect(await witness('watch', 'grows', 'one', '--trust')).toMatchObject({ status: 0 });
    record('one', 20);
    const { stdout } = await verify('one', '--witness', vkey, '--json');
    expect(lastLine(stdout)).toMatchObject({
      size: 321,
      witnessed: [{ witness: 'auditor.example/1', size: 301, after: 20 }],
    });
    const said = await verify('one', '--witness', vkey);
    expect(said.stdout).toMatch(
      /^witnessed {2}301 entries by auditor.example\/1 at .*Z, not the 20 after them$/m,
    );
    const again = await witness('watch', 'grows', 'one', '--json');
    expect(lastLine(again.stdout)).toMatchObject({ origin: 'example.org/log', size: 321, before: 301 });
    expect(lastLine((await verify('one', '--witness', vkey, '--json')).stdout)).toMatchObject({
      witnessed: [{ size: 321, after: 0 }],
    });
    const head = await witness('head', 'grows', 'example.org/log');
    writeFileSync(at('kept'), head.stdout);
    expect(await verify('one', '--known', 'kept')).toMatchObject({ status: 0 });
    const other = await made('other');
    const both = await verify('one', '--witness', vkey, '--witness', other);
    expect(both).toMatchObject({ status: 6 });
    expect(both.stderr).toContain('expected a head cosigned by');
  });

  test('refuses a history that was written again, whoever signed it, and so does verify', async () => {
    const vkey = await made('rewrites');
    record('true', 50);
    cpSync(at('true'), at('early'), { recursive: true });
    record('true', 10);
    await witness('watch', 'rewrites', 'true', '--trust');
    // Shorter than what was witnessed, of its size, and longer: with the log's own key.
    for (const [name, count, reason] of [
      ['shorter', 5, /expected 61 entries and more/],
      ['same', 10, /expected one root for 61 entries, it signed two; both heads are in (\S+)/],
      ['longer', 20, /expected the root/],
    ] as const) {
      cpSync(at('early'), at(name), { recursive: true });
      record(name, count, 'another');
      cpSync(at('true', 'witnessed'), at(name, 'witnessed'), { recursive: true });
      expect(await verify(name)).toMatchObject({ status: 0 });
      expect(await verify(name, '--witness', vkey)).toMatchObject({ status: 6 });
      const refused = await witness('watch', 'rewrites', name);
      expect(refused).toMatchObject({ status: 6 });
      expect(refused.stderr).toMatch(reason);
      const evidence = reason.exec(refused.stderr)?.[1];
      if (!evidence) continue;
      const log = readFileSync(at(name, 'log.vkey'), 'utf8').trimEnd();
      const proven = await witness('evidence', evidence, log);
      expect(proven.stdout).toContain('signed two different logs of 61 entries');
    }
    // What remains: back to exactly what was witnessed, and on from there.
    cpSync(at('true'), at('window'), { recursive: true });
    record('true', 5);
    record('window', 7, 'another');
    expect(await verify('window', '--witness', vkey)).toMatchObject({ status: 0 });
    expect(await witness('watch', 'rewrites', 'window')).toMatchObject({ status: 0 });
    expect(await witness('watch', 'rewrites', 'true')).toMatchObject({ status: 6 });
  });

  test('of two histories at once cosigns one', async () => {
    for (const turn of [1, 2, 3]) {
      const names = ['left', 'right'].map((side) => `${side}-${turn}`);
      await made(`race-${turn}`);
      for (const name of names) record(name, 20, name);
      const ended = await Promise.all(names.map((name) => witness('watch', `race-${turn}`, name, '--trust')));
      expect(ended.map(({ status }) => status).sort()).toEqual([0, 6]);
      expect(names.filter((name) => existsSync(at(name, 'witnessed')))).toHaveLength(1);
    }
  });

  test('says what is missing', async () => {
    expect(await witness('watch', 'nowhere', 'one')).toMatchObject({ status: 3 });
    expect(existsSync(at('nowhere'))).toBe(false);
    await made('lonely');
    expect(await witness('watch', 'lonely', 'no-ledger')).toMatchObject({ status: 3 });
    expect(await witness('head', 'lonely', 'example.org/log')).toMatchObject({ status: 3 });
    expect(await witness('init', 'lonely', '--name', 'again')).toMatchObject({ status: 4 });
    expect(await witness('init', 'spaced', '--name', 'a name')).toMatchObject({ status: 2 });
  });
});

describe('capstan-witness serve', () => {
  const log = new ForkedLog(10, 40);
  const body = (branch: number, size: number, old: number) =>
    formatSubmission(log.submission(branch, size, old));

  test('speaks tlog-witness to whoever is on this machine', async () => {
    const vkey = await made('served');
    await witness('trust', 'served', formatVerifierKey(LOG));
    const server = start(process.execPath, [WITNESS, 'serve', 'served']);
    const [url] = (
      await new Promise<string>((resolve) => {
        server.process.stdout.once('data', resolve);
      })
    ).split('\n');
    const post = async (what: Uint8Array, path = '/add-checkpoint') => {
      const response = await fetch(`${url}${path}`, { method: 'POST', body: Buffer.from(what) });
      return {
        status: response.status,
        type: response.headers.get('content-type'),
        text: await response.text(),
      };
    };
    try {
      expect(await post(body(0, 5, 3))).toEqual({ status: 409, type: 'text/x.tlog.size', text: '0\n' });
      const first = await post(body(0, 20, 0));
      expect(first.status).toBe(200);
      const key = parseVerifierKey(vkey);
      const note = Buffer.from(`${log.head(0, 20)}${first.text}`);
      expect(openHead(note, LOG, [key]).cosignatures).toHaveLength(1);
      // Both branches at once, from all sides: those that are given out are of one of them.
      const asked = Array.from({ length: 40 }, (_, i) => ({ branch: i % 2, size: 21 + (i % 19) }));
      const answers = await Promise.all(asked.map(({ branch, size }) => post(body(branch, size, 20))));
      const given = asked.filter((_, i) => answers[i]!.status === 200);
      expect(given.length).toBeGreaterThan(0);
      expect(new Set(given.map(({ branch }) => branch))).toEqual(new Set([0]));
      expect([200, 409, 422]).toEqual(expect.arrayContaining(answers.map(({ status }) => status)));
      const last = Math.max(...given.map(({ size }) => size));
      expect(await post(body(0, 40, 20))).toMatchObject({ status: 409, text: `${last}\n` });
      expect((await post(body(1, 40, last))).status).toBe(422);
      const large = await new Promise((resolve, reject) => {
        const asking = request(`${url}/add-checkpoint`, { method: 'POST' }, ({ statusCode }) =>
          resolve(statusCode),
        );
        asking.on('error', reject);
        asking.end(Buffer.alloc(SUBMISSION_BYTES_MAX + 1));
      });
      expect(large).toBe(413);
      expect((await fetch(`${url}/add-checkpoint`)).status).toBe(405);
      expect((await post(body(0, 20, 0), '/')).status).toBe(404);
      expect((await post(Buffer.from('old'))).status).toBe(400);
    } finally {
      server.process.kill('SIGTERM');
    }
    expect((await server.ended).status).toBe(0);
  });
});
