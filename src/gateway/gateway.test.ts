import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { StillClock } from '../../test/clocks.ts';
import { Budget } from '../core/budget.ts';
import type { ChatRequest } from './chat.ts';
import { type GatewayOptions, gateway } from './gateway.ts';
import {
  type Attempt,
  FAULTS,
  type FaultKind,
  type Provider,
  ProviderFault,
  type RawReply,
} from './provider.ts';

const RIGHT = '{"ok":true}';
const REQUEST: ChatRequest = {
  messages: [{ role: 'user', content: 'Well?' }],
  schema: { type: 'object', properties: { ok: { type: 'boolean' } }, required: ['ok'] },
  tokensMax: 100,
  idempotencyKey: 'key',
};
const USAGE = { inputTokens: 10, outputTokens: 5 };
const PRICE = { input: 1, output: 2 };

type Deed = FaultKind | 'right' | 'wrong' | 'hang' | 'silent' | ((attempt: Attempt) => Promise<RawReply>);

/** Does one thing after the other, and then what is right. */
class Scripted implements Provider {
  readonly name = 'test:m';
  readonly redact = (text: string) => text;
  readonly attempts: Attempt[] = [];
  readonly times: number[] = [];
  readonly #deeds: Deed[];
  readonly #clock: StillClock;
  readonly #retryAfterMs: number | undefined;

  constructor(clock: StillClock, deeds: readonly Deed[], retryAfterMs?: number) {
    this.#clock = clock;
    this.#deeds = [...deeds];
    this.#retryAfterMs = retryAfterMs;
  }

  async attempt(attempt: Attempt): Promise<RawReply> {
    this.attempts.push(attempt);
    this.times.push(this.#clock.now());
    const deed = this.#deeds.shift() ?? 'right';
    if (typeof deed === 'function') return deed(attempt);
    if (deed === 'hang') return new Promise(() => {}); // and knows no signals
    if (deed === 'right' || deed === 'wrong' || deed === 'silent')
      return {
        text: deed === 'wrong' ? 'Sure!' : RIGHT,
        usage: deed === 'silent' ? undefined : USAGE,
        model: 'm',
        isCut: false,
      };
    throw new ProviderFault(deed, `said ${deed}`, deed === 'limited' ? this.#retryAfterMs : undefined);
  }
}

function made(deeds: readonly Deed[], options: GatewayOptions = {}, retryAfterMs?: number) {
  const clock = new StillClock();
  const provider = new Scripted(clock, deeds, retryAfterMs);
  const model = gateway(provider, { clock, random: () => 0.5, price: PRICE, ...options });
  return { clock, provider, model, ask: (more = {}) => clock.run(model.complete({ ...REQUEST, ...more })) };
}

const deed = fc.oneof(
  fc.constantFrom<Deed>('right', 'wrong', 'hang', 'silent'),
  fc.constantFrom(...(Object.keys(FAULTS) as FaultKind[])),
);

describe('a gateway', () => {
  test('ends every request in time, inside the budget, whatever the provider does', async () => {
    const options = { timeoutMs: 1000, attemptsMax: 3, repairsMax: 2, waitMaxMs: 2000, concurrency: 2 };
    const bound = 9 * 3000;
    await fc.assert(
      fc.asyncProperty(
        fc.array(deed, { maxLength: 30, size: 'max' }),
        fc.integer({ min: 1, max: 6 }),
        fc.record({ calls: fc.nat(20), tokens: fc.nat(8000), micros: fc.nat(8000) }),
        fc.option(fc.nat(5000), { nil: undefined }),
        async (deeds, count, limits, retryAfter) => {
          const { clock, provider, model } = made(deeds, options, retryAfter);
          const budget = new Budget(limits);
          const asked = Array.from({ length: count }, (_, i) =>
            model.complete({ ...REQUEST, idempotencyKey: `key ${i}`, budget }),
          );
          const ends = await clock.run(Promise.allSettled(asked));
          for (const end of ends)
            if (end.status === 'fulfilled') expect(end.value.value).toEqual({ ok: true });
            else expect(['budget', 'unavailable']).toContain(end.reason.code);
          expect(clock.now()).toBeLessThanOrEqual(bound * count);
          expect(budget.spent.calls).toBe(provider.attempts.length);
          for (const kind of ['calls', 'tokens', 'micros'] as const) {
            expect(budget.spent[kind]).toBeLessThanOrEqual(limits[kind]);
            expect(budget.left(kind)).toBe(limits[kind] - budget.spent[kind]);
          }
          const bodies = new Map<string, string>();
          for (const { messages, idempotencyKey } of provider.attempts) {
            const body = JSON.stringify(messages);
            expect(bodies.get(idempotencyKey) ?? body).toBe(body);
            bodies.set(idempotencyKey, body);
          }
        },
      ),
      { numRuns: 200 },
    );
  });

  test('asks again with the same key, after waits that grow, and says at last what is wrong', async () => {
    const { provider, ask } = made(['overloaded', 'cut', 'unreachable', 'malformed', 'too-large']);
    await expect(ask()).rejects.toMatchObject({
      code: 'unavailable',
      message: 'test:m: said too-large (too-large, attempt 5)',
    });
    expect(new Set(provider.attempts.map(({ idempotencyKey }) => idempotencyKey))).toEqual(new Set(['key']));
    const waits = provider.times.slice(1).map((time, i) => time - provider.times[i]!);
    expect(waits).toEqual([250, 500, 1000, 2000]);
  });

  test.each(['quota', 'denied', 'missing', 'refused'] as const)(
    'does not ask again after «%s»',
    async (kind) => {
      const { provider, ask } = made([kind]);
      await expect(ask()).rejects.toMatchObject({ code: 'unavailable' });
      expect(provider.attempts.length).toBe(1);
    },
  );

  test('waits as long as the provider asks, everybody does, and not for an hour', async () => {
    const { provider, clock, model } = made(['limited'], { concurrency: 1 }, 7000);
    await clock.run(Promise.all([model.complete(REQUEST), model.complete(REQUEST)]));
    expect(provider.times[0]).toBe(0);
    for (const time of provider.times.slice(1)) expect(time).toBeGreaterThanOrEqual(7000);
    const long = made(['limited'], {}, 3_600_000);
    await expect(long.ask()).rejects.toThrow('to be asked again in 3600 s');
    expect(long.provider.attempts.length).toBe(1);
  });

  test('breaks off what hangs, and frees its place', async () => {
    const { provider, clock, ask } = made(['hang', 'hang'], { timeoutMs: 1000, concurrency: 1 });
    expect((await ask()).value).toEqual({ ok: true });
    expect(provider.attempts.slice(0, 2).every(({ signal }) => signal.aborted)).toBe(true);
    expect(clock.now()).toBe(2000 + 250 + 500);
  });

  test('sends a wrong reply back with what is wrong with it, as another request', async () => {
    const { provider, ask } = made(['wrong', 'wrong']);
    const reply = await ask();
    expect(reply).toMatchObject({ value: { ok: true }, usage: { inputTokens: 30, outputTokens: 15 } });
    const keys = provider.attempts.map(({ idempotencyKey }) => idempotencyKey);
    expect(keys).toEqual(['key', 'key-repair-1', 'key-repair-2']);
    const [, , last] = provider.attempts;
    expect(last!.messages[0]).toEqual(REQUEST.messages[0]);
    expect(last!.messages.slice(1)).toMatchObject([
      { role: 'assistant', content: 'Sure!' },
      { role: 'user', content: expect.stringContaining('expected one JSON value') },
    ]);
    await expect(made(['wrong', 'wrong', 'wrong']).ask()).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('reply 3: expected one JSON value and nothing else, got «Sure!»'),
    });
  });

  test('sends back what fits the schema and makes no sense', async () => {
    const check = (value: unknown) => ((value as { ok: boolean }).ok ? 'ok: expected false' : undefined);
    const no = async () => ({ text: '{"ok":false}', usage: USAGE, model: 'm', isCut: false });
    const { provider, ask } = made(['right', no]);
    expect((await ask({ check })).value).toEqual({ ok: false });
    expect(provider.attempts[1]!.messages.at(-1)!.content).toContain('ok: expected false');
  });

  test('pays what a call cost, all that it may have cost where nobody knows, and nothing for a refusal', async () => {
    const most = async (deeds: readonly Deed[]) => {
      const budget = new Budget();
      await made(deeds).ask({ budget });
      return budget.spent;
    };
    expect(await most([])).toMatchObject({ calls: 1, tokens: 15, micros: 20 });
    expect(await most(['limited', 'overloaded', 'unreachable'])).toMatchObject({ calls: 4, tokens: 15 });
    const silent = (await most(['silent'])).tokens;
    expect(silent).toBeGreaterThan(600);
    for (const deed of ['cut', 'malformed', 'too-large', 'hang'] as const)
      expect(await most([deed]), deed).toMatchObject({ calls: 2, tokens: silent + 15 });
  });

  test('asks nothing that the budget may not bear, and waits for what others give back', async () => {
    const short = made([]);
    await expect(short.ask({ budget: new Budget({ tokens: 600 }) })).rejects.toMatchObject({
      code: 'budget',
      message: expect.stringMatching(/expected room for \d+ tokens, got 600 left/),
    });
    expect(short.provider.attempts.length).toBe(0);
    // Each reserves some 700 and uses 15: one after the other they all fit.
    const { clock, provider, model } = made([], { concurrency: 8 });
    const budget = new Budget({ tokens: 900 });
    await clock.run(Promise.all(Array.from({ length: 10 }, () => model.complete({ ...REQUEST, budget }))));
    expect(provider.attempts.length).toBe(10);
    expect(budget.spent.tokens).toBe(150);
    expect(budget.refusals).toBe(0);
  });

  test('takes no more than there is from a provider that says it used more than it may', async () => {
    const usage = { inputTokens: 1e9, outputTokens: 1e9 };
    const lie = async () => ({ text: RIGHT, usage, model: 'm', isCut: false });
    const budget = new Budget({ tokens: 5000 });
    await expect(made([lie]).ask({ budget })).rejects.toMatchObject({
      code: 'budget',
      message: expect.stringContaining('the provider reports 2000000000'),
    });
    expect(budget.spent.tokens).toBe(5000);
  });

  test('wants a price where money is limited', async () => {
    const { clock, provider } = made([]);
    const model = gateway(provider, { clock });
    const budget = new Budget({ micros: 1e6 }).split()!;
    await expect(model.complete({ ...REQUEST, budget })).rejects.toMatchObject({
      code: 'invalid',
      message: expect.stringContaining('price of test:m: expected one'),
    });
    expect((await clock.run(model.complete(REQUEST))).value).toEqual({ ok: true });
  });

  test('stops when the caller does: in the queue, in a call, in a wait', async () => {
    const { clock, provider, model } = made(['hang', 'limited'], { concurrency: 1 }, 5000);
    for (const after of [0, 10]) {
      const stop = new AbortController();
      const budget = new Budget();
      const asked = [1, 2].map(() => model.complete({ ...REQUEST, budget, signal: stop.signal }));
      void clock.sleep(after).then(() => stop.abort(new Error('enough')));
      for (const end of await clock.run(Promise.allSettled(asked)))
        expect(end).toMatchObject({ status: 'rejected', reason: { message: 'enough' } });
      expect(budget.left('tokens')).toBe(Infinity);
    }
    expect(provider.attempts.length).toBe(2);
    expect((await clock.run(model.complete(REQUEST))).value).toEqual({ ok: true });
  });

  test('takes anything that a provider throws for a failure of the provider', async () => {
    const odd = [new TypeError('x is not a function'), 'a text', undefined, { code: 'ECONNREFUSED' }];
    for (const thrown of odd) {
      const bad = async () => {
        throw thrown;
      };
      await expect(made([bad], { attemptsMax: 1 }).ask()).rejects.toMatchObject({ code: 'unavailable' });
    }
  });

  test.each([
    { concurrency: 0 },
    { attemptsMax: 0 },
    { repairsMax: -1 },
    { timeoutMs: 0.5 },
    { requestsPerMinute: 0 },
  ])('refuses %o', (options) => {
    expect(() => made([], options)).toThrow(
      expect.objectContaining({
        code: 'invalid',
        message: expect.stringContaining(Object.keys(options)[0]!),
      }),
    );
  });
});
