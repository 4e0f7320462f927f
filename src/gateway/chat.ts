/** What we ask of a language model, whoever serves it: messages and a schema in, a value and what it cost out. */

import type { Json } from '../base/canonical.ts';
import type { Budget } from '../core/budget.ts';

export interface ChatMessage {
  readonly role: 'system' | 'user' | 'assistant';
  readonly content: string;
}

export interface ChatRequest {
  readonly messages: readonly ChatMessage[];
  /** JSON Schema (draft 7) of the value that is wanted. */
  readonly schema: { readonly [keyword: string]: Json };
  /** What speaks against a value that fits the schema; undefined if it makes sense. */
  readonly check?: (value: Json) => string | undefined;
  /** Tokens that the reply may have at most. */
  readonly tokensMax: number;
  /** 0 … 2. */
  readonly temperature?: number;
  /** The same for every attempt at one request, so that a provider that knows it answers, and charges, once. */
  readonly idempotencyKey: string;
  /** What it may cost, all attempts together; without it, anything. */
  readonly budget?: Budget;
  readonly signal?: AbortSignal;
}

export interface Usage {
  readonly inputTokens: number;
  readonly outputTokens: number;
}

export interface ChatReply {
  /** It has the form that the schema asks for, and passes the check. */
  readonly value: Json;
  readonly usage: Usage;
  /** As the provider names what answered. */
  readonly model: string;
}

/** Where there will be no reply it throws a `CapstanError` that says why: `budget` where a limit stands in the way,
 *  `unavailable` where the provider does, anything else where the request makes no sense. */
export interface ChatModel {
  /** «openai:gpt-5-mini», «ollama:llama3.2» */
  readonly name: string;
  complete(request: ChatRequest): Promise<ChatReply>;
}
