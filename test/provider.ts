/** A provider on loopback that speaks OpenAI's chat completions, in one piece and streamed, and misbehaves as told: what it
 *  does wrong is chosen for each request. It keeps what it was asked. */

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface ChatBody {
  readonly model: string;
  readonly messages: readonly { readonly role: string; readonly content: string }[];
  readonly max_tokens?: number;
  readonly max_completion_tokens?: number;
  readonly stream?: boolean;
  readonly stream_options?: { readonly include_usage?: boolean };
  readonly response_format?: { readonly type: string };
}

export interface Asked {
  readonly body: ChatBody;
  readonly text: string;
  readonly headers: IncomingMessage['headers'];
  readonly fault: FaultName;
  /** What the provider charges for it: it charges for whatever it began to say, whether or not that arrives. */
  readonly charged: { readonly inputTokens: number; readonly outputTokens: number };
}

export const FAULTS = {
  none: 'answers',
  limited: '429 with Retry-After in seconds',
  'limited-ms': '429 with retry-after-ms',
  'limited-date': '429 with Retry-After as a date',
  'limited-long': '429 that asks to come back in an hour',
  quota: '429, no credit left',
  error: '500',
  overloaded: '503, an HTML page',
  denied: '401 that repeats the key',
  hang: 'never answers',
  'hang-body': 'headers, and then nothing',
  'no-schema': '400, it knows no such form of an answer',
  'cut-before': 'the connection breaks before the answer',
  'cut-body': 'the connection breaks in the answer',
  'wrong-json': 'half a JSON document',
  html: 'a page with status 200',
  empty: 'nothing, with status 200',
  'no-choices': 'JSON without an answer in it',
  prose: 'words where JSON is wanted',
  misfit: 'JSON of another form',
  short: 'cut after the tokens it may have',
  huge: 'an answer of 10 MB',
  'huge-error': 'a 500 of 10 MB',
  drip: 'byte after byte, in time',
  'drip-forever': 'byte after byte, never done',
  'no-usage': 'answers and does not say what it used',
  'lying-usage': 'answers and says it used a billion tokens',
  'odd-usage': 'answers and says it used −1.5 tokens',
  redirect: 'sends the caller elsewhere',
  echo: 'puts the key into its answer and its error',
} as const;
export type FaultName = keyof typeof FAULTS;

/** Nothing was said then, and nothing is charged. */
const FREE: readonly FaultName[] = [
  'limited',
  'limited-ms',
  'limited-date',
  'limited-long',
  'quota',
  'error',
  'overloaded',
  'denied',
  'no-schema',
  'huge-error',
  'redirect',
];

const HUGE = 10_000_000;
const DRIP_MS = 1;

export interface TestProviderOptions {
  /** The text of an answer. */
  readonly answer: (body: ChatBody) => string;
  /** What is done about the nth request, from 0. */
  readonly fault?: (n: number, body: ChatBody) => FaultName;
  readonly models?: readonly string[];
  /** The key it wants. */
  readonly key?: string;
  readonly delayMs?: number;
}

export class TestProvider {
  readonly asked: Asked[] = [];
  readonly #server: Server;
  readonly #options: TestProviderOptions;

  private constructor(options: TestProviderOptions) {
    this.#options = options;
    this.#server = createServer((request, response) => {
      this.#serve(request, response).catch(() => response.destroy());
    });
  }

  static async start(options: TestProviderOptions): Promise<TestProvider> {
    const provider = new TestProvider(options);
    await new Promise<void>((resolve) => provider.#server.listen(0, '127.0.0.1', resolve));
    return provider;
  }

  /** As an OpenAI-compatible client wants it. */
  get baseUrl(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/v1`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { key, models, delayMs = 0 } = this.#options;
    const text = await textOf(request);
    if (
      key !== undefined &&
      request.headers.authorization !== `Bearer ${key}` &&
      request.headers['x-api-key'] !== key
    )
      return failed(response, 401, `Incorrect API key provided: ${request.headers.authorization}.`);
    if (request.url?.endsWith('/models'))
      return models === undefined ? failed(response, 404, 'not found') : json(response, 200, listOf(models));
    const isAnthropic = request.url?.endsWith('/messages') ?? false;
    if (!isAnthropic && !request.url?.endsWith('/chat/completions'))
      return failed(response, 404, `no such path ${request.url}`);
    const body = JSON.parse(text) as ChatBody;
    if (models !== undefined && !models.includes(body.model))
      return failed(response, 404, `The model ${body.model} does not exist`);
    const fault = this.#options.fault?.(this.asked.length, body) ?? 'none';
    const spoken = this.#options.answer(body);
    this.asked.push({ body, text, headers: request.headers, fault, charged: charge(fault, body, spoken) });
    if (delayMs > 0) await sleep(delayMs);
    if (isAnthropic) return json(response, 200, messageOf(body, spoken));
    return misbehave(fault, response, body, spoken, request.headers);
  }
}

async function misbehave(
  fault: FaultName,
  response: ServerResponse,
  body: ChatBody,
  spoken: string,
  { authorization = '' }: IncomingMessage['headers'],
): Promise<void> {
  const whole = JSON.stringify(completion(body, spoken));
  switch (fault) {
    case 'none':
      return body.stream ? streamed(response, body, spoken) : json(response, 200, completion(body, spoken));
    case 'limited':
      return failed(response, 429, 'Rate limit reached', { 'retry-after': '1' });
    case 'limited-ms':
      return failed(response, 429, 'Rate limit reached', { 'retry-after-ms': '700', 'retry-after': '1' });
    case 'limited-date': {
      const [now, then] = [0, 1000].map((ms) => new Date(Date.now() + ms).toUTCString());
      return failed(response, 429, 'Rate limit reached', { date: now!, 'retry-after': then! });
    }
    case 'limited-long':
      return failed(response, 429, 'Rate limit reached', { 'retry-after': '3600' });
    case 'quota':
      return json(response, 429, {
        error: { message: 'You exceeded your quota', code: 'insufficient_quota' },
      });
    case 'error':
      return failed(response, 500, 'The server had an error');
    case 'overloaded':
      return page(response, 503, 'Service unavailable');
    case 'denied':
      return failed(response, 401, `Incorrect API key provided: ${authorization}`);
    case 'no-schema':
      return failed(response, 400, 'response_format is not supported here');
    case 'hang':
      return undefined;
    case 'hang-body':
      response.writeHead(200, { 'content-type': 'application/json' });
      response.write(whole.slice(0, 10));
      return undefined;
    case 'cut-before':
      return void response.socket?.destroy();
    case 'cut-body':
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': whole.length });
      return void response.write(whole.slice(0, whole.length / 2), () => response.socket?.destroy());
    case 'wrong-json':
      return sent(response, whole.slice(0, whole.length / 2));
    case 'html':
      return page(response, 200, 'Welcome to nginx');
    case 'empty':
      return sent(response, '');
    case 'no-choices':
      return json(response, 200, { ...completion(body, spoken), choices: [] });
    case 'prose':
      return json(response, 200, completion(body, 'Sure! I would say that it is about seven.'));
    case 'misfit':
      return json(response, 200, completion(body, '{"result": [7, {"sure": "very"}]}'));
    case 'short': {
      const cut = completion(body, spoken.slice(0, spoken.length / 2));
      return json(response, 200, { ...cut, choices: [{ ...cut.choices[0], finish_reason: 'length' }] });
    }
    case 'huge':
      return json(response, 200, completion(body, 'x'.repeat(HUGE)));
    case 'huge-error':
      return failed(response, 500, 'x'.repeat(HUGE));
    case 'drip':
    case 'drip-forever':
      return dripped(response, whole, fault === 'drip-forever');
    case 'no-usage':
      return json(response, 200, { ...completion(body, spoken), usage: undefined });
    case 'lying-usage':
      return json(response, 200, { ...completion(body, spoken), usage: usage(1e9, 1e9) });
    case 'odd-usage':
      return json(response, 200, { ...completion(body, spoken), usage: usage(-1.5, -1.5) });
    case 'redirect':
      response.writeHead(307, { location: 'http://127.0.0.1:1/v1/chat/completions' });
      return void response.end();
    case 'echo':
      return json(response, 200, { ...completion(body, spoken), model: authorization });
  }
}

function charge(fault: FaultName, body: ChatBody, spoken: string): Asked['charged'] {
  if (FREE.includes(fault)) return { inputTokens: 0, outputTokens: 0 };
  const said = fault === 'huge' ? 'x'.repeat(HUGE) : spoken;
  const { usage: used } = completion(body, said);
  return { inputTokens: used.prompt_tokens, outputTokens: used.completion_tokens };
}

function completion(body: ChatBody, content: string) {
  const asked = JSON.stringify(body.messages).length / 4;
  return {
    id: 'chatcmpl-1',
    object: 'chat.completion',
    created: 1_700_000_000,
    model: body.model,
    choices: [
      {
        index: 0,
        message: { role: 'assistant', content, refusal: null },
        finish_reason: 'stop',
        logprobs: null,
      },
    ],
    usage: usage(Math.ceil(asked), Math.ceil(Math.min(content.length / 4, tokensMax(body)))),
  };
}

function tokensMax({ max_tokens, max_completion_tokens }: ChatBody): number {
  return max_tokens ?? max_completion_tokens ?? Infinity;
}

function usage(prompt_tokens: number, completion_tokens: number) {
  return { prompt_tokens, completion_tokens, total_tokens: prompt_tokens + completion_tokens };
}

function messageOf(body: ChatBody, text: string) {
  return {
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    model: body.model,
    content: [{ type: 'text', text }],
    stop_reason: 'end_turn',
    stop_sequence: null,
    usage: {
      input_tokens: Math.ceil(JSON.stringify(body).length / 4),
      output_tokens: Math.ceil(text.length / 4),
    },
  };
}

function listOf(models: readonly string[]) {
  return {
    object: 'list',
    data: models.map((id) => ({ id, object: 'model', created: 0, owned_by: 'test' })),
  };
}

/** Server-sent events, as OpenAI has them. */
function streamed(response: ServerResponse, body: ChatBody, spoken: string): void {
  const { choices: _, usage: used, ...head } = completion(body, spoken);
  const chunk = (choices: unknown, more = {}) => {
    const event = { ...head, object: 'chat.completion.chunk', choices, ...more };
    response.write(`data: ${JSON.stringify(event)}\n\n`);
  };
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  for (let at = 0; at < spoken.length; at += 7)
    chunk([
      { index: 0, delta: { role: 'assistant', content: spoken.slice(at, at + 7) }, finish_reason: null },
    ]);
  chunk([{ index: 0, delta: {}, finish_reason: 'stop' }]);
  if (body.stream_options?.include_usage) chunk([], { usage: used });
  response.end('data: [DONE]\n\n');
}

/** A byte at a time is slow for sockets too: forty for each. */
async function dripped(response: ServerResponse, whole: string, isEndless: boolean): Promise<void> {
  response.writeHead(200, { 'content-type': 'application/json' });
  for (let at = 0; isEndless || at < whole.length; at += 40) {
    if (response.destroyed) return;
    response.write(at < whole.length ? whole.slice(at, at + 40) : ' ');
    await sleep(DRIP_MS);
  }
  response.end();
}

function json(response: ServerResponse, status: number, value: unknown, headers = {}): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify(value));
}

function failed(response: ServerResponse, status: number, message: string, headers = {}): void {
  json(response, status, { error: { message, type: 'test', param: null, code: null } }, headers);
}

function page(response: ServerResponse, status: number, title: string): void {
  response.writeHead(status, { 'content-type': 'text/html' });
  response.end(`<html><head><title>${title}</title></head><body></body></html>`);
}

function sent(response: ServerResponse, text: string): void {
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(text);
}

async function textOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString();
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
