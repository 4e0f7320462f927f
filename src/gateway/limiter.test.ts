import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { StillClock } from '../../test/clocks.ts';
import { Limiter } from './limiter.ts';

const MINUTE = 60_000;
const free = { concurrency: 1000, requestsPerMinute: Infinity, tokensPerMinute: Infinity };

const calls = fc.array(
  fc.record({
    arrives: fc.nat(100_000),
    takes: fc.nat(20_000),
    tokens: fc.integer({ min: 1, max: 300 }),
    used: fc.double({ min: 0, max: 1, noNaN: true }),
    slower: fc.boolean(),
  }),
  { minLength: 1, maxLength: 40, size: 'max' },
);

type Asked = (typeof calls extends fc.Arbitrary<infer A> ? A : never)[number];

interface Call {
  readonly began: number;
  readonly ended: number;
  readonly used: number;
}

async function pass(limits: ConstructorParameters<typeof Limiter>[0], asked: readonly Asked[]) {
  const clock = new StillClock();
  const limiter = new Limiter(limits, clock);
  const made: Call[] = [];
  let open = 0;
  let atOnce = 0;
  const all = Promise.all(
    asked.map(async ({ arrives, takes, tokens, used, slower }) => {
      await clock.sleep(arrives);
      const permit = await limiter.enter(tokens);
      const began = clock.now();
      atOnce = Math.max(atOnce, ++open);
      expect(open).toBeLessThanOrEqual(limits.concurrency);
      await clock.sleep(takes);
      open--;
      made.push({ began, ended: clock.now(), used: Math.floor(used * tokens) });
      permit.end({ slower, tokens: Math.floor(used * tokens) });
    }),
  );
  await clock.run(all);
  return { made, atOnce };
}

/** The most that began within any minute. */
function inAMinute(made: readonly Call[], size: (call: Call) => number): number {
  const sums = made.map(({ began }) =>
    made
      .filter((other) => other.began >= began && other.began < began + MINUTE)
      .reduce((sum, other) => sum + size(other), 0),
  );
  return Math.max(...sums);
}

describe('a limiter', () => {
  test('lets everybody through, never more at once than allowed, nor in any minute', async () => {
    await fc.assert(
      fc.asyncProperty(
        calls,
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 1, max: 30 }),
        fc.integer({ min: 10, max: 2000 }),
        async (asked, concurrency, requestsPerMinute, tokensPerMinute) => {
          const { made } = await pass({ concurrency, requestsPerMinute, tokensPerMinute }, asked);
          expect(made.length).toBe(asked.length);
          expect(inAMinute(made, () => 1)).toBeLessThanOrEqual(requestsPerMinute);
          // Something larger than the bucket goes when it is full: one such may stand over.
          const largest = Math.max(...asked.map(({ tokens }) => tokens));
          expect(inAMinute(made, ({ used }) => used)).toBeLessThanOrEqual(tokensPerMinute + largest);
        },
      ),
      { numRuns: 60 },
    );
  });

  test('without limits holds nobody up', async () => {
    await fc.assert(
      fc.asyncProperty(calls, async (asked) => {
        const { made } = await pass(
          free,
          asked.map((call) => ({ ...call, slower: false })),
        );
        const wanted = asked.map(({ arrives }) => arrives).sort((a, b) => a - b);
        expect(made.map(({ began }) => began).sort((a, b) => a - b)).toEqual(wanted);
      }),
      { numRuns: 30 },
    );
  });

  test('serves in order, and whoever leaves is no trouble to others', async () => {
    const clock = new StillClock();
    const limiter = new Limiter({ ...free, concurrency: 1 }, clock);
    const order: string[] = [];
    const leaving = new AbortController();
    const one = async (name: string, signal?: AbortSignal) => {
      const permit = await limiter.enter(1, signal);
      order.push(name);
      await clock.sleep(10);
      permit.end({ slower: false, tokens: 1 });
    };
    const all = Promise.allSettled([one('a'), one('b', leaving.signal), one('c')]);
    leaving.abort(new Error('gone'));
    const ends = await clock.run(all);
    expect(order).toEqual(['a', 'c']);
    expect(ends[1]).toMatchObject({ status: 'rejected', reason: { message: 'gone' } });
  });

  test('halves what it lets through at a storm, once, and grows again by one for each round that goes well', async () => {
    const clock = new StillClock();
    const limiter = new Limiter({ ...free, concurrency: 16 }, clock);
    const round = async (count: number, slower: boolean) => {
      const permits = await Promise.all(Array.from({ length: count }, () => limiter.enter(1)));
      for (const permit of permits) permit.end({ slower, tokens: 1 });
    };
    await round(16, true);
    expect(limiter.allowed).toBe(8);
    await round(8, true);
    expect(limiter.allowed).toBe(4);
    await round(4, false);
    expect(limiter.allowed).toBe(4); // 4 + 4 · ¼, less what the steps in between add to the divisor
    await round(4, false);
    expect(limiter.allowed).toBe(5);
    for (let i = 0; i < 100; i++) await round(limiter.allowed, true);
    expect(limiter.allowed).toBe(1);
    for (let i = 0; i < 100; i++) await round(limiter.allowed, false);
    expect(limiter.allowed).toBe(16);
  });

  test('lets nobody in while it pauses', async () => {
    const clock = new StillClock();
    const limiter = new Limiter(free, clock);
    limiter.pause(5000);
    limiter.pause(3000);
    await clock.run(limiter.enter(1));
    expect(clock.now()).toBe(5000);
  });
});
