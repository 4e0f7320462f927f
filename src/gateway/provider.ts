/** One provider of a language model: one attempt at one request, and every way in which that fails, with what is done
 *  about it. What is said of a failure is new text: nothing of the provider's own error objects, which hold headers
 *  and requests, goes any further. */

import { messageOf } from '../base/errors.ts';
import type { ChatMessage, Usage } from './chat.ts';
import type { Redact } from './redact.ts';
import type { Schema } from './schema.ts';

export interface Attempt {
  readonly messages: readonly ChatMessage[];
  readonly schema: Schema;
  readonly tokensMax: number;
  readonly temperature?: number;
  readonly idempotencyKey: string;
  readonly signal: AbortSignal;
}

export interface RawReply {
  readonly text: string;
  /** Undefined if the provider does not say. */
  readonly usage: Usage | undefined;
  readonly model: string;
  /** Whether it ended because it had as many tokens as it may. */
  readonly isCut: boolean;
}

export interface Provider {
  readonly name: string;
  /** Throws a `ProviderFault`. */
  attempt(attempt: Attempt): Promise<RawReply>;
  readonly redact: Redact;
}

interface Treatment {
  /** Whether another attempt may do better. */
  readonly again: boolean;
  /** Whether fewer calls at once may help. */
  readonly slower: boolean;
  /** Whether the provider may have charged for it. */
  readonly charged: boolean;
}

const TRY_AGAIN = { again: true, slower: false, charged: false };
const GIVE_UP = { again: false, slower: false, charged: false };

export const FAULTS = {
  limited: { again: true, slower: true, charged: false }, // 429
  overloaded: { again: true, slower: true, charged: false }, // 5xx
  timeout: { again: true, slower: true, charged: true },
  cut: { again: true, slower: false, charged: true }, // the connection broke
  unreachable: TRY_AGAIN, // nobody listens, or no such host
  malformed: { again: true, slower: false, charged: true }, // an answer, but not of this API
  'too-large': { again: true, slower: false, charged: true },
  unsupported: TRY_AGAIN, // it does not know this way to ask for JSON, and is asked in another
  quota: GIVE_UP, // the account has no money left
  denied: GIVE_UP, // 401, 403
  missing: GIVE_UP, // no such model, or no such path
  refused: GIVE_UP, // any other 4xx
} as const satisfies { readonly [kind: string]: Treatment };

export type FaultKind = keyof typeof FAULTS;

export class ProviderFault extends Error {
  readonly kind: FaultKind;
  /** As the provider asks for it. */
  readonly retryAfterMs: number | undefined;

  constructor(kind: FaultKind, message: string, retryAfterMs?: number) {
    super(message);
    this.name = 'ProviderFault';
    this.kind = kind;
    this.retryAfterMs = retryAfterMs;
  }
}

const MESSAGE_MAX = 300;
const [TOO_MANY, SERVER] = [429, 500];
const STATUSES: { readonly [status: number]: FaultKind } = {
  401: 'denied',
  402: 'quota',
  403: 'denied',
  404: 'missing',
  408: 'overloaded',
  409: 'overloaded',
  425: 'overloaded',
  429: 'limited',
};
const UNREACHABLE = ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH'];

/** What an HTTP response with an error status means. */
export function faultOfStatus(
  status: number,
  body: string,
  headers: { readonly [name: string]: string },
  now: number,
  redact: Redact,
): ProviderFault {
  const said = brief(redact, messageIn(body));
  const wait = retryAfter(headers, now);
  const message = `expected an answer, got HTTP status ${status}${said && `: ${said}`}`;
  if (status === TOO_MANY && /insufficient_quota|billing|credit/i.test(body))
    return new ProviderFault('quota', message);
  if (status < 400) return new ProviderFault('missing', `${message}; is the base URL right?`);
  const isUnsupported = status < TOO_MANY && /response_format|json_schema|structured.output/i.test(body);
  const kind =
    STATUSES[status] ?? (status >= SERVER ? 'overloaded' : isUnsupported ? 'unsupported' : 'refused');
  return new ProviderFault(kind, message, wait);
}

/** Of anything else that was thrown on the way. */
export function faultOf(error: unknown, redact: Redact): ProviderFault {
  for (const link of chain(error)) if (link instanceof ProviderFault) return link;
  const codes = chain(error).map((link) => String((link as { code?: unknown }).code ?? ''));
  const said = brief(redact, chain(error).map(messageOf).filter(Boolean).slice(-1).join(''));
  // The last is what `fetch` says of a port that it never asks.
  if (codes.some((code) => UNREACHABLE.includes(code)) || said === 'bad port')
    return new ProviderFault('unreachable', `expected a server, got none: ${said}`);
  const isForm = chain(error).some((link) => FORM_ERRORS.test((link as { name?: string }).name ?? ''));
  if (isForm) return new ProviderFault('malformed', `expected an answer of this API, got ${said}`);
  return new ProviderFault('cut', `expected a whole answer, got a broken connection: ${said}`);
}

/** Errors of `ai` about what a response holds. */
const FORM_ERRORS =
  /^(AI_(JSONParse|TypeValidation|InvalidResponseData|NoContent|NoOutput|EmptyResponse)|SyntaxError)/;

/** Milliseconds, if the response says so: in the header of OpenAI and Azure, or that of RFC 9110 §10.2.3. */
export function retryAfter(headers: { readonly [name: string]: string }, now: number): number | undefined {
  const ms = Number.parseFloat(headers['retry-after-ms'] ?? '');
  if (ms >= 0) return ms;
  const text = headers['retry-after']?.trim() ?? '';
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text) * 1000;
  const until = Date.parse(text);
  return Number.isNaN(until) ? undefined : Math.max(0, until - (Date.parse(headers.date ?? '') || now));
}

/** The error and its causes. */
function chain(error: unknown): readonly unknown[] {
  const links: unknown[] = [];
  const [LINKS_MAX] = [8];
  for (let link = error; link != null && links.length < LINKS_MAX; link = (link as { cause?: unknown }).cause)
    links.push(link);
  return links;
}

/** OpenAI's and Anthropic's errors have `error.message`; others `message`, or `error` itself. */
function messageIn(body: string): string {
  try {
    const { error, message } = JSON.parse(body) as { error?: unknown; message?: unknown };
    const said = (error as { message?: unknown } | undefined)?.message ?? message ?? error;
    return typeof said === 'string' ? said : body;
  } catch {
    return body;
  }
}

/** One line, without secrets, of bounded length. The secrets go first, so that none is cut into two parts. */
function brief(redact: Redact, text: string): string {
  const line = redact(text.slice(0, MESSAGE_MAX * MESSAGE_MAX))
    .replace(/\p{C}+|\s+/gu, ' ')
    .trim();
  return line.length > MESSAGE_MAX ? `${line.slice(0, MESSAGE_MAX)}…` : line;
}
