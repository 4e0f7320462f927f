/** The official `openai` client and the AI SDK both talk to the test provider, so what the gateway is tested against speaks as
 *  providers do; and through the gateway each kind of model is asked. */

import { createOpenAI } from '@ai-sdk/openai';
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { generateText, jsonSchema, Output, streamText } from 'ai';
import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { chatModelFrom } from '../src/gateway/model.ts';
import { fastClock } from './clocks.ts';
import { type FaultName, TestProvider } from './provider.ts';

const SCHEMA = {
  type: 'object',
  properties: { capital: { type: 'string' } },
  required: ['capital'],
  additionalProperties: false,
} as const;
const KEY = 'sk-test-0123456789abcdef';
const REQUEST = {
  messages: [
    { role: 'system', content: 'You know capitals.' },
    { role: 'user', content: 'Of France?' },
  ],
  schema: SCHEMA,
  tokensMax: 100,
  idempotencyKey: 'one',
} as const;

let provider: TestProvider;
let faults: FaultName[] = [];

beforeAll(async () => {
  provider = await TestProvider.start({
    answer: () => '{"capital":"Paris"}',
    fault: () => faults.shift() ?? 'none',
    models: ['gpt-4o-mini', 'claude-sonnet-4-5', 'llama3.2:latest'],
    key: KEY,
  });
});
afterAll(() => provider.close());

describe('the official client of OpenAI', () => {
  const client = () => new OpenAI({ baseURL: provider.baseUrl, apiKey: KEY, maxRetries: 2 });
  const messages = [{ role: 'user' as const, content: 'Of France?' }];

  test('is answered, with JSON of a schema and with usage', async () => {
    const reply = await client().chat.completions.create({
      model: 'gpt-4o-mini',
      messages,
      response_format: { type: 'json_schema', json_schema: { name: 'reply', schema: SCHEMA, strict: true } },
    });
    expect(JSON.parse(reply.choices[0]!.message.content!)).toEqual({ capital: 'Paris' });
    expect(reply.choices[0]!.finish_reason).toBe('stop');
    expect(reply.usage!.total_tokens).toBe(reply.usage!.prompt_tokens + reply.usage!.completion_tokens);
  });

  test('is answered in a stream', async () => {
    const stream = await client().chat.completions.create({
      model: 'gpt-4o-mini',
      messages,
      stream: true,
      stream_options: { include_usage: true },
    });
    let text = '';
    let tokens = 0;
    for await (const chunk of stream) {
      text += chunk.choices[0]?.delta.content ?? '';
      tokens += chunk.usage?.completion_tokens ?? 0;
    }
    expect(text).toBe('{"capital":"Paris"}');
    expect(tokens).toBeGreaterThan(0);
  });

  test('lists the models, and knows the errors', async () => {
    const models = [];
    for await (const model of client().models.list()) models.push(model.id);
    expect(models).toContain('llama3.2:latest');
    await expect(client().chat.completions.create({ model: 'no-such', messages })).rejects.toBeInstanceOf(
      OpenAI.NotFoundError,
    );
    const stranger = new OpenAI({ baseURL: provider.baseUrl, apiKey: 'wrong-key' });
    await expect(stranger.models.list()).rejects.toBeInstanceOf(OpenAI.AuthenticationError);
  });

  test('comes back after a 429 and a 500, and knows a cut connection', async () => {
    faults = ['limited-ms', 'error'];
    const before = provider.asked.length;
    const reply = await client().chat.completions.create({ model: 'gpt-4o-mini', messages });
    expect(reply.choices[0]!.message.content).toBe('{"capital":"Paris"}');
    expect(provider.asked.length - before).toBe(3);
    faults = ['cut-before'];
    const impatient = new OpenAI({ baseURL: provider.baseUrl, apiKey: KEY, maxRetries: 0 });
    await expect(
      impatient.chat.completions.create({ model: 'gpt-4o-mini', messages }),
    ).rejects.toBeInstanceOf(OpenAI.APIConnectionError);
  });
});

describe('the AI SDK', () => {
  const output = Output.object({ schema: jsonSchema(SCHEMA) });

  test('is answered as OpenAI and as a compatible server, with JSON of a schema', async () => {
    const openai = createOpenAI({ baseURL: provider.baseUrl, apiKey: KEY });
    const compatible = createOpenAICompatible({
      baseURL: provider.baseUrl,
      name: 'test',
      apiKey: KEY,
      supportsStructuredOutputs: true,
    });
    for (const model of [openai.chat('gpt-4o-mini'), compatible('gpt-4o-mini')]) {
      const reply = await generateText({ model, prompt: 'Of France?', output });
      expect(reply.output).toEqual({ capital: 'Paris' });
      expect(reply.usage.outputTokens).toBeGreaterThan(0);
      expect(provider.asked.at(-1)!.body.response_format).toMatchObject({ type: 'json_schema' });
    }
  });

  test('is answered in a stream', async () => {
    const model = createOpenAI({ baseURL: provider.baseUrl, apiKey: KEY }).chat('gpt-4o-mini');
    const stream = streamText({ model, prompt: 'Of France?' });
    expect(await stream.text).toBe('{"capital":"Paris"}');
    expect((await stream.usage).outputTokens).toBeGreaterThan(0);
  });
});

describe('a model by its name', () => {
  const options = () => ({
    environment: { OPENAI_API_KEY: KEY, ANTHROPIC_API_KEY: KEY, THEIR_KEY: KEY },
    clock: fastClock(100),
    baseUrl: provider.baseUrl,
  });

  test.each([
    ['openai:gpt-4o-mini', 'gpt-4o-mini'],
    ['anthropic:claude-sonnet-4-5', 'claude-sonnet-4-5'],
    ['http://example.test/v1?key=THEIR_KEY#gpt-4o-mini', 'gpt-4o-mini'],
  ])('%s is tried, and answers with its usage', async (name, id) => {
    const model = await chatModelFrom(name, options());
    const before = provider.asked.length;
    const reply = await model.complete({ ...REQUEST, idempotencyKey: name });
    expect(reply.value).toEqual({ capital: 'Paris' });
    expect(reply.model).toBe(id);
    expect(reply.usage.inputTokens).toBeGreaterThan(0);
    expect(provider.asked.length - before).toBe(1);
    const { headers, body } = provider.asked.at(-1)!;
    expect(headers['idempotency-key']).toBe(name);
    expect(body.model).toBe(id);
    expect(JSON.stringify(body)).toContain('You know capitals.');
  });

  test('asks a server that knows no schema in another way', async () => {
    const old = await TestProvider.start({
      answer: () => '```json\n{"capital":"Paris"}\n```',
      models: ['m'],
      fault: (_, body) => (body.response_format === undefined ? 'none' : 'no-schema'),
    });
    try {
      const model = await chatModelFrom(`${old.baseUrl}#m`, { clock: fastClock(100) });
      expect((await model.complete(REQUEST)).value).toEqual({ capital: 'Paris' });
      expect(old.asked.map(({ body }) => body.response_format?.type)).toEqual([
        'json_schema',
        'json_object',
        undefined,
      ]);
      await model.complete(REQUEST);
      expect(old.asked).toHaveLength(4);
    } finally {
      await old.close();
    }
  });

  test('costs nothing to try if the provider lists its models', async () => {
    const before = provider.asked.length;
    await chatModelFrom('openai:gpt-4o-mini', options());
    expect(provider.asked.length).toBe(before);
  });

  test.each([
    ['openai:gpt-4o-minj', {}, 'gpt-4o-minj.*it has gpt-4o-mini'],
    [
      'openai:gpt-4o-mini',
      { environment: {} },
      'a key in the environment variable OPENAI_API_KEY, got nothing',
    ],
    [
      'openai:gpt-4o-mini',
      { environment: { OPENAI_API_KEY: 'sk-wrong-key-0123' } },
      'the key in OPENAI_API_KEY',
    ],
    ['ollama:llama3.2', { baseUrl: 'http://127.0.0.1:47391/v1' }, 'ollama serve'],
    ['http://127.0.0.1:47391/v1#m', { baseUrl: undefined }, 'is http://127.0.0.1:47391/v1 right'],
    ['http://example.test/v1#m', {}, 'wants a key.*key=VARIABLE#m'],
  ])('%s with %o is refused with what to do', async (name, more, message) => {
    const { baseUrl, ...others } = { ...options(), ...more };
    const given = baseUrl === undefined ? others : { ...others, baseUrl };
    const error = await chatModelFrom(name, given).catch((thrown: unknown) => thrown);
    expect((error as Error).message).toMatch(new RegExp(message, 's'));
    expect((error as Error).message).not.toContain('sk-wrong-key-0123');
  });
});
