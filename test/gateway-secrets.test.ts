/** A server that sends the key back, in whatever place and form: nothing that comes out of the gateway holds it. */

import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { chatModelFrom } from '../src/gateway/model.ts';
import { fastClock } from './clocks.ts';

const WINDOW = 12;
interface Plan {
  readonly status: number;
  readonly place: 'error' | 'text' | 'page' | 'content' | 'model' | 'member' | 'header' | 'cut';
  readonly form: 'plain' | 'quoted' | 'base64' | 'url' | 'escaped' | 'twice';
}

let server: Server;
let plan: Plan & { key: string };
const seen: string[] = [];

const key = fc
  .string({
    unit: fc.integer({ min: 0x21, max: 0x7e }).map((code) => String.fromCharCode(code)),
    minLength: 16,
    maxLength: 48,
  })
  // A key of one repeated character is found in anything.
  .filter((text) => new Set(text).size > 8);
const plans: fc.Arbitrary<Plan> = fc.record({
  status: fc.constantFrom(200, 200, 200, 200, 200, 307, 400, 401, 404, 418, 429, 500, 503),
  place: fc.constantFrom('error', 'text', 'page', 'content', 'model', 'member', 'header', 'cut'),
  form: fc.constantFrom('plain', 'quoted', 'base64', 'url', 'escaped', 'twice'),
});

function written({ form, key: secret }: Plan & { key: string }): string {
  if (form === 'quoted') return JSON.stringify(secret);
  if (form === 'base64') return Buffer.from(`:${secret}`).toString('base64');
  if (form === 'url') return encodeURIComponent(secret);
  return form === 'twice' ? secret + secret : secret;
}

function responseOf({ place, form }: Plan, secret: string): string {
  const value = (content: string, more = {}) => ({
    id: 'x',
    object: 'chat.completion',
    created: 0,
    model: 'm',
    choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop' }],
    usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
    ...more,
  });
  const body = {
    error: () => JSON.stringify({ error: { message: `wrong key ${secret}`, code: secret, param: secret } }),
    text: () => secret,
    page: () => `<html>${secret}</html>`,
    content: () => JSON.stringify(value(JSON.stringify({ answer: secret }))),
    model: () => JSON.stringify(value('{"answer":"x"}', { model: secret })),
    member: () => JSON.stringify(value(JSON.stringify({ answer: 'x', [secret]: { [secret]: [secret] } }))),
    header: () => JSON.stringify(value('{"answer":"x"}')),
    cut: () => JSON.stringify(value(`{"answer":"${secret}`)),
  }[place]();
  if (form !== 'escaped') return body;
  // As JSON may write any character.
  const unicode = (text: string) =>
    [...text].map((c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`).join('');
  return body.replaceAll(secret, place === 'content' || place === 'member' ? secret : unicode(secret));
}

beforeAll(async () => {
  server = createServer((request, response) => {
    request.resume();
    const secret = written(plan);
    const value = encodeURIComponent(secret);
    response.writeHead(plan.status, `no ${value}`, {
      'x-request-id': value,
      'set-cookie': value,
      location: value,
    });
    response.end(responseOf(plan, secret));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  for (const name of ['log', 'info', 'warn', 'error', 'debug'] as const)
    vi.spyOn(console, name).mockImplementation((...args: unknown[]) => void seen.push(inspect(args)));
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

/** All that anybody could print of it. */
function everythingIn(value: unknown): string {
  const links: unknown[] = [];
  for (let link = value; link != null && links.length < 20; link = (link as { cause?: unknown }).cause)
    links.push(link);
  const texts = links.map((link) => {
    const { message = '', stack = '' } = (typeof link === 'object' ? link : {}) as Error;
    return [inspect(link, { depth: Infinity, showHidden: true }), JSON.stringify(link), message, stack].join(
      '\n',
    );
  });
  return [...texts, ...seen].join('\n');
}

function expectNone(secret: string, text: string): void {
  const encoded = Buffer.from(`:${secret}`).toString('base64').slice(2, -4);
  for (const form of [secret, encodeURIComponent(secret), encoded])
    for (let at = 0; at + WINDOW <= form.length; at++)
      expect(text).not.toContain(form.slice(at, at + WINDOW));
}

describe('a key', () => {
  test('comes out of no error, no answer and no log, wherever and however the server plants it', async () => {
    let answers = 0;
    await fc.assert(
      fc.asyncProperty(
        key,
        plans,
        fc.constantFrom('openai', 'anthropic', 'compatible'),
        async (secret, one, kind) => {
          plan = { ...one, key: secret };
          const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
          const environment = { OPENAI_API_KEY: secret, ANTHROPIC_API_KEY: secret, THE_KEY: secret };
          const name = kind === 'compatible' ? `${baseUrl}?key=THE_KEY#m` : `${kind}:m`;
          const settings = { environment, baseUrl, attemptsMax: 2, repairsMax: 1, clock: fastClock(1000) };
          const tried = await chatModelFrom(name, settings).catch((error: unknown) => error);
          expectNone(secret, everythingIn(tried));
          const model = await chatModelFrom(name, { ...settings, isTried: false });
          const said = await model
            .complete({
              messages: [{ role: 'user', content: 'Well?' }],
              schema: { type: 'object', required: ['answer'] },
              tokensMax: 50,
              idempotencyKey: 'one',
            })
            .then((reply) => {
              answers++;
              return reply;
            })
            .catch((error: unknown) => error);
          expectNone(secret, everythingIn(said));
          expectNone(secret, everythingIn(model));
        },
      ),
      { numRuns: 150 },
    );
    expect(answers).toBeGreaterThan(5);
  });
});
