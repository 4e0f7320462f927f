/** What we ask of a language model, whoever serves it: messages and a schema in, a value and what it cost out. */

import type { Json } from '../base/canonical.ts';

export interface ChatMessage {
  readonly role: 'system' | 'user' | 'assistant';
  readonly content: string;
}

export interface ChatRequest {
  readonly messages: readonly ChatMessage[];
  /** JSON Schema (draft 7) of the value that is wanted. */
  readonly schema: { readonly [keyword: string]: Json };
  /** Tokens that the reply may have at most. */
  readonly tokensMax: number;
  /** 0 … 2. */
  readonly temperature?: number;
  /** The same for every attempt at one request, so that a provider that knows it answers, and charges, once. */
  readonly idempotencyKey: string;
  readonly signal?: AbortSignal;
}

export interface Usage {
  readonly inputTokens: number;
  readonly outputTokens: number;
}

export interface ChatReply {
  /** It has the form that the schema asks for. */
  readonly value: Json;
  readonly usage: Usage;
  /** As the provider names what answered. */
  readonly model: string;
}

/** Throws a `CapstanError` that says what is wrong where there will be no reply. */
export interface ChatModel {
  /** «openai:gpt-5-mini», «ollama:llama3.2» */
  readonly name: string;
  complete(request: ChatRequest): Promise<ChatReply>;
}
