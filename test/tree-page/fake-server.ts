/** A server of one made-up tree, by the shapes of the wire, with a real ledger beside it and as strict a policy for its pages as
 *  there is. Whatever its answers have too much or too little of is an error here. */

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { withLedger } from '../../src/record/ledger.ts';
import { receiptOf } from '../../src/record/receipt.ts';
import { FLAGS } from '../../src/wire/flags.ts';
import { LedgerHead, Receipt } from '../../src/wire/ledger.ts';
import { Controls } from '../../src/wire/model.ts';
import { type Change, Session } from '../../src/wire/session.ts';
import {
  Corrected,
  Correction,
  ErrorPath,
  Found,
  NodeView,
  Rows,
  Skeleton,
  TreeSummary,
} from '../../src/wire/tree.ts';
import { ADA, known, type Made, nodeOf, type Placed, placed, rowOf, START, skeletonOf } from './fake-tree.ts';

export interface FakeServer {
  readonly url: string;
  /** What was asked for, and what the pages complained of. */
  readonly asked: readonly string[];
  /** The tree as it is served from now on; whoever listens is told. */
  root: Made;
  /** The log's verifier key, as it is told. */
  key: string;
  close(): Promise<void>;
}

const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; base-uri 'none'";
const TYPES: { readonly [suffix: string]: string } = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
};

export async function serveFake(root: Made, pages: string): Promise<FakeServer> {
  const folder = mkdtempSync(join(tmpdir(), 'capstan-fake-'));
  const actor = { id: 'person:ada', kind: 'person' as const };
  withLedger(
    folder,
    {
      origin: 'example.org/log',
      seed: () => new Uint8Array(32).fill(3),
      now: () => new Date(START).toISOString(),
    },
    (ledger) =>
      ledger.append(Array.from({ length: 9 }, () => ({ kind: 'action-taken' as const, actor, run: 'ark' }))),
  );
  const asked: string[] = [];
  const listeners = new Set<ServerResponse>();
  let tree = placed(root);
  let version = 1;
  const own = {
    url: '',
    asked,
    get root() {
      return root;
    },
    set root(other: Made) {
      root = other;
      tree = placed(other);
      version++;
      const change: Change = { topic: 'tree', run: 'ark' };
      for (const listener of listeners) listener.write(`id: ${version}\ndata: ${JSON.stringify(change)}\n\n`);
    },
    key: readFileSync(join(folder, 'log.vkey'), 'utf8').trim(),
    close: () =>
      new Promise<void>((resolve) => {
        rmSync(folder, { recursive: true, force: true });
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  const server = createServer(async (request, response) => {
    const url = new URL(request.url!, 'http://localhost');
    asked.push(`${request.method} ${url.pathname}`);
    if (url.pathname === '/api/events') {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).write(': begun\n\n');
      listeners.add(response);
      return;
    }
    const said = api(url, tree, String(version), own.key, folder);
    if (said !== undefined) return json(response, said);
    const corrected = /^\/api\/trees\/ark\/nodes\/(\w+)\/correction$/.exec(url.pathname);
    if (corrected && request.method === 'POST') {
      let body = '';
      for await (const part of request) body += part;
      if (request.headers['x-csrf-token'] !== 'csrf') return problem(response, 403, 'expected the token');
      const one = tree.find(({ id }) => id === corrected[1])!;
      const result = correct(tree, one, Correction.parse(JSON.parse(body)).answer);
      version++;
      return json(response, Corrected.parse({ ...result, version: String(version) }));
    }
    if (url.pathname.startsWith('/api/'))
      return problem(response, 404, `${url.pathname}: expected something there`);
    const file = extname(url.pathname) === '' ? '/index.html' : url.pathname;
    response.writeHead(200, {
      'content-type': TYPES[extname(file)] ?? 'text/plain',
      'content-security-policy': POLICY,
    });
    response.end(readFileSync(join(pages, file)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  own.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return own;
}

function json(response: ServerResponse, said: unknown): void {
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(said));
}

function problem(response: ServerResponse, status: number, detail: string): void {
  const code = status === 404 ? 'not-found' : 'refused';
  response
    .writeHead(status, { 'content-type': 'application/problem+json' })
    .end(JSON.stringify({ type: 'about:blank', title: code, status, detail, code }));
}

function api(url: URL, tree: readonly Placed[], version: string, key: string, folder: string): unknown {
  const { pathname, searchParams } = url;
  if (pathname === '/api/session')
    return {
      session: Session.parse({
        person: 'person:ada',
        roles: ['overseer', 'operator', 'auditor'],
        access: ['oversee', 'look', 'operate', 'audit'],
        ...{ csrf: 'csrf', project: 'ark', version: '0.1.0', isAlone: true },
      }),
    };
  if (pathname === '/api/controls') return Controls.parse({ may: ['pause', 'stop'], requests: [] });
  if (pathname === '/api/ledger')
    return LedgerHead.parse({
      origin: 'example.org/log',
      size: 10,
      root: '',
      key,
      unpublished: 0,
      witnessed: [],
    });
  const seq = /^\/api\/ledger\/receipts\/(\d+)$/.exec(pathname)?.[1];
  if (seq !== undefined) return Receipt.parse({ seq: Number(seq), receipt: receiptOf(folder, Number(seq)) });
  const [, path] = /^\/api\/trees\/ark(.*)$/.exec(pathname) ?? [];
  if (path === '') return TreeSummary.parse(summaryOf(tree, version));
  if (path === '/skeleton') return Skeleton.parse(skeletonOf(tree, version));
  if (path === '/rows') {
    const [from, to] = [Number(searchParams.get('from')), Number(searchParams.get('to'))];
    return Rows.parse({ version, rows: tree.slice(from, to).map(rowOf) });
  }
  if (path === '/search') {
    const positions = tree.filter(matches(searchParams.get('q') ?? '')).map(({ at }) => at);
    return Found.parse({ version, positions, total: positions.length });
  }
  if (path === '/error-path') return errorPath(tree, version, searchParams.get('node'));
  const id = /^\/nodes\/(\w+)$/.exec(path ?? '')?.[1];
  const one = tree.find((placed) => placed.id === id);
  return one && NodeView.parse(nodeOf(tree, one, version));
}

function summaryOf(tree: readonly Placed[], version: string) {
  const [root] = tree;
  const waiting = tree.filter(({ node }) => node.flags & FLAGS.waiting).length;
  return {
    ...{ run: 'ark', root: root!.node.question, nodes: tree.length, waiting, version },
    state: waiting > 0 ? 'waiting' : 'answered',
    ...(root!.node.answer && { answer: root!.node.answer }),
    ...{ overseer: 'ada', assistant: 'X₃', started: new Date(START).toISOString() },
    spent: { calls: 1, tokens: 1, micros: 1, seconds: 1 },
  };
}

function matches(words: string): (one: Placed) => boolean {
  const parts = words.toLowerCase().split(/\s+/);
  return ({ node, depth }) =>
    parts.every((part) => {
      if (part === 'is:waiting') return (node.flags & FLAGS.waiting) !== 0;
      if (part === 'verdict:rejected') return (node.flags & FLAGS.rejected) !== 0;
      if (part.startsWith('depth:>')) return depth > Number(part.slice(7));
      return node.question.toLowerCase().includes(part);
    });
}

function wayTo(tree: readonly Placed[], one: Placed): readonly Placed[] {
  const way = [one];
  for (let up = tree[one.parent]; up; up = tree[up.parent]) way.unshift(up);
  return way;
}

function errorPath(tree: readonly Placed[], version: string, about: string | null): unknown {
  const wrong = tree.findLast(({ id, node }) => (about ? id === about : node.flags & FLAGS.rejected));
  if (!wrong) return undefined;
  const path = wayTo(tree, wrong);
  const why = about ? 'held to be wrong by ada' : 'rejected by calculator';
  return ErrorPath.parse({
    version,
    path: path.map(rowOf),
    why,
    touched: path.slice(0, -1).map(({ at }) => at),
  });
}

/** The answers above are made anew. */
function correct(tree: readonly Placed[], one: Placed, answer: string) {
  const way = wayTo(tree, one).toReversed();
  const changed = way.map(({ id, node }, i) => {
    const before = node.answer;
    const after = known(i === 0 ? answer : `${answer} and so on`);
    node.versions = [...(node.versions ?? []), { answer: before!, by: node.by ?? ADA, entry: 4 }];
    node.answer = after;
    node.flags = (node.flags & ~FLAGS.rejected) | FLAGS.corrected;
    return { id, question: node.question, before, after };
  });
  return { entry: 9, changed, again: way.length - 1, nodes: tree.length, waiting: 0 };
}
