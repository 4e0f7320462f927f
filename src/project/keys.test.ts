import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { personOf } from '../authority/authority.ts';
import type { Role } from '../authority/policy.ts';
import { formatVerifierKey, signerKey, verifierOf } from '../ledger/key.ts';
import { act } from '../record/acts.ts';
import { doerFor } from './doer.ts';
import { ACCESS, LEDGER } from './home.ts';
import { keptKeys, keyRing, makeKeyFor, withdrawKeys } from './keys.ts';
import { ProjectLog } from './log.ts';
import { withProject } from './recorder.ts';

const home = fs.mkdtempSync(join(tmpdir(), 'capstan-keys-'));
const before = {
  folder: process.cwd(),
  state: process.env.XDG_STATE_HOME,
  config: process.env.XDG_CONFIG_HOME,
};

beforeAll(() => {
  process.chdir(home);
  process.env.XDG_STATE_HOME = join(home, 'state');
  process.env.XDG_CONFIG_HOME = join(home, 'config');
});

afterAll(() => {
  process.chdir(before.folder);
  process.env.XDG_STATE_HOME = before.state ?? '';
  process.env.XDG_CONFIG_HOME = before.config ?? '';
  fs.rmSync(home, { recursive: true, force: true });
});

/** Signer keys that follow from a number; ada's is not on the disk. */
const signer = (name: string, seed: number) => signerKey('note', name, new Uint8Array(32).fill(seed));
const ADA = signer('ada', 1);

function enrol(name: string, roles: readonly Role[], seed: number): void {
  withProject((ledger) => {
    const own = name === 'ada' ? ADA : signer(name, seed);
    const words = { name, roles: roles.join(' '), key: formatVerifierKey(verifierOf(own)) };
    const expires = new Date(Date.now() + 60_000).toISOString();
    act(
      ledger,
      'principal-enrolled',
      { words },
      { actor: personOf('ada'), keys: [ADA], contents: [], expires },
    );
  });
}

test('a key opens for its person until it is withdrawn; the disk has nothing that opens', () => {
  const ring = keyRing(new ProjectLog(LEDGER));
  expect(ring.isEmpty()).toBe(true);
  expect(ring.whoHas('')).toBeUndefined();
  const { key, kept } = makeKeyFor('ada', ['overseer', 'operator']);
  const other = makeKeyFor('bob', ['overseer']);
  expect(ring.isEmpty()).toBe(false);
  const holder = { key: kept.name, id: 'person:ada', roles: ['overseer', 'operator'] };
  expect(ring.whoHas(key)).toEqual(holder);
  expect(ring.holderOf(kept.name)).toEqual(holder);
  const file = join(ACCESS, 'keys.json');
  if (process.platform !== 'win32') expect(fs.statSync(file).mode & 0o777).toBe(0o600);
  const text = fs.readFileSync(file, 'utf8');
  expect(text).not.toContain(key.slice('capstan_'.length));
  for (const { sha256, name } of keptKeys())
    for (const guess of [sha256, name, `capstan_${sha256}`]) expect(ring.whoHas(guess)).toBeUndefined();
  expect(withdrawKeys('ada').map(({ name }) => name)).toEqual([kept.name]);
  expect(ring.whoHas(key)).toBeUndefined();
  expect(ring.holderOf(kept.name)).toBeUndefined();
  expect(ring.whoHas(other.key)?.id).toBe('person:bob');
  expect(() => withdrawKeys('ada')).toThrow(/key «ada»: expected one of a name or a person/);
});

test('where people are enrolled, a key is one of theirs and lets them be what the ledger says', () => {
  const ring = keyRing(new ProjectLog(LEDGER));
  const early = makeKeyFor('eve', ['operator']);
  expect(ring.whoHas(early.key)?.roles).toEqual(['operator']);
  enrol('ada', ['overseer', 'operator'], 1);
  expect(ring.whoHas(early.key)).toBeUndefined(); // eve is nobody here
  expect(() => makeKeyFor('eve', ['operator'])).toThrow(
    /expected somebody who is enrolled, one of ada, got «eve»/,
  );
  expect(() => makeKeyFor('ada', ['auditor'])).toThrow(/--role: expected some of overseer, operator/);
  const [all, less] = [makeKeyFor('ada', []), makeKeyFor('ada', ['overseer'])];
  expect(ring.whoHas(all.key)?.roles).toEqual(['overseer', 'operator']);
  expect(ring.whoHas(less.key)?.roles).toEqual(['overseer']);
  enrol('bob', ['operator'], 2);
  const bob = makeKeyFor('bob', []);
  expect(ring.whoHas(bob.key)?.id).toBe('person:bob');
});

test('are for names as the ledger has them', () => {
  for (const name of ['', 'Ada', 'a b', '../ada', '-ada', 'a'.repeat(33), 'ada\n'])
    expect(() => makeKeyFor(name, ['overseer'])).toThrow(/the name of a person: expected/);
});

test('a damaged file opens nothing and says so', () => {
  const ring = keyRing(new ProjectLog(LEDGER));
  const file = join(ACCESS, 'keys.json');
  const text = fs.readFileSync(file, 'utf8');
  fs.writeFileSync(file, text.replace('"ada"', '"bob"'));
  expect(() => ring.whoHas('x')).toThrow(/keys\.json: expected content with hash/);
  fs.writeFileSync(file, text);
  expect(ring.whoHas('x')).toBeUndefined();
});

test('whoever is signed in acts with the signer key that is on this machine, or is told what to do', () => {
  const { authority } = new ProjectLog(LEDGER).replay;
  const how = { reason: 'a reason', instead: 'capstan stop --reason …' };
  expect(() => doerFor(authority, 'person:ada', how)).toThrow(
    /expected the signer key of ada on this machine, found none; where it is, do it with: capstan stop --reason … --as ada/,
  );
});
