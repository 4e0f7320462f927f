/** The network, with bounds: a response is read whole and cut where it is larger than any answer, and a redirect is not
 *  followed, since it would carry the key to somebody else. */

import { ProviderFault } from './provider.ts';

export type Fetch = typeof globalThis.fetch;

/** An answer of 100,000 tokens has half a million bytes. */
export const REPLY_BYTES_MAX = 2 * 1024 * 1024;
/** Statuses whose responses have no body, and which a `Response` refuses with one. */
const BODILESS = [204, 205, 304];

export function bounded(fetch: Fetch, bytesMax: number = REPLY_BYTES_MAX): Fetch {
  return async (input, init) => {
    const response = await fetch(input, { ...init, redirect: 'manual' });
    const { status, statusText } = response;
    if (status < 200 || status > 599)
      throw new ProviderFault('malformed', `expected an HTTP status from 200 to 599, got ${status}`);
    const body = await bodyOf(response, bytesMax);
    const headers = new Headers(response.headers);
    // The body is no longer packed, nor of that length.
    for (const name of ['content-encoding', 'content-length', 'transfer-encoding']) headers.delete(name);
    return new Response(BODILESS.includes(status) ? null : body, { status, statusText, headers });
  };
}

async function bodyOf(response: Response, bytesMax: number): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array[] = [];
  let size = 0;
  if (response.body) {
    const reader = response.body.getReader();
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      size += part.value.length;
      if (size > bytesMax) {
        void reader.cancel().catch(() => {});
        throw new ProviderFault('too-large', `expected an answer of at most ${bytesMax} bytes, got more`);
      }
      parts.push(part.value);
    }
  }
  const body = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    body.set(part, at);
    at += part.length;
  }
  return body;
}
