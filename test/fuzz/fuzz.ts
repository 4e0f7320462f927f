/** Sends what `requests.ts` makes to a whole server with a small project behind it, and says what should not have come back:
 *  a failure of ours (but for what is honest: a full disk, something that cannot be reached), an answer of an undocumented
 *  shape, no answer in time. */

import fc from 'fast-check';
import type { App } from '../../src/server/endpoint.ts';
import { type Asked, type Document, requestsOf } from './requests.ts';

export interface Fuzzed {
  readonly sent: number;
  readonly operations: number;
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
const KNOWN_MAX = 400;
const KNOWN_LENGTH = 200;
/** Of what was wrong, so much is shown. */
const SHOWN = 400;

export async function fuzz(
  app: App,
  { seed, requests, who, known: given, paths }: FuzzOptions,
): Promise<Fuzzed> {
  const whole = (await (await app.request('/api/openapi.json')).json()) as Document;
  const isMeant = ([path]: readonly [string, unknown]): boolean => paths?.includes(path) ?? true;
  const document = { ...whole, paths: Object.fromEntries(Object.entries(whole.paths).filter(isMeant)) };
  const known = [...given];
  const learn = (value: unknown): void => {
    if (known.length >= KNOWN_MAX) return;
    if (typeof value === 'object' && value !== null) for (const one of Object.values(value)) learn(one);
    else if (typeof value === 'string' || typeof value === 'number') {
      const text = String(value);
      if (text !== '' && text.length <= KNOWN_LENGTH && !known.includes(text)) known.push(text);
    }
  };
  const statuses: { [status: string]: number } = {};
  const wrong = new Map<string, string>();
  let [sent, slowestMs] = [0, 0];
  const one = (all: readonly string[]) => fc.nat().map((at) => all[at % all.length]!);
  const some = fc.oneof(one(given), one(known));
  const arbitrary = requestsOf(document, some, fc.constantFrom(...who));
  for (const asked of fc.sample(arbitrary, { seed, numRuns: requests })) {
    const began = performance.now();
    const { status, fault, body } = await send(app, asked);
    slowestMs = Math.max(slowestMs, performance.now() - began);
    sent++;
    statuses[status] = (statuses[status] ?? 0) + 1;
    if (status === '200') learn(body);
    const kind = `${asked.operation} ${fault?.split('\n')[0]}`;
    if (fault !== undefined && !wrong.has(kind)) wrong.set(kind, `${fault}\n  of ${shown(asked)}`);
  }
  const operations = Object.values(document.paths).flatMap((one) => Object.keys(one)).length;
  return { sent, operations, statuses, slowestMs, wrong: [...wrong.values()] };
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
