/** Sends what `requests.ts` makes to a whole server with a small project behind it, and says what should not have come back:
 *  a failure of ours (but for what is honest: a full disk, something that cannot be reached), an answer of an undocumented
 *  shape, no answer in time. */

import fc from 'fast-check';
import type { App } from '../../src/server/endpoint.ts';
import { type Asked, type Document, requestsOf } from './requests.ts';
import { Pool } from './schema.ts';

export interface Fuzzed {
  readonly sent: number;
  /** Of each operation, how many were done. */
  readonly done: { readonly [operation: string]: number };
  /** By status. */
  readonly statuses: { readonly [status: string]: number };
  readonly slowestMs: number;
  /** What was wrong, once for each operation and kind. */
  readonly wrong: readonly string[];
}

export interface FuzzOptions {
  readonly seed: number;
  readonly requests: number;
  /** Headers of those who ask. */
  readonly who: readonly { readonly [name: string]: string }[];
  /** Strings that mean something here, to begin with. */
  readonly known: readonly string[];
  /** All there are unless said otherwise. */
  readonly paths?: readonly string[];
}

/** Codes of failures that are no bug. */
const HONEST = ['storage', 'unavailable', 'interrupted'];
const HANG_MS = 20_000;
const LOT = 20;
/** Of what was wrong, so much is shown. */
const SHOWN = 400;

export async function fuzz(
  app: App,
  { seed, requests, who, known: given, paths }: FuzzOptions,
): Promise<Fuzzed> {
  const whole = (await (await app.request('/api/openapi.json')).json()) as Document;
  const isMeant = ([path]: readonly [string, unknown]): boolean => paths?.includes(path) ?? true;
  const document = { ...whole, paths: Object.fromEntries(Object.entries(whole.paths).filter(isMeant)) };
  const pool = new Pool(given);
  const statuses: { [status: string]: number } = {};
  const wrong = new Map<string, string>();
  let [sent, slowestMs] = [0, 0];
  const arbitrary = requestsOf(document, pool, fc.constantFrom(...who));
  const done: { [operation: string]: number } = {};
  for (const [path, methods] of Object.entries(document.paths))
    for (const method of Object.keys(methods)) done[`${method} ${path}`] = 0;
  // A few at a time, so that what was answered is known when the next are made.
  const next = (): readonly Asked[] => fc.sample(arbitrary, { seed: seed + sent, numRuns: LOT });
  for (let lot: readonly Asked[] = []; sent < requests; lot = lot.slice(1)) {
    if (lot.length === 0) lot = next();
    const asked = lot[0]!;
    const began = performance.now();
    const { status, fault, body } = await send(app, asked);
    slowestMs = Math.max(slowestMs, performance.now() - began);
    sent++;
    statuses[status] = (statuses[status] ?? 0) + 1;
    if (status === '200') {
      pool.learn(body);
      if (asked.operation in done) done[asked.operation]! += 1;
    }
    const kind = `${asked.operation} ${fault?.split('\n')[0]}`;
    if (fault !== undefined && !wrong.has(kind)) wrong.set(kind, `${fault}\n  of ${shown(asked)}`);
  }
  return { sent, done, statuses, slowestMs, wrong: [...wrong.values()] };
}

interface Said {
  readonly status: string;
  readonly fault?: string;
  readonly body?: unknown;
}

async function send(app: App, { method, url, headers, body }: Asked): Promise<Said> {
  let request: Request;
  try {
    request = new Request(url, { method, headers, ...(body !== undefined && { body }) });
  } catch {
    return { status: 'unsendable' };
  }
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Said>((resolve) => {
    timer = setTimeout(() => resolve({ status: 'none', fault: `no answer within ${HANG_MS} ms` }), HANG_MS);
  });
  try {
    return await Promise.race([judged(app, request), late]);
  } catch (error) {
    return { status: 'thrown', fault: `thrown: ${error instanceof Error ? error.stack : error}` };
  } finally {
    clearTimeout(timer);
  }
}

async function judged(app: App, request: Request): Promise<Said> {
  const response = await app.fetch(request, {});
  const status = String(response.status);
  const type = response.headers.get('content-type') ?? '';
  if (type.startsWith('text/event-stream')) {
    await response.body?.cancel();
    return { status };
  }
  const text = await response.text();
  const said = (fault: string): Said => ({ status, fault: `${status} ${fault}: ${text.slice(0, SHOWN)}` });
  if (!response.headers.has('content-security-policy')) return said('without a policy');
  if (response.status < 400)
    return { status, ...(type.startsWith('application/json') && { body: bodyIn(text) }) };
  if (!type.startsWith('application/problem+json')) return said('and no problem');
  if (request.method === 'HEAD') return response.status < 500 ? { status } : said('');
  const { code, detail, status: own } = JSON.parse(text) as { code: string; detail: string; status: number };
  if (own !== response.status || typeof detail !== 'string') return said('and a problem of another kind');
  return response.status < 500 || HONEST.includes(code) ? { status } : said(code);
}

function bodyIn(text: string): unknown {
  return text === '' ? undefined : JSON.parse(text);
}

function shown({ method, url, headers, body }: Asked): string {
  const text =
    typeof body === 'string' ? body : body === undefined ? '' : Buffer.from(body).toString('latin1');
  return `${method} ${url.slice(0, SHOWN)} ${JSON.stringify(headers).slice(0, SHOWN)} ${text.slice(0, SHOWN)}`;
}
