/** Runs, checkpoints, controls and the ledger over HTTP, of a project in which two runs have been. */

import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type Keys, memoryPlace } from '../../test/place.ts';
import { carryOutTiny, createTiny, PATIENCE_MS, tiny } from '../../test/tiny-run.ts';
import { Runtime } from '../onnx/runtime.ts';
import { GROVE_FILES } from '../project/grove.ts';
import { modelsOf } from '../project/models.ts';
import { recorder } from '../project/recorder.ts';
import { receiptOf } from '../record/receipt.ts';
import { verifyLedger } from '../record/verify.ts';
import { writeSealed } from '../run/sealed.ts';
import { Folder } from '../storage/folder.ts';
import { lockFolder } from '../storage/lock.ts';
import type { EntryRow } from '../wire/ledger.ts';
import type { Controls, ModelDifference, ModelRow, ModelView } from '../wire/model.ts';
import type { Comparison, RunRow, RunView } from '../wire/run.ts';
import type { App } from './endpoint.ts';
import { server } from './server.ts';

const home = fs.mkdtempSync(join(tmpdir(), 'capstan-server-'));
const before = { folder: process.cwd(), state: process.env.XDG_STATE_HOME };
const KEYS: Keys = {
  all: { id: 'person:all', roles: ['overseer', 'operator', 'auditor'] },
  overseer: { id: 'person:overseer', roles: ['overseer'] },
  auditor: { id: 'person:auditor', roles: ['auditor'] },
};
let app: App;

beforeAll(async () => {
  process.chdir(home);
  app = server(memoryPlace(KEYS, { now: Date.now }));
  process.env.XDG_STATE_HOME = join(home, 'state');
  for (const [name, seed] of [
    ['one', 1],
    ['two', 2],
  ] as const) {
    const path = `runs/${name}`;
    createTiny({ path, configuration: tiny({ seed }) });
    await carryOutTiny({ path, ledger: 'ledger' }, { record: recorder() });
  }
}, PATIENCE_MS);

afterAll(() => {
  process.chdir(before.folder);
  process.env.XDG_STATE_HOME = before.state ?? '';
  fs.rmSync(home, { recursive: true, force: true });
});

async function get<T>(path: string, key = 'all'): Promise<{ readonly status: number; readonly body: T }> {
  const response = await app.request(path, { headers: { authorization: `Bearer ${key}` } });
  return { status: response.status, body: (await response.json()) as T };
}

async function post<T>(path: string, body: unknown, key = 'all') {
  const response = await app.request(path, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return { status: response.status, body: (await response.json()) as T };
}

describe('runs', () => {
  test('are listed with their state, and one is shown with every look at its gates', async () => {
    const { body: rows } = await get<readonly RunRow[]>('/api/runs');
    expect(rows.map(({ name, state }) => [name, state])).toEqual([
      ['one', 'finished'],
      ['two', 'finished'],
    ]);
    const { body: view } = await get<RunView>('/api/runs/one');
    const entries = verifyLedger('ledger').entries.filter(({ run }) => run === 'one');
    const decided = entries.filter(({ kind }) => kind === 'gate-decided' || kind === 'gate-looked');
    expect(view.gates.map(({ entry }) => entry)).toEqual(decided.map(({ seq }) => seq));
    expect(view.horizons).toHaveLength(1 + view.gates.filter(({ passed }) => passed).length);
    expect(view.settings).toContainEqual(['seed', '1']);
  });

  test('of recipes are among them, with what they are to answer', async () => {
    const path = 'runs/asks';
    const root = { id: 'q', text: 'Is it safe?', documents: [] };
    writeSealed(new Folder(path), GROVE_FILES.file, 'capstan-tree-run-1', {
      ...{ recipe: 'audit.ts', root, started: '2026-01-31T12:00:00.000Z' },
    });
    const of = async () =>
      (await get<readonly RunRow[]>('/api/runs')).body.find(({ name }) => name === 'asks');
    try {
      const row = { kind: 'tree', what: 'audit.ts', question: 'Is it safe?', waiting: 0 };
      expect(await of()).toMatchObject({ ...row, state: 'stopped' });
      const lock = lockFolder(path);
      expect((await of())?.state).toBe('running');
      lock.release();
      fs.writeFileSync(`${path}/${GROVE_FILES.file}`, '{}');
      expect(await of()).toMatchObject({
        state: 'damaged',
        error: expect.stringContaining(GROVE_FILES.file),
      });
    } finally {
      fs.rmSync(path, { recursive: true });
    }
  });

  test('have the page of their evaluation beside them, for whoever may look, and nothing in it is run', async () => {
    const asked = (name: string, key?: string) =>
      app.request(`/api/runs/${name}/evaluation`, {
        headers: key === undefined ? {} : { authorization: `Bearer ${key}` },
      });
    const isEvaluated = async () => (await get<RunView>('/api/runs/one')).body.isEvaluated;
    expect([await isEvaluated(), (await asked('one', 'all')).status]).toEqual([false, 404]);
    const page = '<p>good</p><script>alert(1)</script>';
    fs.writeFileSync('runs/one/evaluation.html', page);
    try {
      const response = await asked('one', 'auditor');
      expect([await isEvaluated(), response.status, await response.text()]).toEqual([true, 200, page]);
      const policy = response.headers.get('content-security-policy');
      expect(policy).toMatch(/^default-src 'none';.*; sandbox$/);
      expect(policy).not.toContain('script-src');
      expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
      expect((await asked('one')).status).toBe(401);
      expect((await asked('one', 'overseer')).status).toBe(403);
      for (const name of ['three', '..%2Fruns%2Fone', 'two%2F..%2Fone', '..'])
        expect((await asked(name, 'all')).status).toBe(404);
    } finally {
      fs.rmSync('runs/one/evaluation.html');
    }
  });

  test('that are not there, or mean another folder, are not found', async () => {
    for (const name of ['three', '..%2F..', '%2Fetc', 'one%2F..%2Ftwo'])
      expect((await get(`/api/runs/${name}`)).status).toBe(404);
  });

  test('are compared on the same questions: with itself without any difference, turned round the other way', async () => {
    const same = await get<Comparison>('/api/compare?first=one&second=one');
    for (const { difference, p, onlyFirst } of same.body.rows)
      expect([difference, p, onlyFirst]).toEqual([0, 1, 0]);
    const there = await get<Comparison>('/api/compare?first=one@1&second=two');
    const back = await get<Comparison>('/api/compare?first=two&second=one@1');
    expect(there.body.settings).toEqual([['seed', '1', '2']]);
    for (const [i, row] of there.body.rows.entries()) {
      expect(row.difference).toBeCloseTo(-back.body.rows[i]!.difference, 12);
      expect(row.n).toBe(back.body.rows[i]!.n);
    }
    const { status, body } = await get<{ readonly detail: string }>('/api/compare?first=one@9&second=two');
    expect([status, body.detail]).toEqual([404, 'one: expected iteration 9, of 2 it has none']);
  });
});

describe('checkpoints', () => {
  test('are the ones of the runs; rolled back and revoked they are on the ledger before they are in another state', async () => {
    const { body: rows } = await get<readonly ModelRow[]>('/api/models');
    expect(rows.map(({ hash }) => hash)).toEqual(
      ['one', 'two'].flatMap((name) => modelsOf(`runs/${name}`).map(({ hash }) => hash)),
    );
    const [first, second] = rows.filter(({ run }) => run === 'two');
    expect([first!.state, second!.state]).toEqual(['passed', 'serving']);
    const { body: view } = await get<ModelView>(`/api/models/${first!.hash}`);
    expect(view.acts.map(({ act }) => act)).toEqual(['rollback', 'revoke']);
    expect(view.acts[1]!.consequence).toContain('two serves nothing until an earlier one is served again');

    const back = await post<{ readonly entry: number }>(`/api/models/${first!.hash}/rollback`, {
      reason: 'a test',
    });
    expect(back.status).toBe(200);
    const revoked = await post<{ readonly entry: number }>(`/api/models/${second!.hash}/revoke`, {
      reason: 'a test',
    });
    const { entries } = verifyLedger('ledger');
    expect([entries[back.body.entry]!.kind, entries[revoked.body.entry]!.kind]).toEqual([
      'model-rolled-back',
      'model-revoked',
    ]);
    const { body: after } = await get<readonly ModelRow[]>('/api/models');
    expect(after.filter(({ run }) => run === 'two').map(({ state }) => state)).toEqual([
      'serving',
      'revoked',
    ]);
    const again = await post<{ readonly code: string }>(`/api/models/${second!.hash}/promote`, {
      reason: 'a test',
    });
    expect([again.status, again.body.code]).toEqual([403, 'refused']);
  });

  test('differ on paper as they do for the command: nothing from themselves, an iteration from the one before', async () => {
    const [first, second] = modelsOf('runs/one').map(({ hash }) => hash);
    const of = async (hash: string, from: string) =>
      (await get<ModelDifference>(`/api/models/${hash}/difference?from=${from}`)).body;
    const same = await of(first!, first!);
    expect(same.changed).toEqual([]);
    expect(new Set(same.moved.map(({ distance }) => distance))).toEqual(new Set([0]));
    const next = await of(second!, first!);
    expect(next.changed).toContainEqual(['iteration', '1', '2']);
    expect(next.changed).toContainEqual(['parent', 'null', first]);
    expect(next.moved.some(({ distance }) => distance! > 0)).toBe(true);
  });
});

describe('controls', () => {
  test('halt and let go on, each with its entry', async () => {
    const paused = await post<{ readonly entry: number }>('/api/controls/pause', { reason: 'a test' });
    expect((await get<Controls>('/api/controls')).body.halted).toMatchObject({
      kind: 'paused',
      entry: paused.body.entry,
    });
    expect((await post('/api/controls/resume', { reason: 'a test' })).status).toBe(200);
    expect((await get<Controls>('/api/controls')).body.halted).toBeUndefined();
    const { status, body } = await post<{ readonly detail: string }>('/api/controls/pause', { reason: ' ' });
    expect(status).toBe(400);
    expect(body.detail).toContain('reason');
  });
});

test.each(['pause', 'resume'])(
  'an act that waits for the ledger keeps nobody else waiting: %s',
  async (act) => {
    const lock = lockFolder('ledger');
    const acting = post(`/api/controls/${act}`, { reason: 'a test' });
    try {
      await new Promise((resolve) => setTimeout(resolve, 50)); // it has come to the ledger
      expect((await get<Controls>('/api/controls')).body.halted).toBeDefined(); // at once, or still
    } finally {
      lock.release();
    }
    expect((await acting).status).toBe(200);
  },
);

describe('the ledger', () => {
  test('shows its entries page by page, those that match, and those that follow from one', async () => {
    const { entries } = verifyLedger('ledger');
    const seen: EntryRow[] = [];
    for (let before = ''; ; ) {
      const { body } = await get<{ readonly entries: EntryRow[]; readonly total: number }>(
        `/api/ledger/entries?limit=7${before}`,
      );
      expect(body.total).toBe(entries.length);
      if (body.entries.length === 0) break;
      seen.push(...body.entries);
      before = `&before=${body.entries.at(-1)!.seq}`;
    }
    expect(seen.map(({ seq, kind }) => [seq, kind])).toEqual(
      entries.toReversed().map(({ seq, kind }) => [seq, kind]),
    );
    const gates = await get<{ readonly entries: EntryRow[]; readonly total: number }>(
      '/api/ledger/entries?q=GATE-DECIDED%20two',
    );
    expect(gates.body.total).toBe(
      entries.filter(({ kind, run }) => kind === 'gate-decided' && run === 'two').length,
    );
    const began = entries.find(({ kind }) => kind === 'run-started')!.seq;
    const about = await get<{ readonly entries: EntryRow[] }>(`/api/ledger/entries/${began}`);
    expect(about.body.entries.some(({ ends }) => ends === began)).toBe(true);
  });

  test('gives receipts and what is published, and neither its key nor anything outside', async () => {
    const { body } = await get<{ readonly receipt: string }>('/api/ledger/receipts/2');
    expect(body.receipt).toBe(receiptOf('ledger', 2));
    const file = async (path: string, key = 'all') =>
      app.request(`/ledger/${path}`, { headers: { authorization: `Bearer ${key}` } });
    const head = await file('log/checkpoint');
    expect(Buffer.from(await head.arrayBuffer())).toEqual(fs.readFileSync('ledger/log/checkpoint'));
    for (const path of [
      'log.key',
      'halt',
      'journal',
      'log/../log.key',
      'log/%2e%2e/log.key',
      'log/tile/0/999',
    ])
      expect((await file(path)).status).toBe(404);
    expect((await file('log/checkpoint', 'overseer')).status).toBe(403);
  });
});

test('a name is no path: nothing outside of the runs is one of them', async () => {
  const file = join(home, 'run.json');
  fs.copyFileSync(join(home, 'runs/one/run.json'), file);
  for (const name of ['..', '.', '../runs/one', '..\\runs\\one']) {
    const { status, body } = await get<{ readonly detail: string }>(
      `/api/compare?first=${encodeURIComponent(name)}&second=one`,
    );
    expect([name, status, body.detail]).toEqual([
      name,
      404,
      expect.stringContaining('expected a run folder'),
    ]);
  }
  fs.rmSync(file);
});

test('comparisons are made one at a time, whoever asks for how many', async () => {
  let [open, most] = [0, 0];
  const begin = Runtime.open.bind(Runtime);
  vi.spyOn(Runtime, 'open').mockImplementation(async (options) => {
    most = Math.max(most, ++open);
    const runtime = await begin(options);
    const end = runtime.close.bind(runtime);
    runtime.close = async () => {
      open--;
      await end();
    };
    return runtime;
  });
  const pairs = ['first=one@1&second=two@1', 'first=two@1&second=one@1'];
  const all = await Promise.all(pairs.map((pair) => get(`/api/compare?${pair}`)));
  expect([most, ...all.map(({ status }) => status)]).toEqual([1, 200, 200]);
  vi.restoreAllMocks();
});

describe('who may not see it', () => {
  test.each([
    '/api/runs',
    '/api/runs/one',
    '/api/models',
    '/api/controls',
    '/api/compare?first=one&second=two',
  ])('an overseer is told nothing of %s, nor is nobody', async (path) => {
    expect((await get(path, 'overseer')).status).toBe(403);
    expect((await get(path, 'nobody')).status).toBe(401);
  });

  test('an auditor changes nothing', async () => {
    expect((await post('/api/controls/pause', { reason: 'a test' }, 'auditor')).status).toBe(403);
  });
});
