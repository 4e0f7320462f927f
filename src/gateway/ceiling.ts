/** The most tokens that a call can use, known before it is made. A token of any of the usual vocabularies stands for one byte
 *  of text at least, so a text has no more tokens than bytes; what providers put around messages and schemas is counted
 *  with room to spare. Text in English has about a quarter of it: what is reserved too much comes back at once. */

import type { ChatMessage, Usage } from './chat.ts';
import type { Schema } from './schema.ts';

/** Marks of roles around a message: 3 to 10 in the templates of open models. */
const PER_MESSAGE = 16;
/** Providers put instructions before a schema: 346 tokens is the most that Anthropic documents for a tool. */
const PER_CALL = 512;

export function ceiling(messages: readonly ChatMessage[], schema: Schema, tokensMax: number): Usage {
  const bytes = messages.map(({ content }) => Buffer.byteLength(content) + PER_MESSAGE);
  const around = Buffer.byteLength(JSON.stringify(schema)) + PER_CALL;
  return { inputTokens: bytes.reduce((sum, each) => sum + each, around), outputTokens: tokensMax };
}

/** A call as it usually turns out: four bytes to a token. */
export const BYTES_PER_TOKEN = 4;
