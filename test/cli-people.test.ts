/** People and their authority, as a person meets them. */

import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { verifyLedger } from '../src/record/verify.ts';
import { type AtWork, capstan, capstanAtWork, OWN, PATIENCE_MS, SCRATCH } from './command.ts';

const SMALL = ['run', 'permutation-powering', '--size', '8', '--powers', '4', '--replicas', '1', '--quiet'];
const reason = ['--reason', 'a look at the data'];
const keyOf = (name: string) => join(OWN, `config/capstan/${name}.key`);

/** A project of its own. */
function project(name: string) {
  const place = join(SCRATCH, name);
  mkdirSync(place);
  return {
    place,
    here: (...args: readonly string[]) => capstan(args, { folder: place }),
    kinds: () => verifyLedger(join(place, 'ledger')).entries.map(({ kind }) => kind),
    waits: async (...args: readonly string[]) => {
      const { status, stdout } = await capstan(args, { folder: place });
      expect(status).toBe(0);
      return /waits as request (\d+)/.exec(stdout)![1]!;
    },
  };
}

describe('people', () => {
  const { place, here, waits } = project('people');

  beforeAll(async () => {
    expect((await here('stop', ...reason)).status).toBe(0); // by whoever is at the terminal
    expect((await here('resume', ...reason)).status).toBe(0);
    expect((await here('people', 'add', 'ada', '--role', 'operator')).status).toBe(0);
    expect((await here('people', 'add', 'bob', '--role', 'operator', '--as', 'ada')).status).toBe(0);
  }, PATIENCE_MS);

  test('have keys of their own, which others cannot read and which the ledger does not have', async () => {
    if (process.platform !== 'win32') expect(statSync(keyOf('ada')).mode & 0o777).toBe(0o600);
    const { stdout } = await here('people', 'list', '--json');
    expect(JSON.parse(stdout)).toMatchObject([
      { name: 'ada', roles: ['operator'] },
      { name: 'bob', roles: ['operator'] },
    ]);
    const [, secret] = /^PRIVATE\+KEY\+ada\+\w{8}\+(\S{44})\n$/.exec(readFileSync(keyOf('ada'), 'utf8'))!;
    expect(readFileSync(join(place, 'ledger/journal/00000000.seg'), 'utf8')).not.toContain(secret);
  });

  test('halt alone, and let work go on by two', async () => {
    const nobody = await here('pause', ...reason);
    expect(nobody).toMatchObject({ status: 9 });
    expect(nobody.stderr).toContain('expected --as NAME, one of ada, bob');
    // It was no act of anybody, but it halts all the same.
    expect((await here(...SMALL)).stderr).toContain('stopped by the file ledger/halt');
    expect((await here('stop', '--as', 'ada', ...reason)).status).toBe(0);
    const request = await waits('resume', '--as', 'ada', ...reason);
    expect((await here('requests')).stdout).toContain(`${request}  resume`);
    expect(await here(...SMALL)).toMatchObject({ status: 9 });
    const alone = await here('approve', request, '--as', 'ada');
    expect(alone).toMatchObject({ status: 9 });
    expect(alone.stderr).toContain('expected somebody other than ada');
    const stolen = await here('approve', request, '--as', 'bob', '--key', keyOf('ada'));
    expect(stolen.stderr).toContain('expected the key of bob, got one of ada');
    expect(await here('approve', request, '--as', 'bob')).toMatchObject({ status: 0 });
    expect((await here('requests')).stdout).toContain('nothing waits');
    expect(await here('approve', request, '--as', 'bob')).toMatchObject({ status: 3 });
    expect(await here(...SMALL)).toMatchObject({ status: 0 });
    expect((await here('ledger', 'verify')).status).toBe(0);
  });

  test('rotate their keys and are withdrawn; what they had is worth nothing after', async () => {
    const old = join(SCRATCH, 'old.key');
    cpSync(keyOf('bob'), old);
    expect((await here('people', 'rotate', 'bob')).status).toBe(0);
    const { stderr } = await here('stop', '--as', 'bob', '--key', old, ...reason);
    expect(stderr).toContain('expected a signature of bob+');
    const request = await waits('people', 'withdraw', 'bob', '--as', 'bob');
    expect(await here('approve', request, '--as', 'ada')).toMatchObject({ status: 0 });
    expect((await here('stop', '--as', 'bob', ...reason)).stderr).toContain(
      'somebody who is enrolled, got person:bob',
    );
    expect((await here('people', 'withdraw', 'ada', '--as', 'ada')).stderr).toContain(
      'expected somebody left',
    );
    expect((await here('ledger', 'verify')).status).toBe(0);
  });

  test('are told what is wrong with what they give', async () => {
    expect(await here('people', 'add', 'eve', '--role', 'king', '--as', 'ada')).toMatchObject({ status: 2 });
    expect(await here('people', 'add', 'eve', '--as', 'ada')).toMatchObject({ status: 2 });
    expect(await here('stop', '--as', 'zoe', ...reason)).toMatchObject({ status: 3 });
    writeFileSync(join(SCRATCH, 'open.key'), readFileSync(keyOf('ada')), { mode: 0o644 });
    const open = await here('stop', '--as', 'ada', '--key', join(SCRATCH, 'open.key'), ...reason);
    expect(open.stderr).toContain('expected a key that its owner alone can read');
  });
});

describe('a policy', () => {
  const { place, here, waits } = project('policy');
  const file = join(place, 'capstan.policy.json');

  test('is what was adopted, not what the file says', async () => {
    await here('people', 'add', 'cyd', '--role', 'operator');
    await here('people', 'add', 'dan', '--role', 'operator', 'auditor', '--as', 'cyd');
    const { stdout } = await here('policy', 'show');
    writeFileSync(file, stdout);
    expect((await here('policy', 'check')).stdout).toContain('is the policy in force');
    const edited = stdout
      .replace(
        '"resume": { "roles": ["operator"], "people": 2 }',
        '"resume": { "roles": ["auditor"], "people": 1 }',
      )
      .replace('"promotion": "gate"', '"promotion": "people"');
    writeFileSync(file, edited);
    await here('stop', '--as', 'cyd', ...reason);
    const refused = await here('resume', '--as', 'dan', ...reason);
    expect(refused).toMatchObject({ status: 9 });
    expect(refused.stderr).toContain('expected the policy in force (the default one), got another');
    expect(await here('policy', 'check')).toMatchObject({ status: 9 });
    expect((await here('policy', 'show')).stdout).toBe(stdout);
    const request = await waits('policy', 'adopt', '--as', 'cyd');
    expect(await here('approve', request, '--as', 'dan')).toMatchObject({ status: 0 });
    expect((await here('policy', 'show')).stdout).toBe(edited);
    expect((await here('resume', '--as', 'cyd', ...reason)).stderr).toContain(
      'expected one of auditor for «resume»',
    );
    expect(await here('resume', '--as', 'dan', ...reason)).toMatchObject({ status: 0 });
    writeFileSync(file, edited.replace('"people": 1', '"people": 3'));
    expect((await here('policy', 'check')).stderr).toContain('«people» of «pause»: expected 1');
    writeFileSync(file, edited);
  });

  test(
    'that leaves promotion to people: what passes its gate is served once two have said so',
    async () => {
      expect(await here(...SMALL, '--run', 'runs/one')).toMatchObject({ status: 0 });
      const models = async () => JSON.parse((await here('models', 'list', '--json')).stdout);
      const [model] = await models();
      expect(model.state).toBe('passed');
      expect(existsSync(join(place, 'runs/one/ida/promoted.json'))).toBe(false);
      expect(await here('ask', 'one', 's^3(5)')).toMatchObject({ status: 3 });
      const request = await waits('models', 'promote', model.hash, '--as', 'cyd', ...reason);
      expect(existsSync(join(place, 'runs/one/ida/promoted.json'))).toBe(false);
      expect(await here('approve', request, '--as', 'dan')).toMatchObject({ status: 0 });
      expect((await models())[0].state).toBe('serving');
      expect(await here('ask', 'one', 's^3(5)')).toMatchObject({ status: 0 });
      // One takes it back.
      const backup = join(SCRATCH, 'runs-backup');
      cpSync(join(place, 'runs'), backup, { recursive: true });
      expect(await here('models', 'revoke', model.hash, '--as', 'dan', ...reason)).toMatchObject({
        status: 0,
      });
      rmSync(join(place, 'runs'), { recursive: true });
      cpSync(backup, join(place, 'runs'), { recursive: true }); // without the file that revokes
      expect(await here('ask', 'one', 's^3(5)')).toMatchObject({ status: 9 });
      expect((await here('ledger', 'verify')).status).toBe(0);
    },
    PATIENCE_MS,
  );
});

describe('a restored backup of the whole project', () => {
  const { place, here, kinds } = project('restored');

  test('does not forget a stop that was seen here: work is refused until somebody decides, on the record', async () => {
    expect(await here(...SMALL, '--max-steps', '5')).toMatchObject({ status: 100 });
    const backup = join(SCRATCH, 'backup');
    cpSync(place, backup, { recursive: true });
    expect((await here('stop', ...reason)).status).toBe(0);
    rmSync(place, { recursive: true });
    cpSync(backup, place, { recursive: true });
    const { status, stderr } = await here(...SMALL);
    expect(status).toBe(9);
    expect(stderr).toMatch(
      /expected entry \d+ \(work-stopped\) of the log capstan-\w+, which was here before, got a ledger of \d+ entries/,
    );
    expect(stderr).toContain('restore a newer state, or decide to go on without: ');
    // Nor does a project whose ledger is gone.
    rmSync(join(place, 'ledger'), { recursive: true });
    expect((await here(...SMALL)).stderr).toContain('got no ledger');
    cpSync(join(backup, 'ledger'), join(place, 'ledger'), { recursive: true });
    expect((await here('resume', ...reason)).status).toBe(0);
    expect(kinds().at(-1)).toBe('work-resumed');
    const { words, figures } = verifyLedger(join(place, 'ledger')).entries.at(-1)!;
    expect(words).toMatchObject({ 'lost-kind': 'work-stopped' });
    expect(figures!['lost-entry']).toBe(kinds().length - 1);
    expect(await here(...SMALL, '--max-steps', '5')).toMatchObject({ status: 100 });
  });
});

describe('the workbench', () => {
  const { place, here } = project('workbench');

  /** At work, once it has said where. */
  async function served(...args: readonly string[]): Promise<AtWork & { readonly url: URL }> {
    const work = capstanAtWork(['serve', '--port', '0', '--json', '--no-tend', ...args], { folder: place });
    const line = await new Promise<string>((resolve, reject) => {
      work.process.stdout.once('data', resolve);
      void work.ended.then(({ stderr }) => reject(new Error(stderr)));
    });
    return { ...work, url: new URL((JSON.parse(line) as { readonly url: string }).url) };
  }

  async function stopped({ process: child, ended }: AtWork): Promise<void> {
    child.kill('SIGTERM');
    expect((await ended).status).toBe(0);
  }

  const who = async (url: URL, headers: Record<string, string>): Promise<unknown> => {
    const said = await fetch(new URL('/api/session', url), { headers });
    return ((await said.json()) as { readonly session: unknown }).session;
  };

  async function signIn(
    url: URL,
    key: string,
  ): Promise<{ readonly status: number; readonly cookie: string }> {
    const headers = { 'content-type': 'application/json' };
    const body = JSON.stringify({ key });
    const said = await fetch(new URL('/api/session', url), { method: 'POST', headers, body });
    return { status: said.status, cookie: said.headers.get('set-cookie')?.split(';')[0] ?? '' };
  }

  test(
    'is for whoever is at this machine, by the link that it prints',
    async () => {
      const work = await served();
      const { status, cookie } = await signIn(work.url, work.url.hash.slice('#key='.length));
      expect(status).toBe(200);
      expect(await who(work.url, { cookie })).toMatchObject({
        isAlone: true,
        roles: ['overseer', 'operator', 'auditor'],
      });
      await stopped(work);
    },
    PATIENCE_MS,
  );

  test(
    'is for others by their keys, until these are withdrawn',
    async () => {
      const refused = await here('serve', '--host', '0.0.0.0', '--port', '0');
      expect(refused).toMatchObject({ status: 9 });
      expect(refused.stderr).toContain('expected --tls-cert and --tls-key, or --behind-proxy');
      const proxied = [
        'serve',
        '--host',
        '0.0.0.0',
        '--port',
        '0',
        '--behind-proxy',
        '--allow-host',
        'a.example',
      ];
      expect((await here(...proxied)).stderr).toContain(
        'expected keys, since others can reach it, found none',
      );
      expect(await here('keys', 'add', 'eve')).toMatchObject({ status: 2 });
      const made = await here('keys', 'add', 'eve', '--role', 'overseer');
      const key = made.stdout.trim();
      expect(key).toMatch(/^capstan_[\w-]{43}$/);
      expect((await here('keys', 'list')).stdout).toMatch(/^\w{12} {2}eve {2}overseer {2}\d{4}-/);
      const work = await served();
      const { cookie } = await signIn(work.url, key);
      const eve = { person: 'person:eve', access: ['oversee'], isAlone: false };
      expect(await who(work.url, { cookie })).toMatchObject(eve);
      expect(await who(work.url, { authorization: `Bearer ${key}` })).toMatchObject(eve);
      expect((await here('keys', 'withdraw', 'eve')).status).toBe(0);
      expect(await who(work.url, { cookie })).toBeNull();
      expect(await who(work.url, { authorization: `Bearer ${key}` })).toBeNull();
      expect((await signIn(work.url, key)).status).toBe(401);
      await stopped(work);
    },
    PATIENCE_MS,
  );

  test(
    'signs in who is enrolled as what they are, and by a link only whom it names',
    async () => {
      expect((await here('people', 'add', 'fay', '--role', 'operator')).status).toBe(0);
      const nobody = await served();
      expect(nobody.url.hash).toBe('');
      await stopped(nobody);
      expect(await here('serve', '--port', '0', '--as', 'zoe')).toMatchObject({ status: 2 });
      const work = await served('--as', 'fay');
      const { cookie } = await signIn(work.url, work.url.hash.slice('#key='.length));
      expect(await who(work.url, { cookie })).toMatchObject({ person: 'person:fay', roles: ['operator'] });
      await stopped(work);
    },
    PATIENCE_MS,
  );
});
