/** A provider reached through the AI SDK: OpenAI, Anthropic, and whoever speaks OpenAI's chat completions. Of the SDK we use
 *  how each is spoken to; limits, retries and what an answer must look like are the gateway's. */

import type { LanguageModelUsage, ModelMessage } from 'ai';
import type { Usage } from './chat.ts';
import { load } from './packages.ts';
import {
  type Attempt,
  faultOf,
  faultOfStatus,
  type Provider,
  ProviderFault,
  type RawReply,
} from './provider.ts';
import { redactor } from './redact.ts';
import { wireSchema } from './schema.ts';
import { bounded, type Fetch } from './wire.ts';

export interface SdkOptions {
  readonly name: string;
  readonly api: 'openai-compatible' | 'openai' | 'anthropic';
  readonly baseUrl: string;
  /** The model, as the provider calls it. */
  readonly id: string;
  readonly key?: string;
  readonly fetch: Fetch;
  readonly now: () => number;
}

/** Ways to ask for JSON, the strictest first; a server that does not know one is asked in the next. The words of a request
 *  ask for it too. */
const FORMS = ['schema', 'json', 'text'] as const;
type Form = (typeof FORMS)[number];

/** The key that OpenAI's client insists on where a server wants none. */
const NO_KEY = 'none';

export async function sdkProvider(options: SdkOptions): Promise<Provider> {
  const { name, now } = options;
  const ai = await load('ai');
  const model = await modelOf(options);
  const redact = redactor(options.key === undefined ? [] : [options.key]);
  // Its warnings would go to stdout, which is for data.
  (globalThis as { AI_SDK_LOG_WARNINGS?: unknown }).AI_SDK_LOG_WARNINGS ??= false;
  let form = 0;
  return {
    name,
    redact,
    async attempt(attempt): Promise<RawReply> {
      const used = form;
      try {
        const result = await ai.generateText({
          model: model(FORMS[used]!),
          ...wordsOf(attempt),
          ...(FORMS[used] !== 'text' && {
            output: ai.Output.object({ schema: ai.jsonSchema(wireSchema(attempt.schema)), name: 'reply' }),
          }),
          maxOutputTokens: attempt.tokensMax,
          ...(attempt.temperature !== undefined && { temperature: attempt.temperature }),
          headers: { 'Idempotency-Key': keyOf(attempt, FORMS[used]!) },
          abortSignal: attempt.signal,
          maxRetries: 0,
          experimental_telemetry: { isEnabled: false },
        });
        return replyOf(result.text, result.usage, result.response.modelId, result.finishReason);
      } catch (error) {
        if (ai.NoObjectGeneratedError.isInstance(error))
          return replyOf(error.text ?? '', error.usage, error.response?.modelId, error.finishReason);
        const { statusCode, responseBody, responseHeaders, message } = error as SdkError;
        // Of a status below 300 it complains where the body is not of the API.
        if (statusCode === undefined || (statusCode >= 200 && statusCode < 300)) throw faultOf(error, redact);
        const fault = faultOfStatus(
          statusCode,
          responseBody || message,
          responseHeaders ?? {},
          now(),
          redact,
        );
        if (fault.kind !== 'unsupported') throw fault;
        if (used === FORMS.length - 1) throw new ProviderFault('refused', fault.message);
        form = Math.max(form, used + 1);
        throw fault;
      }
    },
  };
}

/** What an `APICallError` has of use here. */
interface SdkError {
  readonly statusCode?: number;
  readonly responseBody?: string;
  readonly responseHeaders?: { readonly [name: string]: string };
  readonly message: string;
}

async function modelOf({ name, api, baseUrl, id, key, fetch }: SdkOptions) {
  const settings = { baseURL: baseUrl, fetch: bounded(fetch) };
  if (api === 'anthropic') {
    const { createAnthropic } = await load('@ai-sdk/anthropic');
    const provider = createAnthropic({ ...settings, apiKey: key ?? NO_KEY });
    return () => provider(id);
  }
  if (api === 'openai') {
    const { createOpenAI } = await load('@ai-sdk/openai');
    const provider = createOpenAI({ ...settings, apiKey: key ?? NO_KEY });
    return () => provider.chat(id);
  }
  const { createOpenAICompatible } = await load('@ai-sdk/openai-compatible');
  const named = { ...settings, name: name.split(':')[0]!, ...(key !== undefined && { apiKey: key }) };
  const strict = createOpenAICompatible({ ...named, supportsStructuredOutputs: true });
  const loose = createOpenAICompatible({ ...named, supportsStructuredOutputs: false });
  return (form: Form) => (form === 'schema' ? strict : loose)(id);
}

/** Asked in another way it is another request. */
function keyOf({ idempotencyKey }: Attempt, form: Form): string {
  return form === 'schema' ? idempotencyKey : `${idempotencyKey}-${form}`;
}

function wordsOf({ messages }: Attempt): { system?: string; messages: ModelMessage[] } {
  const system = messages.filter(({ role }) => role === 'system').map(({ content }) => content);
  const rest = messages.flatMap(({ role, content }) => (role === 'system' ? [] : [{ role, content }]));
  return { ...(system.length > 0 && { system: system.join('\n\n') }), messages: rest };
}

function replyOf(
  text: string,
  usage: LanguageModelUsage | undefined,
  model: string | undefined,
  finish: string | undefined,
): RawReply {
  return { text, usage: usageOf(usage), model: model ?? '', isCut: finish === 'length' };
}

/** Undefined unless it is two counts: what else a server reports is no report. */
function usageOf(usage: LanguageModelUsage | undefined): Usage | undefined {
  const [inputTokens, outputTokens] = [usage?.inputTokens, usage?.outputTokens];
  return isCount(inputTokens) && isCount(outputTokens) ? { inputTokens, outputTokens } : undefined;
}

function isCount(value: number | undefined): value is number {
  return Number.isSafeInteger(value) && value! >= 0;
}
