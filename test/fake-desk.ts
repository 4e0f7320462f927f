/** A server of turns for the pages that holds to the contract in src/wire: what comes must have its shape, what goes has it;
 *  a lease is held by one, a commit is known by its lease, an earlier draft does not replace a later one. */

import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { extname, join } from 'node:path';
import { z } from 'zod';
import { Controls } from '../src/wire/model.ts';
import { RunRow } from '../src/wire/run.ts';
import { type Session, SignIn } from '../src/wire/session.ts';
import { Commit, Committed, Draft, Next, type Turn, TurnsState } from '../src/wire/turn.ts';

export const KEY = 'the-key';
const COOKIE = 'capstan=here';
const CSRF = 'token-of-the-page';
const UNDO_MS = 10_000;
const LEASE_MS = 600_000;

/** What a test says of a question; the rest is the desk's. */
export type Workspace = Omit<Turn, 'lease' | 'behind' | 'draft'>;

export interface FakeDesk {
  readonly url: string;
  readonly commits: { readonly turn: string; readonly commit: Commit }[];
  readonly drafts: Map<string, Draft>;
  /** Turns whose suggestion was opened. */
  readonly opened: Set<string>;
  /** Everything that was asked and was not what the contract says. */
  readonly wrong: string[];
  /** Puts a question behind the others and tells the pages. */
  readonly add: (workspace: Workspace) => void;
  readonly setLease: (ms: number) => void;
  readonly setRuns: (runs: readonly RunRow[]) => void;
  readonly setControls: (controls: Controls) => void;
  readonly setAccess: (access: Session['access']) => void;
  /** Whether drafts do not reach it. */
  readonly setDraftsLost: (lost: boolean) => void;
  readonly close: () => Promise<void>;
}

const CSP =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'";
const TYPES: { readonly [extension: string]: string } = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
};

export async function fakeDesk(pages: string): Promise<FakeDesk> {
  const queue: Workspace[] = [];
  const commits: FakeDesk['commits'] = [];
  const drafts = new Map<string, Draft>();
  const opened = new Set<string>();
  const wrong: string[] = [];
  const streams = new Set<ServerResponse>();
  const committed = new Map<string, { readonly body: string; readonly reply: Committed }>();
  let leases = 0;
  let leaseMs = LEASE_MS;
  let lease: { token: string; until: string } | undefined;
  let runs: readonly RunRow[] = [];
  let controls: Controls = { may: ['pause', 'stop'], requests: [] };
  let access: Session['access'] = ['oversee', 'look', 'operate', 'audit'];
  let areDraftsLost = false;
  let undone: Workspace | undefined;

  const tell = (topic: string) => {
    for (const stream of streams) stream.write(`data: ${JSON.stringify({ topic })}\n\n`);
  };
  const newLease = () => ({
    token: `lease-${++leases}`,
    until: new Date(Date.now() + leaseMs).toISOString(),
  });
  const turnOf = (workspace: Workspace): Turn => {
    lease ??= newLease();
    const draft = drafts.get(workspace.id);
    const { suggestion } = workspace;
    return {
      ...workspace,
      lease,
      behind: queue.length - 1,
      suggestion: suggestion.kind === 'open' && !opened.has(workspace.id) ? { kind: 'hidden' } : suggestion,
      ...(draft && { draft }),
    };
  };
  const next = (): Next => (queue[0] ? { turn: turnOf(queue[0]) } : { meanwhile: 'two runs train' });
  const session = (): Session => ({
    person: 'person:ada',
    roles: ['overseer', 'operator', 'auditor'],
    access,
    csrf: CSRF,
    project: 'rivers',
    version: '0.1.0',
    isAlone: true,
  });

  /** Undefined: there is no such thing. */
  const answer = (method: string, path: string, body: unknown): unknown => {
    const [, id = '', what] = /^\/api\/turns\/([^/]+)\/(\w+)$/.exec(path) ?? [];
    switch (`${method} ${what === undefined ? path : what}`) {
      case 'GET /api/session':
        return { session: session() };
      case 'DELETE /api/session':
        return { session: null };
      case 'GET /api/controls':
        return Controls.parse(controls);
      case 'POST /api/controls/pause':
        z.strictObject({ reason: z.string().min(1) }).parse(body);
        controls = { halted: { kind: 'paused', by: 'person:ada', time: new Date().toISOString() }, may: ['resume'], requests: [] }; // biome-ignore format: one value is one line
        return { kind: 'done', entry: 7 };
      case 'GET /api/runs':
        return z.array(RunRow).parse(runs);
      case 'GET /api/turns':
        return TurnsState.parse({
          runs: [...new Set(queue.map(({ run }) => run))].map((run) => ({
            ...{ run, arbitrating: 0 },
            deciding: queue.filter((one) => one.run === run).length,
          })),
          ...{ leases: [], unsettled: 0, people: [] },
        });
      case 'GET /api/turns/next':
        return Next.parse(next());
      case 'PUT draft': {
        const draft = z.strictObject(Draft.shape).parse(body);
        if ((drafts.get(id)?.revision ?? -1) < draft.revision) drafts.set(id, draft);
        return drafts.get(id);
      }
      case 'POST extend':
        expectLease(id, z.strictObject({ lease: z.string() }).parse(body).lease);
        leaseMs = LEASE_MS;
        lease = { token: lease!.token, until: new Date(Date.now() + leaseMs).toISOString() };
        return { until: lease.until };
      case 'POST suggestion':
        expectLease(id, z.strictObject({ lease: z.string() }).parse(body).lease);
        opened.add(id);
        return { suggestion: turnOf(queue[0]!).suggestion };
      case 'POST commit':
        return commit(id, z.strictObject(Commit.shape).parse(body));
      case 'POST undo': {
        z.strictObject({ lease: z.string() }).parse(body);
        if (undone?.id !== id) throw new Error(`undo of ${id}, which is not the last`);
        queue.unshift(undone);
        commits.pop();
        lease = newLease();
        return Next.parse(next());
      }
      default:
        return undefined;
    }
  };
  const expectLease = (id: string, token: string) => {
    if (queue[0]?.id !== id || lease?.token !== token) throw new Error(`${id}: no lease ${token}`);
  };
  const commit = (id: string, given: Commit): Committed => {
    const body = JSON.stringify(given);
    const before = committed.get(given.lease);
    if (before?.body === body) return before.reply;
    expectLease(id, given.lease);
    const { kind } = given.action;
    if (!queue[0]!.actions.includes(kind)) throw new Error(`${kind}: not an action of ${id}`);
    undone = queue.shift();
    lease = undefined;
    drafts.delete(id);
    commits.push({ turn: id, commit: given });
    const reply: Committed = {
      id,
      effect: '3 questions above it can go on',
      ...(kind !== 'skip' && { undoUntil: new Date(Date.now() + UNDO_MS).toISOString() }),
    };
    committed.set(given.lease, { body, reply });
    return Committed.parse(reply);
  };

  const server: Server = createServer(async (request, response) => {
    const { method = 'GET', url = '/' } = request;
    const path = decodeURIComponent(url.split('?')[0]!);
    const say = (status: number, value: unknown, headers = {}) =>
      response
        .writeHead(status, { 'content-type': 'application/json', ...headers })
        .end(JSON.stringify(value));
    const refuse = (status: number, code: string, detail: string) =>
      say(status, { type: 'about:blank', title: code, status, detail, code });
    try {
      if (!path.startsWith('/api/')) return sendPage(pages, path, response);
      const body = await bodyOf(request);
      const isIn = request.headers.cookie?.includes(COOKIE) === true;
      if (path === '/api/session' && method === 'POST') {
        if (isIn && request.headers['x-csrf-token'] !== CSRF)
          return refuse(403, 'forbidden', 'x-csrf-token: expected the token of the session');
        if (SignIn.parse(body).key !== KEY)
          return refuse(401, 'unauthenticated', 'expected a key of somebody');
        return say(200, session(), { 'set-cookie': `${COOKIE}; HttpOnly; SameSite=Strict; Path=/` });
      }
      if (!isIn && path === '/api/session') return say(200, { session: null });
      if (!isIn) return refuse(401, 'unauthenticated', 'nobody is signed in');
      if (method !== 'GET' && request.headers['x-csrf-token'] !== CSRF)
        throw new Error(`${path}: no csrf token`);
      if (path === '/api/events') {
        response.writeHead(200, { 'content-type': 'text/event-stream' }).write('retry: 100\nid: e-1\n\n');
        streams.add(response);
        response.on('close', () => streams.delete(response));
        return;
      }
      if (areDraftsLost && path.endsWith('/draft')) return refuse(503, 'unavailable', path);
      const value = answer(method, path, body);
      if (value === undefined) return refuse(404, 'unknown-path', path);
      return say(200, value, method === 'DELETE' ? { 'set-cookie': 'capstan=; Max-Age=0; Path=/' } : {});
    } catch (error) {
      wrong.push(`${method} ${path}: ${(error as Error).message}`);
      return refuse(409, 'locked', (error as Error).message);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { readonly port: number };
  return {
    url: `http://127.0.0.1:${port}`,
    ...{ commits, drafts, opened, wrong },
    add: (workspace) => {
      queue.push(workspace);
      tell('turns');
    },
    setLease: (ms) => {
      leaseMs = ms;
      lease = undefined;
    },
    setRuns: (given) => {
      runs = given;
    },
    setControls: (given) => {
      controls = given;
    },
    setAccess: (given) => {
      access = given;
    },
    setDraftsLost: (lost) => {
      areDraftsLost = lost;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  const text = Buffer.concat(parts).toString();
  return text === '' ? undefined : JSON.parse(text);
}

function sendPage(folder: string, path: string, response: ServerResponse): void {
  const file = extname(path) === '' ? 'index.html' : path;
  response.writeHead(200, {
    'content-type': TYPES[extname(file)] ?? 'application/octet-stream',
    'content-security-policy': CSP,
  });
  response.end(readFileSync(join(folder, file)));
}
