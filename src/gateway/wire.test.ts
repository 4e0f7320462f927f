import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bounded, type Fetch } from './wire.ts';

/** Answers with these pieces, and counts how many of them were fetched. */
function serving(pieces: readonly Uint8Array[], init: ResponseInit = {}) {
  const seen = { pieces: 0, isCancelled: false, redirect: undefined as string | undefined };
  const fetch: Fetch = async (_, options) => {
    seen.redirect = options?.redirect;
    const body = new ReadableStream<Uint8Array>(
      {
        pull(controller) {
          const piece = pieces[seen.pieces++];
          if (piece) controller.enqueue(piece);
          else controller.close();
        },
        cancel() {
          seen.isCancelled = true;
        },
      },
      { highWaterMark: 0 },
    );
    return new Response(body, init);
  };
  return { fetch, seen };
}

describe('a bounded fetch', () => {
  test('gives the whole body up to its bound, and beyond it reads no further', async () => {
    const pieces = fc.array(fc.uint8Array({ minLength: 1, maxLength: 20 }), { maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(pieces, fc.nat(200), async (sent, bytesMax) => {
        const { fetch, seen } = serving(sent);
        const whole = Buffer.concat(sent);
        const answer = bounded(fetch, bytesMax)('http://host/');
        if (whole.length <= bytesMax) {
          expect(Buffer.from(await (await answer).arrayBuffer()).equals(whole)).toBe(true);
          return;
        }
        await expect(answer).rejects.toMatchObject({
          kind: 'too-large',
          message: expect.stringContaining(`${bytesMax}`),
        });
        const read = Buffer.concat(sent.slice(0, seen.pieces)).length;
        expect(read).toBeLessThanOrEqual(bytesMax + 20);
        expect(seen.isCancelled).toBe(true);
      }),
    );
  });

  test('follows no redirect: it would carry the key to somebody else', async () => {
    const { fetch, seen } = serving([], { status: 307, headers: { location: 'http://elsewhere/' } });
    const response = await bounded(fetch)('http://host/', { redirect: 'follow' });
    expect(response.status).toBe(307);
    expect(seen.redirect).toBe('manual');
  });

  test('keeps the status and the headers, but those of how the body was packed', async () => {
    const headers = { 'retry-after': '7', 'content-encoding': 'gzip', 'content-length': '3' };
    const { fetch } = serving([Buffer.from('body')], { status: 429, headers });
    const response = await bounded(fetch)('http://host/');
    expect(response.status).toBe(429);
    expect(Object.fromEntries(response.headers)).toEqual({ 'retry-after': '7' });
    expect(await response.text()).toBe('body');
  });

  test('takes an answer without a body for one', async () => {
    const fetch: Fetch = async () => new Response(null, { status: 204 });
    expect(await (await bounded(fetch)('http://host/')).text()).toBe('');
  });
});
