/** A language model by its name, as people type it:
 *
 *      ollama:llama3.2    openai:gpt-5-mini    anthropic:claude-haiku-4-5    http://host/v1#model
 *
 *  The last is any server that speaks OpenAI's chat completions; «?key=NAME» before the # names the environment
 *  variable with its key. A key is read from the environment, given to its provider and to nobody else. */

import { CapstanError } from '../base/errors.ts';
import type { ChatModel } from './chat.ts';
import { type Clock, systemClock } from './clock.ts';
import { type GatewayOptions, gateway } from './gateway.ts';
import { sdkProvider } from './sdk.ts';
import { tryModel } from './trial.ts';
import type { Fetch } from './wire.ts';

export interface ModelOptions extends GatewayOptions {
  /** Where keys are found. */
  readonly environment?: { readonly [name: string]: string | undefined };
  /** Instead of the provider's own, for a proxy. */
  readonly baseUrl?: string;
  /** Whether it is tried before it is used; yes, if not said. */
  readonly isTried?: boolean;
  readonly fetch?: Fetch;
}

export interface ModelSpec {
  /** As people know it: «openai:gpt-5-mini». */
  readonly name: string;
  readonly api: 'openai-compatible' | 'openai' | 'anthropic';
  readonly baseUrl: string;
  /** As the provider knows it. */
  readonly id: string;
  /** The environment variable that holds the key; undefined if there is none. */
  readonly keyVariable: string | undefined;
}

const KINDS: { readonly [kind: string]: Omit<ModelSpec, 'name' | 'id'> } = {
  ollama: { api: 'openai-compatible', baseUrl: 'http://127.0.0.1:11434/v1', keyVariable: undefined },
  openai: { api: 'openai', baseUrl: 'https://api.openai.com/v1', keyVariable: 'OPENAI_API_KEY' },
  anthropic: {
    api: 'anthropic',
    baseUrl: 'https://api.anthropic.com/v1',
    keyVariable: 'ANTHROPIC_API_KEY',
  },
};

/** The model behind its limits, ready to be asked. Throws with what to do if it cannot be. */
export async function chatModelFrom(text: string, options: ModelOptions = {}): Promise<ChatModel> {
  const spec = parseModel(text);
  const clock: Clock = options.clock ?? systemClock;
  const key = keyOf(spec, options.environment ?? process.env);
  const settings = {
    ...spec,
    baseUrl: (options.baseUrl ?? spec.baseUrl).replace(/\/+$/, ''),
    fetch: options.fetch ?? globalThis.fetch,
    now: () => clock.now(),
    ...(key !== undefined && { key }),
  };
  const provider = await sdkProvider(settings);
  if (options.isTried ?? true) await tryModel(provider, settings, clock);
  return gateway(provider, options);
}

export function parseModel(text: string): ModelSpec {
  if (/^https?:\/\//i.test(text)) return served(text);
  const [, kind = '', id = ''] = /^([a-z]+):(.+)$/.exec(text.trim()) ?? [];
  const known = Object.hasOwn(KINDS, kind) ? KINDS[kind] : undefined;
  if (known === undefined)
    throw new CapstanError(
      'usage',
      `model: expected ollama:NAME, openai:NAME, anthropic:NAME or http://HOST/v1#NAME, got «${text.slice(0, 60)}»`,
    );
  return { name: `${kind}:${id}`, id, ...known };
}

/** A server by its address. */
function served(text: string): ModelSpec {
  const expected = 'expected http://HOST/v1#NAME, or http://HOST/v1?key=VARIABLE#NAME';
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw new CapstanError('usage', `model: ${expected}, got what is no address`);
  }
  // What follows may be a key in the wrong place, so it is not shown.
  if (url.username !== '' || url.password !== '')
    throw new CapstanError('usage', `model: ${expected}, got an address with a password in it`);
  const id = decodeURIComponent(url.hash.slice(1));
  if (id === '') throw new CapstanError('usage', `model: ${expected}, got no name after #`);
  const keyVariable = url.searchParams.get('key') ?? undefined;
  if (keyVariable !== undefined && !/^[A-Z_][A-Z0-9_]*$/.test(keyVariable))
    throw new CapstanError(
      'usage',
      `model: ${expected}, got a ?key= that is no name of an environment variable, such as OPENAI_API_KEY`,
    );
  if ([...url.searchParams.keys()].some((name) => name !== 'key'))
    throw new CapstanError('usage', `model: ${expected}, got another parameter`);
  const baseUrl = `${url.origin}${url.pathname.replace(/\/+$/, '')}`;
  return { name: `${baseUrl}#${id}`, api: 'openai-compatible', baseUrl, id, keyVariable };
}

function keyOf(
  { name, keyVariable }: ModelSpec,
  environment: { readonly [name: string]: string | undefined },
): string | undefined {
  if (keyVariable === undefined) return undefined;
  const key = environment[keyVariable]?.trim() ?? '';
  // Anything else cannot stand in a header.
  if (/^[\x21-\x7e]+$/.test(key)) return key;
  const got = key === '' ? 'nothing' : 'characters that no key has';
  throw new CapstanError(
    'usage',
    `${name}: expected a key in the environment variable ${keyVariable}, got ${got}`,
  );
}
