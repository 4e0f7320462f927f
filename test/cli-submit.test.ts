/** `capstan ledger submit` as a person meets it, with witnesses that are processes of their own: also such as are killed, slow,
 *  endless or not there. */

import { cpSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type AtWork, capstan, lastLine, PATIENCE_MS, SCRATCH, start } from './command.ts';
import { long } from './long.ts';
import { record, WITNESS, witness } from './run-log.ts';

const submit = (...args: readonly string[]) => capstan(['ledger', 'submit', ...args]);
const verify = (...args: readonly string[]) => capstan(['ledger', 'verify', ...args]);
const at = (...names: readonly string[]) => join(SCRATCH, ...names);

async function made(name: string): Promise<string> {
  return (await witness('init', name, '--name', `${name}.example/1`)).stdout.trimEnd();
}

const trust = (name: string, ledger: string) =>
  witness('trust', name, readFileSync(at(ledger, 'log.vkey'), 'utf8').trimEnd());

async function serve(name: string): Promise<{ readonly url: string; readonly server: AtWork }> {
  const server = start(process.execPath, [WITNESS, 'serve', name]);
  const said = new Promise<string>((resolve) => {
    server.process.stdout.once('data', resolve);
  });
  return { url: (await said).trimEnd(), server };
}

async function serving<T>(name: string, act: (url: string) => Promise<T>): Promise<T> {
  const { url, server } = await serve(name);
  try {
    return await act(url);
  } finally {
    server.process.kill('SIGTERM');
    await server.ended;
  }
}

async function answering<T>(listener: RequestListener, act: (url: string) => Promise<T>): Promise<T> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  try {
    return await act(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

describe('capstan ledger submit', () => {
  test('has the head cosigned as the ledger grows, and verify finds it', {
    timeout: PATIENCE_MS,
  }, async () => {
    const vkey = await made('near');
    record('grows', 300);
    await serving('near', async (url) => {
      const keyless = await submit(url, 'grows');
      expect(keyless).toMatchObject({ status: 2 });
      expect(keyless.stderr).toContain('witness.vkey');
      const unknown = await submit(url, 'grows', '--witness', vkey);
      expect(unknown).toMatchObject({ status: 9 });
      expect(unknown.stderr).toContain('got 404: it does not trust this log');
      expect(existsSync(at('grows', 'witnessed'))).toBe(false);
      await trust('near', 'grows');
      const first = await submit(url, 'grows', '--witness', vkey);
      expect(first).toMatchObject({ status: 0 });
      expect(first.stdout).toMatch(/^cosigned {3}301 entries of example.org\/log by near.example\/1 at /);
      // The key can lie in the ledger; a prefix may end in a slash.
      writeFileSync(at('grows', 'witness.vkey'), `${vkey}\n`);
      record('grows', 20);
      const more = await submit(`${url}/`, 'grows', '--json');
      expect(lastLine(more.stdout)).toMatchObject([{ size: 321, before: 301, witness: 'near.example/1' }]);
      // Not knowing what was cosigned costs one more question.
      rmSync(at('grows', 'witnessed'), { recursive: true });
      expect(lastLine((await submit(url, 'grows', '--json')).stdout)).toMatchObject([{ before: 321 }]);
      const { stdout } = await verify('grows', '--witness', vkey, '--json');
      expect(lastLine(stdout)).toMatchObject({ size: 321, witnessed: [{ size: 321, after: 0 }] });
      // A witness of another key, and of no key.
      const other = await made('elsewhere');
      const stranger = await submit(url, 'grows', '--witness', other);
      expect(stranger).toMatchObject({ status: 6 });
      expect(stranger.stderr).toMatch(
        /expected a cosignature by elsewhere\.example.*got one by near\.example/,
      );
      const log = readFileSync(at('grows', 'log.vkey'), 'utf8').trimEnd();
      expect(await submit(url, 'grows', '--witness', log)).toMatchObject({ status: 2 });
    });
  });

  test('from several processes at once, while the ledger grows, leaves the largest head', {
    timeout: PATIENCE_MS,
  }, async () => {
    const vkey = await made('busy');
    record('busy-ledger', 10);
    await trust('busy', 'busy-ledger');
    await serving('busy', async (url) => {
      const asked = Array.from({ length: 4 }, () => submit(url, 'busy-ledger', '--witness', vkey));
      for (let i = 0; i < 5; i++) record('busy-ledger', 3);
      for (const { status, stderr } of await Promise.all(asked)) expect([0, 5], stderr).toContain(status);
      await submit(url, 'busy-ledger', '--witness', vkey);
      const { stdout } = await verify('busy-ledger', '--witness', vkey, '--json');
      expect(lastLine(stdout)).toMatchObject({ size: 26, witnessed: [{ size: 26, after: 0 }] });
    });
  });

  long(
    'of a log that was rolled back or written again says so, and keeps nothing',
    {
      timeout: PATIENCE_MS,
    },
    async () => {
      const vkey = await made('strict');
      record('true', 50);
      cpSync(at('true'), at('early'), { recursive: true });
      record('true', 10);
      await trust('strict', 'true');
      await serving('strict', async (url) => {
        expect(await submit(url, 'true', '--witness', vkey)).toMatchObject({ status: 0 });
        for (const [name, count, reason] of [
        ['shorter', 5, /cosigned 61 entries .*: expected as many and more, the log has 56; it was rolled back/],
        ['same', 10, /got 409: it cosigned another log of this size.*both heads are in (evidence-\S+?)»/],
        ['longer', 20, /got 422: the log does not extend what it cosigned.*both heads are in (evidence-\S+?)»/],
      ] as const) // biome-ignore format: a table
          for (const isKnown of [false, true]) {
            rmSync(at(name), { recursive: true, force: true });
            cpSync(at('early'), at(name), { recursive: true });
            record(name, count, 'another');
            if (isKnown) cpSync(at('true', 'witnessed'), at(name, 'witnessed'), { recursive: true });
            const refused = await submit(url, name, '--witness', vkey);
            expect(refused).toMatchObject({ status: 6, stdout: '' });
            expect(refused.stderr).toMatch(reason);
            expect(existsSync(at(name, 'witnessed'))).toBe(isKnown);
            const evidence = reason.exec(refused.stderr)?.[1];
            if (!evidence) continue;
            const log = readFileSync(at(name, 'log.vkey'), 'utf8').trimEnd();
            const proven = await witness('evidence', `strict/${evidence}`, log);
            expect(proven.stdout).toContain('signed two different logs of 61 entries');
            expect(proven.stdout).toContain(name === 'longer' ? 'goes on to 71' : 'entries\n');
          }
        expect(await submit(url, 'true', '--witness', vkey)).toMatchObject({ status: 0 });
      });
    },
  );

  long(
    'loses nothing when the witness is killed, before it looks or after it signed',
    {
      timeout: PATIENCE_MS,
    },
    async () => {
      const vkey = await made('mortal');
      record('kept', 10);
      await trust('mortal', 'kept');
      let size = 11;
      let last = 0;
      for (const moment of ['before it looks', 'after it signed', 'after it signed', 'before it looks'] as const) {
      record('kept', 7);
      size += 7;
      const { url, server } = await serve('mortal');
      // Stands between both, and knows when to kill.
      const killing: RequestListener = async (request, response) => {
        const parts: Buffer[] = [];
        for await (const part of request) parts.push(part);
        if (moment === 'after it signed') {
          const path = `${url}${request.url}`;
          const answer = await fetch(path, { method: 'POST', body: Buffer.concat(parts) });
          const body = await answer.text();
          if (answer.status !== 200) {
            response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type')! }).end(body);
            return;
          }
        }
        server.process.kill('SIGKILL');
        await server.ended;
        response.destroy();
      };
      await answering(killing, async (between) => {
        const failed = await submit(between, 'kept', '--witness', vkey);
        expect(failed).toMatchObject({ status: 3, stdout: '' });
        expect(failed.stderr).toContain('expected an answer within 30 s');
      });
      // What was kept of before is still there, and what the witness had promised too.
      if (last > 0)
        expect(lastLine((await verify('kept', '--witness', vkey, '--json')).stdout)).toMatchObject({ witnessed: [{ size: last }] });
      await serving('mortal', async (again) => {
        const before = moment === 'after it signed' ? size : last;
        const { stdout } = await submit(again, 'kept', '--witness', vkey, '--json');
        expect(lastLine(stdout)).toMatchObject([{ size, before }]);
      });
      last = size;
    } // biome-ignore format: long
    },
  );

  long(
    'waits for nobody for ever, reads no endless answer, and goes nowhere else',
    {
      timeout: PATIENCE_MS,
    },
    async () => {
      const vkey = await made('absent');
      record('patient', 10);
      const asked = (url: string) => submit(url, 'patient', '--witness', vkey, '--timeout', '1');
      const gone = await answering(
        () => undefined,
        async (url) => url,
      );
      expect(await asked(gone)).toMatchObject({ status: 3, stderr: expect.stringContaining('ECONNREFUSED') });
      await answering(
        () => undefined,
        async (url) => {
          expect(await asked(url)).toMatchObject({ status: 3, stderr: expect.stringContaining('got none') });
        },
      );
      const drip: RequestListener = (_, response) => {
        response.writeHead(200);
        const timer = setInterval(() => response.write('—'), 50);
        response.on('close', () => clearInterval(timer));
      };
      await answering(drip, async (url) => {
        expect(await asked(url)).toMatchObject({ status: 3, stderr: expect.stringContaining('got none') });
      });
      const endless: RequestListener = (_, response) => {
        response.writeHead(200);
        const more = () => {
          while (response.write('x'.repeat(9999)) && !response.destroyed);
        };
        response.on('drain', more);
        more();
      };
      await answering(endless, async (url) => {
        expect(await asked(url)).toMatchObject({
          status: 6,
          stderr: expect.stringContaining('expected at most 65536 bytes'),
        });
      });
      let visits = 0;
      await answering(
        () => visits++,
        async (elsewhere) => {
          await answering(
            (_, response) => response.writeHead(307, { location: elsewhere }).end(),
            async (url) => {
              expect(await asked(url)).toMatchObject({
                status: 3,
                stderr: expect.stringContaining('got 307'),
              });
            },
          );
        },
      );
      expect(visits).toBe(0);
      for (const url of [
        'nonsense',
        'ftp://localhost',
        'http://a@localhost',
        'http://localhost/?a',
        'file:///etc/passwd',
      ])
        expect(await asked(url), url).toMatchObject({ status: 2 });
      expect(await submit('http://localhost', 'nowhere', '--witness', vkey)).toMatchObject({ status: 3 });
      expect(existsSync(at('nowhere'))).toBe(false);
      expect(existsSync(at('patient', 'witnessed'))).toBe(false);
      // biome-ignore format: long
    },
  );
});
