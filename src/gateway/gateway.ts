/** A language model behind limits. A request becomes attempts, one after the other, all with its idempotency key:
 *
 *      wait for a place → reserve the most that it can cost → ask, until the timeout → pay what it did cost
 *
 *  A failed attempt is followed by another after a while, or by an error that says why not. A reply that is not of the wanted
 *  form is sent back with what is wrong with it, as a request of its own. Whatever the provider does, a request ends:
 *  after (repairs + 1) × attempts × (timeout + wait) at the latest, once it has its places. */

import type { Json } from '../base/canonical.ts';
import { CapstanError, expectInteger } from '../base/errors.ts';
import { Budget, type Reservation } from '../core/budget.ts';
import { ceiling } from './ceiling.ts';
import type { ChatMessage, ChatModel, ChatReply, ChatRequest, Usage } from './chat.ts';
import { type Clock, systemClock } from './clock.ts';
import { Limiter } from './limiter.ts';
import { costOf, PRICES, type Price, type PriceList, priceOf } from './prices.ts';
import { FAULTS, faultOf, type Provider, ProviderFault, type RawReply } from './provider.ts';
import { redactJson } from './redact.ts';
import { expectSchema, readReply } from './schema.ts';

export interface GatewayOptions {
  /** Calls at once. */
  readonly concurrency?: number;
  readonly requestsPerMinute?: number;
  readonly tokensPerMinute?: number;
  /** Of one attempt, from asking to the last byte. */
  readonly timeoutMs?: number;
  /** For one request. */
  readonly attemptsMax?: number;
  /** How often a reply of the wrong form is sent back. */
  readonly repairsMax?: number;
  /** The longest wait before an attempt; a provider that asks for more is not asked again. */
  readonly waitMaxMs?: number;
  readonly prices?: PriceList;
  /** Instead of the one in the list. */
  readonly price?: Price;
  readonly clock?: Clock;
  /** Uniform in [0, 1). */
  readonly random?: () => number;
}

export const DEFAULTS = {
  concurrency: 8,
  requestsPerMinute: Infinity,
  tokensPerMinute: Infinity,
  timeoutMs: 120_000,
  attemptsMax: 5,
  repairsMax: 2,
  waitMaxMs: 60_000,
} as const;

/** The first wait is up to this long, the next up to twice as long, and so on. */
const BACKOFF_MS = 500;
/** Of a wrong reply, as it is sent back. */
const QUOTED = 2000;

export function gateway(provider: Provider, options: GatewayOptions = {}): ChatModel {
  return new Gateway(provider, options);
}

class Gateway implements ChatModel {
  readonly name: string;
  readonly #provider: Provider;
  readonly #options: typeof DEFAULTS & GatewayOptions;
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #price: Price | undefined;
  readonly #limiter: Limiter;
  /** Calls under way by the budget that pays for them, and who waits for one of them to give back what it did not need. */
  readonly #paying = new Map<Budget, { calls: number; readonly waiting: Set<() => void> }>();

  constructor(provider: Provider, options: GatewayOptions) {
    const given = Object.entries(options).filter(([, value]) => value !== undefined);
    this.#options = { ...DEFAULTS, ...Object.fromEntries(given) };
    const { concurrency, timeoutMs, attemptsMax, repairsMax, waitMaxMs } = this.#options;
    expectInteger('concurrency', concurrency, 1, Number.MAX_SAFE_INTEGER);
    expectInteger('timeoutMs', timeoutMs, 1, Number.MAX_SAFE_INTEGER);
    expectInteger('attemptsMax', attemptsMax, 1, Number.MAX_SAFE_INTEGER);
    expectInteger('repairsMax', repairsMax, 0, Number.MAX_SAFE_INTEGER);
    expectInteger('waitMaxMs', waitMaxMs, 0, Number.MAX_SAFE_INTEGER);
    for (const rate of ['requestsPerMinute', 'tokensPerMinute'] as const)
      if (this.#options[rate] !== Infinity)
        expectInteger(rate, this.#options[rate], 1, Number.MAX_SAFE_INTEGER);
    this.name = provider.name;
    this.#provider = provider;
    this.#clock = options.clock ?? systemClock;
    this.#random = options.random ?? Math.random;
    this.#price = options.price ?? priceOf(provider.name, options.prices ?? PRICES);
    this.#limiter = new Limiter(this.#options, this.#clock);
  }

  async complete(request: ChatRequest): Promise<ChatReply> {
    expectSchema(request.schema);
    expectInteger('tokensMax', request.tokensMax, 1, Number.MAX_SAFE_INTEGER);
    const budget = request.budget ?? new Budget();
    if (this.#price === undefined && budget.left('micros') !== Infinity)
      throw new CapstanError(
        'invalid',
        `price of ${this.name}: expected one, since money is limited, got none; give the price of a million tokens`,
      );
    let asked = request;
    const usage = { inputTokens: 0, outputTokens: 0 };
    for (let repairs = 0; ; repairs++) {
      const { raw, used } = await this.#answer(asked, budget);
      usage.inputTokens += used.inputTokens;
      usage.outputTokens += used.outputTokens;
      const { value, complaint: wrong } = this.#read(raw, request);
      if (value !== undefined) return { value, usage, model: this.#provider.redact(raw.model) };
      const complaint = raw.isCut ? `${wrong}; it was cut after ${request.tokensMax} tokens` : wrong!;
      if (repairs === this.#options.repairsMax)
        throw new CapstanError('unavailable', `${this.name}: reply ${repairs + 1}: ${complaint}`);
      asked = repaired(request, raw.text, complaint, repairs + 1);
    }
  }

  #read(
    { text }: RawReply,
    { schema, check }: ChatRequest,
  ): { readonly value?: Json; readonly complaint?: string } {
    const { redact } = this.#provider;
    const reading = readReply(text, schema);
    if (reading.kind === 'wrong') return { complaint: redact(reading.complaint) };
    const value = redactJson(reading.value, redact);
    const complaint = check?.(value);
    return complaint === undefined ? { value } : { complaint };
  }

  /** Attempts until one gives a reply, of whatever form. */
  async #answer(request: ChatRequest, budget: Budget): Promise<{ raw: RawReply; used: Usage }> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#attempt(request, budget);
      } catch (error) {
        if (!(error instanceof ProviderFault)) throw error;
        const wait = this.#wait(error, attempt);
        if (wait === undefined)
          throw new CapstanError(
            'unavailable',
            `${this.name}: ${error.message} (${error.kind}, attempt ${attempt}${waitAsked(error)})`,
            { cause: error },
          );
        await this.#clock.sleep(wait, request.signal);
        request.signal?.throwIfAborted();
      }
    }
  }

  /** Milliseconds until the next attempt; undefined if there is none. */
  #wait({ kind, retryAfterMs }: ProviderFault, attempt: number): number | undefined {
    const { attemptsMax, waitMaxMs } = this.#options;
    const asked = retryAfterMs ?? 0;
    if (!FAULTS[kind].again || attempt >= attemptsMax || asked > waitMaxMs) return undefined;
    // What one call is told holds for all.
    if (FAULTS[kind].slower && asked > 0) this.#limiter.pause(this.#clock.now() + asked);
    // "Full jitter": calls that failed together do not come back together.
    const backoff = this.#random() * BACKOFF_MS * 2 ** Math.min(attempt - 1, 20);
    return Math.min(waitMaxMs, asked + backoff);
  }

  async #attempt(request: ChatRequest, budget: Budget): Promise<{ raw: RawReply; used: Usage }> {
    const most = ceiling(request.messages, request.schema, request.tokensMax);
    const permit = await this.#limiter.enter(most.inputTokens + most.outputTokens, request.signal);
    const outcome = { slower: false, tokens: 0 };
    try {
      const reservation = await this.#reserve(budget, most, request.signal);
      const pay = (used: Usage): boolean => {
        outcome.tokens = used.inputTokens + used.outputTokens;
        return reservation.settle(this.#bill(used));
      };
      try {
        const raw = await this.#ask(request);
        const used = raw.usage ?? most;
        if (!pay(used)) throw this.#beyond(most, used);
        return { raw, used };
      } catch (error) {
        if (error instanceof CapstanError) throw error;
        // Nobody knows whether a call that was broken off was paid for: that the cap holds counts for more.
        const fault = error instanceof ProviderFault ? FAULTS[error.kind] : undefined;
        outcome.slower = fault?.slower ?? false;
        pay(fault && !fault.charged ? NOTHING : most);
        throw error;
      } finally {
        this.#settled(budget.root);
      }
    } finally {
      permit.end(outcome);
    }
  }

  #beyond(most: Usage, used: Usage): CapstanError {
    const [expected, got] = [most, used].map((usage) => this.#bill(usage).tokens);
    return new CapstanError(
      'budget',
      `${this.name}: expected at most ${expected} tokens for this request, the provider reports ${got}, and the budget has no more`,
    );
  }

  /** One call, broken off at the timeout or when the caller wants no answer any more. */
  async #ask({
    messages,
    schema,
    tokensMax,
    temperature,
    idempotencyKey,
    signal,
  }: ChatRequest): Promise<RawReply> {
    const call = new AbortController();
    const over = new AbortController();
    const abandoned = new Promise<never>((_, reject) => {
      const leave = (): void => reject(signal!.reason);
      signal?.addEventListener('abort', leave, { once: true });
      over.signal.addEventListener('abort', () => signal?.removeEventListener('abort', leave));
      if (signal?.aborted) leave();
    });
    const { timeoutMs } = this.#options;
    const late = this.#clock.sleep(timeoutMs, over.signal).then(() => {
      throw new ProviderFault('timeout', `expected an answer within ${timeoutMs} ms, got none`);
    });
    const answer = (async () =>
      this.#provider.attempt({
        messages,
        schema,
        tokensMax,
        idempotencyKey,
        signal: call.signal,
        ...(temperature !== undefined && { temperature }),
      }))();
    try {
      return await Promise.race([
        answer.catch((error: unknown) => {
          throw faultOf(error, this.#provider.redact);
        }),
        late,
        abandoned,
      ]);
    } finally {
      for (const promise of [answer, late, abandoned]) promise.catch(() => {}); // whoever lost the race
      over.abort();
      call.abort();
    }
  }

  /** Waits while calls under way may give back enough, and gives up when none can. */
  async #reserve(budget: Budget, most: Usage, signal?: AbortSignal): Promise<Reservation> {
    const bill = this.#bill(most);
    const kinds = ['calls', 'tokens', 'micros'] as const;
    for (;;) {
      signal?.throwIfAborted();
      const short = kinds.find((kind) => bill[kind] > budget.left(kind));
      const payer = this.#paying.get(budget.root) ?? { calls: 0, waiting: new Set() };
      if (short === undefined || payer.calls === 0 || bill[short] > budget.unspent(short)) {
        const reservation = budget.reserve(bill);
        if (!reservation)
          throw new CapstanError(
            'budget',
            `${this.name}: expected room for ${bill[short!]} ${short}, got ${budget.left(short!)} left`,
          );
        this.#paying.set(budget.root, payer);
        payer.calls++;
        return reservation;
      }
      await new Promise<void>((resolve) => payer.waiting.add(resolve));
    }
  }

  #settled(root: Budget): void {
    const payer = this.#paying.get(root)!;
    payer.calls--;
    if (payer.calls === 0) this.#paying.delete(root);
    for (const resolve of payer.waiting) resolve();
    payer.waiting.clear();
  }

  #bill(usage: Usage): { calls: number; tokens: number; micros: number } {
    const micros = this.#price ? costOf(usage, this.#price) : 0;
    return { calls: 1, tokens: usage.inputTokens + usage.outputTokens, micros };
  }
}

function waitAsked({ retryAfterMs }: ProviderFault): string {
  return retryAfterMs === undefined ? '' : `, to be asked again in ${Math.ceil(retryAfterMs / 1000)} s`;
}

const NOTHING: Usage = { inputTokens: 0, outputTokens: 0 };

/** The same request with the wrong reply and what is wrong with it: another request, with a key of its own. */
function repaired(request: ChatRequest, text: string, complaint: string, repairs: number): ChatRequest {
  const messages: readonly ChatMessage[] = [
    ...request.messages,
    { role: 'assistant', content: text.slice(0, QUOTED).toWellFormed() || '(nothing)' },
    {
      role: 'user',
      content: `That is no valid reply: ${complaint.toWellFormed()}. Reply again, with one JSON value of the form that was asked for, and nothing else.`,
    },
  ];
  return { ...request, messages, idempotencyKey: `${request.idempotencyKey}-repair-${repairs}` };
}
