/** One POST over HTTP to somebody who may be slow, endless or not there: it has a time, its answer has a bound, and nobody is
 *  followed elsewhere. */

import { CapstanError, messageOf } from '../base/errors.ts';
import type { Answer } from '../witness/asking.ts';

/** A hundred lines of signatures. */
export const ANSWER_BYTES_MAX = 2 ** 16;
const MS = 1000;

/** Throws «not-found» unless there is an answer in that time. */
export async function post(url: string, body: Uint8Array, seconds: number): Promise<Answer> {
  const signal = AbortSignal.timeout(seconds * MS);
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'text/plain; charset=utf-8' },
      body: Buffer.from(body),
      redirect: 'manual',
      signal,
    });
    const type = response.headers.get('content-type') ?? '';
    return { status: response.status, type, body: await bodyOf(response, url) };
  } catch (cause) {
    if (cause instanceof CapstanError) throw cause;
    const why = signal.aborted ? 'none' : messageOf((cause instanceof Error && cause.cause) || cause);
    throw new CapstanError('not-found', `${url}: expected an answer within ${seconds} s, got ${why}`, {
      cause,
    });
  }
}

async function bodyOf({ body }: Response, url: string): Promise<string> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  if (body)
    for await (const part of body) {
      bytes += part.length;
      // Leaving the loop hangs up.
      if (bytes > ANSWER_BYTES_MAX)
        throw new CapstanError('corrupt', `${url}: expected at most ${ANSWER_BYTES_MAX} bytes, got more`);
      parts.push(part);
    }
  return Buffer.concat(parts).toString('utf8');
}
