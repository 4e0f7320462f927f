/** Whether a model can be asked at all, found out before a tree is begun: the list of models costs nothing, and where the
 *  model is not in it, or there is none, a call of a few tokens tells. */

import { CapstanError } from '../base/errors.ts';
import type { Clock } from './clock.ts';
import { contentKey } from './key.ts';
import { FAULTS, type FaultKind, faultOf, faultOfStatus, type Provider, ProviderFault } from './provider.ts';
import type { SdkOptions } from './sdk.ts';
import { bounded } from './wire.ts';

const TRIAL_MS = 60_000;
/** Fewer are refused by some. */
const TRIAL_TOKENS = 16;
const SHOWN = 8;
const ANTHROPIC_VERSION = '2023-06-01';

export interface TrialOptions extends SdkOptions {
  readonly keyVariable: string | undefined;
}

/** Throws with what to do. A server that is busy can be asked. */
export async function tryModel(provider: Provider, options: TrialOptions, clock: Clock): Promise<void> {
  const over = new AbortController();
  void clock.sleep(TRIAL_MS, over.signal).then(() => over.abort());
  try {
    const models = await listed(provider, options, over.signal);
    if (models.some((id) => id === options.id || id === `${options.id}:latest`)) return;
    const fault = await asked(provider, over.signal);
    if (fault && !FAULTS[fault.kind].slower) throw helpful(fault, options, models);
  } finally {
    over.abort();
  }
}

/** The models of the server; none if it has no list. */
async function listed(
  { redact }: Provider,
  options: TrialOptions,
  signal: AbortSignal,
): Promise<readonly string[]> {
  try {
    const fetch = bounded(options.fetch);
    const response = await fetch(`${options.baseUrl}/models`, { headers: headersOf(options), signal });
    const body = await response.text();
    if (response.ok) return idsIn(body).map(redact);
    const headers = Object.fromEntries(response.headers);
    const fault = faultOfStatus(response.status, body, headers, options.now(), redact);
    if (fault.kind === 'denied') throw fault;
    return [];
  } catch (error) {
    const fault = signal.aborted ? late() : faultOf(error, redact);
    if (fault.kind === 'malformed' || fault.kind === 'too-large') return [];
    throw helpful(fault, options, []);
  }
}

/** What speaks against it; undefined if it answers. */
async function asked(provider: Provider, signal: AbortSignal): Promise<ProviderFault | undefined> {
  try {
    await provider.attempt({
      messages: [{ role: 'user', content: 'Reply with the JSON value {"ok":true}.' }],
      schema: {
        type: 'object',
        properties: { ok: { type: 'boolean' } },
        required: ['ok'],
        additionalProperties: false,
      },
      tokensMax: TRIAL_TOKENS,
      idempotencyKey: `trial-${contentKey(provider.name)}`,
      signal,
    });
    return undefined;
  } catch (error) {
    const fault = faultOf(error, provider.redact);
    if (signal.aborted) throw new CapstanError('unavailable', `${provider.name}: ${late().message}`);
    // It is asked in another way then, of which there are few.
    return fault.kind === 'unsupported' ? asked(provider, signal) : fault;
  }
}

function late(): ProviderFault {
  return new ProviderFault('timeout', `expected an answer within ${TRIAL_MS} ms, got none`);
}

function headersOf({ api, key }: TrialOptions): { [name: string]: string } {
  if (key === undefined) return {};
  return api === 'anthropic'
    ? { 'x-api-key': key, 'anthropic-version': ANTHROPIC_VERSION }
    : { authorization: `Bearer ${key}` };
}

function idsIn(body: string): readonly string[] {
  try {
    const { data } = JSON.parse(body) as { data?: unknown };
    const items = Array.isArray(data) ? (data as readonly { id?: unknown }[]) : [];
    return items.flatMap((item) => (typeof item?.id === 'string' ? [item.id] : []));
  } catch {
    return [];
  }
}

function helpful(fault: ProviderFault, options: TrialOptions, models: readonly string[]): CapstanError {
  const { name, baseUrl, id, keyVariable } = options;
  const isOllama = name.startsWith('ollama:');
  const has = models.length > 0 ? `; it has ${nearest(id, models).join(', ')}` : '';
  const nobody = isOllama
    ? `is Ollama installed and running (ollama serve)? It is looked for at ${baseUrl}`
    : `is ${baseUrl} right, and is it running?`;
  const advice: { readonly [kind in FaultKind]?: string } = {
    unreachable: nobody,
    cut: nobody,
    denied: keyVariable
      ? `is the key in ${keyVariable} right, and may it use this model?`
      : `the server wants a key: name its environment variable, ${baseUrl}?key=VARIABLE#${id}`,
    missing: isOllama
      ? `is the model there (ollama pull ${id})?${has}`
      : `is the name «${id}» right, and ${baseUrl}?${has}`,
    refused: `is the name «${id}» right?${has}`,
    quota: 'the account has no credit left',
  };
  const help = advice[fault.kind];
  return new CapstanError(
    'unavailable',
    `${name}: ${fault.message}${help === undefined ? '' : `; ${help}`}`,
    {
      cause: fault,
    },
  );
}

/** Those that begin most alike come first. */
function nearest(id: string, models: readonly string[]): readonly string[] {
  const alike = (other: string): number => {
    let at = 0;
    while (at < id.length && id[at] === other[at]) at++;
    return at;
  };
  return [...models].sort((a, b) => alike(b) - alike(a)).slice(0, SHOWN);
}
