/** Question trees over HTTP, of a project in which some were written down by chance and others grown by a recipe. */

import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { grow, putRecipe } from '../../test/grown.ts';
import { type Keys, memoryPlace } from '../../test/place.ts';
import { sharedTree } from '../../test/shared-trees.ts';
import { bytesOf, commonText, treeArbitrary } from '../../test/trees-arbitrary.ts';
import type { TreeFile } from '../project/grove.ts';
import { verifyLedger } from '../record/verify.ts';
import { writeSealed } from '../run/sealed.ts';
import { Folder } from '../storage/folder.ts';
import type { TranscriptNode } from '../transcript/node.ts';
import type { RunRow } from '../wire/run.ts';
import {
  type Corrected,
  type ErrorPath,
  FLAGS,
  type Found,
  type NodeView,
  type Row,
  type Skeleton,
  type TreeSummary,
} from '../wire/tree.ts';
import type { App } from './endpoint.ts';
import { server } from './server.ts';

const home = fs.mkdtempSync(join(tmpdir(), 'capstan-trees-'));
const before = { folder: process.cwd(), state: process.env.XDG_STATE_HOME };
const KEYS: Keys = {
  all: { id: 'person:ada', roles: ['overseer', 'operator', 'auditor'] },
  overseer: { id: 'person:bo', roles: ['overseer'] },
  auditor: { id: 'person:cleo', roles: ['auditor'] },
};
let app: App;

beforeAll(async () => {
  process.chdir(home);
  process.env.XDG_STATE_HOME = join(home, 'state');
  app = server(memoryPlace(KEYS));
  putRecipe();
  await grow('words');
});

afterAll(() => {
  process.chdir(before.folder);
  process.env.XDG_STATE_HOME = before.state ?? '';
  fs.rmSync(home, { recursive: true, force: true });
});

async function ask<T>(path: string, { key = 'all', body }: { key?: string; body?: unknown } = {}) {
  const response = await app.request(`/api/trees/${path}`, {
    headers: {
      authorization: `Bearer ${key}`,
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { method: 'POST', body: JSON.stringify(body) }),
  });
  return { status: response.status, body: (await response.json()) as T };
}

/** Of a project in which somebody has put a tree. */
function put(name: string, bytes: Uint8Array, more: Partial<TreeFile> = {}): void {
  const folder = new Folder(`runs/${name}`);
  const file: Partial<TreeFile> = {
    ...{ recipe: 'none.ts', source: '', root: { text: 'root' }, overseer: 'person', assistant: 'nobody' },
    ...{ limits: { depth: 9 }, started: '2026-11-20T09:10:30.000Z', command: '', version: '0', ...more },
  };
  writeSealed(folder, 'tree.json', 'capstan-tree-run-1', file);
  folder.writeAtomic('transcript.jsonl', bytes);
}

const nodeOf = async (run: string, at: number): Promise<NodeView> => {
  const { body } = await ask<{ readonly rows: readonly Row[] }>(`${run}/rows?from=${at}&to=${at + 1}`);
  return (await ask<NodeView>(`${run}/nodes/${body.rows[0]!.id}`)).body;
};

describe('a tree that is looked at', () => {
  test('is the one in the file, whatever that holds: all of it at a glance, rows of it, and each node', () => {
    let number = 0;
    return fc.assert(
      fc.asyncProperty(treeArbitrary({ depthMax: 3 }), async (tree) => {
        const run = `chance-${number++}`;
        put(run, bytesOf(tree));
        const { body: skeleton } = await ask<Skeleton>(`${run}/skeleton`);
        expect(skeleton.count).toBe(tree.nodes.length);
        const flags = Buffer.from(skeleton.flags, 'base64');
        const depth = new Uint16Array(Uint8Array.from(Buffer.from(skeleton.depth, 'base64')).buffer);
        const { body } = await ask<{ readonly rows: readonly Row[]; readonly version: string }>(
          `${run}/rows?from=0&to=500`,
        );
        expect([body.version, body.rows.length]).toEqual([skeleton.version, skeleton.count]);
        for (const row of body.rows) {
          const node = tree.nodes.find(({ id }) => id === row.id)!;
          expect([row.flags, row.depth, node.depth]).toEqual([flags[row.at], depth[row.at], row.depth]);
          const { status, body: view } = await ask<NodeView>(`${run}/nodes/${row.id}`);
          expect(status).toBe(200);
          expect(view.question).toEqual(node.question);
          expect(view.row.answer).toEqual(node.answer);
          expect(view.steps.map(({ kind }) => kind)).toEqual(node.steps.map(({ action }) => action.kind));
          expect(view.verdicts).toEqual(
            node.verdicts.map(({ verifier, kind, reason }) => ({
              verifier,
              kind,
              ...(reason !== undefined && { reason }),
            })),
          );
          expect(view.ancestors.map(({ id }) => id).at(-1)).toEqual(node.parent);
          expect(view.versions.map(({ answer }) => answer)).toEqual(
            node.corrected ? [node.corrected.before] : [],
          );
        }
        expect((await ask(`${run}/error-path`)).status).toBe(200);
        expect((await ask<TreeSummary>(run)).body).toMatchObject({ nodes: skeleton.count, run });
      }),
      { numRuns: 15 },
    );
  });

  test('shows what it rests on, word by word, also where it is the child of somebody else', async () => {
    const root = await nodeOf('words', 0);
    expect(root.row.answer).toMatchObject({ value: 'has 3 letters + has 5 letters + has 3 letters' });
    expect(root.evidence).toHaveLength(2); // «one» is asked twice and answered once
    for (const { answer, spans } of root.evidence) {
      const { value } = answer as { readonly value: string };
      expect(spans.map(({ source }) => value.slice(...source))).toEqual([value]);
    }
    expect((await ask<TreeSummary>('words')).body.state).toBe('answered');
  });

  test('is in the list of runs, damaged or not', async () => {
    fs.mkdirSync('runs/odd', { recursive: true });
    fs.writeFileSync('runs/odd/tree.json', '{}');
    const response = await app.request('/api/runs', { headers: { authorization: 'Bearer all' } });
    const rows = (await response.json()) as readonly RunRow[];
    expect(rows.find(({ name }) => name === 'words')).toMatchObject({
      ...{ kind: 'tree', what: 'lengths.mjs', state: 'finished', waiting: 0 },
    });
    expect(rows.find(({ name }) => name === 'odd')).toMatchObject({
      ...{ kind: 'tree', state: 'damaged', error: expect.stringContaining('tree.json') },
    });
  });

  test('of 500 rows at most, of a run that there is, by who may look', async () => {
    const refused = await ask<{ readonly detail: string }>('words/rows?from=0&to=501');
    expect([refused.status, refused.body.detail]).toEqual([
      400,
      expect.stringContaining('got from 0, to 501'),
    ]);
    expect((await ask('words/rows?from=2&to=1')).status).toBe(400);
    expect((await ask('words/rows?from=7&to=9')).body).toMatchObject({ rows: [] });
    for (const name of ['none', '..%2Fwords', '.', '%2e%2e', 'words%00'])
      expect((await ask(`${name}/skeleton`)).status).toBe(404);
    expect((await ask(`words/nodes/${'0'.repeat(64)}`)).status).toBe(404);
    expect((await ask('words', { key: 'overseer' })).status).toBe(403);
    expect((await ask('words', { key: 'auditor' })).status).toBe(200);
  });

  test('that is damaged is shown as it was, or the error says where it is damaged', async () => {
    await grow('broken', 'program', 'a b');
    const good = (await ask<Skeleton>('broken/skeleton')).body;
    const file = 'runs/broken/transcript.jsonl';
    const bytes = fs.readFileSync(file);
    fs.rmSync(file);
    fs.writeFileSync(file, bytes.subarray(0, bytes.length - 20));
    expect((await ask<Skeleton>('broken/skeleton')).body).toEqual(good);
    expect((await nodeOf('broken', 0)).row.answer).toMatchObject({ kind: 'known' });
    for (const at of [0, 40, 300, bytes.length - 40]) {
      put('cut', bytes.subarray(0, at));
      const { status, body } = await ask<{ readonly detail: string }>('cut/skeleton');
      expect([status, body.detail]).toEqual([500, expect.stringContaining('transcript.jsonl')]);
    }
    // Somebody writes into the file that is shown.
    put('inside', bytes);
    const { id } = (await nodeOf('inside', 0)).row;
    fs.writeFileSync('runs/inside/transcript.jsonl', Buffer.alloc(bytes.length, 'x'));
    expect((await ask(`inside/nodes/${id}`)).status).toBe(500);
    fs.rmSync(file);
    expect((await ask<TreeSummary>('broken')).body).toMatchObject({ nodes: 0, version: 'none' });
  });
});

describe('a search', () => {
  const who = (node: TranscriptNode) => node.corrected?.by ?? node.steps.at(-1)?.by;
  const flag = (name: keyof typeof FLAGS) => (_: TranscriptNode, flags: number) => (flags & FLAGS[name]) > 0;
  const CONDITIONS: readonly (readonly [string, (node: TranscriptNode, flags: number) => boolean])[] = [
    ['who:ada', (node) => who(node)?.id === 'person:ada'],
    ['who:model', (node) => who(node)?.kind === 'model'],
    ['who:code', (node) => who(node)?.kind === 'script' || who(node)?.kind === 'program'],
    ['who:H', (node) => who(node)?.kind === 'person'],
    ['who:memo', flag('memo')],
    ['confidence:<0.6', ({ answer }) => answer?.kind === 'known' && answer.confidence < 0.6],
    ['confidence:>=.5', ({ answer }) => answer?.kind === 'known' && answer.confidence >= 0.5],
    ['verdict:rejected', flag('rejected')],
    ['verdict:passed', flag('verified')],
    ['depth:>1', ({ depth }) => depth > 1],
    ['depth:2', ({ depth }) => depth === 2],
    ['depth:<=2', ({ depth }) => depth <= 2],
    ['depth:<2', ({ depth }) => depth < 2],
    ['depth:>=2', ({ depth }) => depth >= 2],
    ['is:waiting', flag('waiting')],
    ['is:unknown', ({ answer }) => answer?.kind === 'unknown'],
    ['is:corrected', ({ corrected }) => corrected !== undefined],
    ['is:uncertain', flag('uncertain')],
    [
      'cost:>0.05',
      ({ steps, verdicts }) =>
        [...steps, ...verdicts].reduce((sum, { spent }) => sum + (spent?.micros ?? 0), 0) > 50_000,
    ],
    ...['weigh', 'SUM', '"add 1"', '7'].map(
      (words) =>
        [
          words,
          ({ question, answer }: TranscriptNode) =>
            [question.text, answer?.kind === 'known' ? answer.value : '']
              .join('\n')
              .toLowerCase()
              .includes(words.replaceAll('"', '').toLowerCase()),
        ] as const,
    ),
  ];

  test('finds the nodes for which all that is asked is true, and no others', () => {
    let number = 0;
    return fc.assert(
      fc.asyncProperty(
        sharedTree({ depthMax: 4, texts: commonText }),
        fc.uniqueArray(fc.constantFrom(...CONDITIONS), { minLength: 2, maxLength: 3 }),
        async (tree, some) => {
          const run = `search-${number++}`;
          put(run, bytesOf(tree));
          const { body } = await ask<{ readonly rows: readonly Row[] }>(`${run}/rows?from=0&to=500`);
          for (const conditions of [some, ...CONDITIONS.map((one) => [one])]) {
            const expected = body.rows.filter((row) => {
              const node = tree.nodes.find(({ id }) => id === row.id)!;
              return conditions.every(([, holds]) => holds(node, row.flags));
            });
            const q = encodeURIComponent(conditions.map(([text]) => text).join(' '));
            const found = await ask<Found>(`${run}/search?q=${q}`);
            expect(found.body.positions).toEqual(expected.map(({ at }) => at));
            expect(found.body.total).toBe(expected.length);
          }
        },
      ),
      { numRuns: 20 },
    );
  });

  test('finds words whatever stands in them', () => {
    let number = 0;
    return fc.assert(
      fc.asyncProperty(treeArbitrary({ depthMax: 1 }), fc.nat(100), async (tree, pick) => {
        const run = `any-${number++}`;
        put(run, bytesOf(tree));
        const { text } = tree.nodes[pick % tree.nodes.length]!.question;
        if (/["\s]/.test(text)) return;
        const { body } = await ask<Found>(`${run}/search?q=${encodeURIComponent(`"${text}"`)}`);
        const holding = tree.nodes.filter(({ question, answer }) =>
          [question.text, answer?.kind === 'known' ? answer.value : ''].some((one) =>
            one.toLowerCase().includes(text.toLowerCase()),
          ),
        );
        expect(body.total).toBe(holding.length);
      }),
      { numRuns: 60 },
    );
  });

  test('finds words that somebody else has written in other characters', async () => {
    const [tree] = fc.sample(treeArbitrary({ depthMax: 1, texts: fc.constant('Été') }), {
      seed: 1,
      numRuns: 1,
    });
    const plain = bytesOf(tree!).toString();
    put('escaped', Buffer.from(plain.replaceAll('É', '\\u00c9').replaceAll('é', '\\u00e9')));
    const { body } = await ask<Found>(`escaped/search?q=${encodeURIComponent('étÉ')}`);
    expect(body.total).toBe(tree!.nodes.length);
  });

  test.each([
    ['', 'expected words'],
    ['is:', 'is:waiting'],
    ['is:asleep', 'is:waiting'],
    ['verdict:maybe', 'verdict:rejected'],
    ['confidence:low', 'confidence:<0.6'],
    ['confidence:<2', 'from 0 to 1'],
    ['depth:>', 'depth:>3'],
    ['cost:-1', 'cost:>0.01'],
    ['who:', 'who:ada'],
    ['whose:ada', 'one of who, is'],
    ['http://somewhere', 'in quotes'],
    ['"half', 'quotation mark'],
  ])('that is not understood says what was expected: «%s»', async (q, words) => {
    const { status, body } = await ask<{ readonly detail: string; readonly code: string }>(
      `words/search?q=${encodeURIComponent(q)}`,
    );
    expect([status, body.code, body.detail]).toEqual([400, 'invalid', expect.stringContaining(words)]);
  });
});

describe('a correction', () => {
  test('is on the ledger, changes what leaned on it and nothing else, and every version is kept', async () => {
    await grow('corrected', 'program', 'to be or not');
    const { body } = await ask<Found>('corrected/search?q=who:code%20depth:1%20be');
    const { row } = await nodeOf('corrected', body.positions[0]!);
    const correct = (answer: string, key = 'all') =>
      ask<Corrected>(`corrected/nodes/${row.id}/correction`, { key, body: { answer, reason: 'I looked' } });
    expect((await correct('x', 'auditor')).status).toBe(403);
    const first = await correct('two');
    expect(first.status).toBe(200);
    expect(first.body.changed.map(({ before, after }) => [before, after])).toEqual([
      [
        expect.objectContaining({ value: expect.stringContaining('has 2 letters + has 2') }),
        expect.anything(),
      ],
      [expect.objectContaining({ value: 'has 2 letters' }), expect.objectContaining({ value: 'two' })],
    ]);
    const second = await correct('2');
    const { body: view } = await ask<NodeView>(`corrected/nodes/${row.id}`);
    expect(view.version).toBe(second.body.version);
    expect(view.row.answer).toMatchObject({ value: '2' });
    expect(view.versions).toEqual([
      {
        answer: expect.objectContaining({ value: 'has 2 letters' }),
        by: expect.objectContaining({ kind: 'program', id: 'program:lengths' }),
        reason: 'I looked',
      },
      expect.objectContaining({
        answer: expect.objectContaining({ value: 'two' }),
        by: { kind: 'person', id: 'person:ada' },
        entry: first.body.entry,
      }),
    ]);
    expect(view.entries).toEqual([first.body.entry, second.body.entry]);
    expect(verifyLedger('ledger').entries[first.body.entry]).toMatchObject({
      kind: 'answer-corrected',
      actor: { id: 'person:ada' },
    });
    const { body: wrong } = await ask<ErrorPath>('corrected/error-path');
    expect(wrong.path.map(({ at }) => at)).toEqual([0, view.row.at]);
    expect([wrong.why, wrong.touched]).toEqual(['corrected by person:ada', [0]]);
  });

  test('of a node that is not there, or with nothing to say, changes nothing', async () => {
    const size = verifyLedger('ledger').entries.length;
    const { id } = (await nodeOf('words', 1)).row;
    const correct = (node: string, body: unknown) => ask(`words/nodes/${node}/correction`, { body });
    expect((await correct('0'.repeat(64), { answer: 'x', reason: 'y' })).status).toBe(404);
    expect((await correct(id, { answer: '', reason: 'y' })).status).toBe(400);
    expect((await correct(id, { answer: 'x', reason: ' ' })).status).toBe(400);
    expect(verifyLedger('ledger').entries).toHaveLength(size);
  });
});
