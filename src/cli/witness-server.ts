/** A witness over HTTP (c2sp.org/tlog-witness), to be reached from this machine only. Anybody may ask: what counts is the
 *  log's signature. A body has a bound, a request has a time, and each is answered for itself. */

import { createServer, type IncomingMessage, type Server } from 'node:http';
import { CapstanError, messageOf } from '../base/errors.ts';
import { SUBMISSION_BYTES_MAX } from '../ledger/submission.ts';
import { ADD_CHECKPOINT, addCheckpoint, plain, type Reply } from '../witness/answer.ts';
import { withWitness } from '../witness/witness.ts';

export const LOOPBACK = '127.0.0.1';
const REQUEST_MS = 10_000;
const [NOT_FOUND, NOT_ALLOWED, TOO_LARGE, FAILED, BUSY] = [404, 405, 413, 500, 503];

/** A server that is not listening yet; `report` is told of each request. */
export function witnessServer(path: string, now: () => number, report: (line: string) => void): Server {
  const server = createServer((request, response) => {
    void replyTo(request, path, now).then(({ status, type, body }) => {
      report(`${request.method} ${request.url} ${status}${status === FAILED ? ` ${body.trimEnd()}` : ''}`);
      if (response.destroyed) return;
      // What was not read of a body is not waited for.
      if (status === TOO_LARGE) response.setHeader('connection', 'close');
      const said = status === FAILED ? 'the witness failed; its operator can see why\n' : body;
      response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(said) });
      response.end(said, () => {
        if (status === TOO_LARGE) request.destroy();
      });
    });
  });
  server.requestTimeout = REQUEST_MS;
  server.headersTimeout = REQUEST_MS;
  return server;
}

async function replyTo(request: IncomingMessage, path: string, now: () => number): Promise<Reply> {
  if (request.url !== ADD_CHECKPOINT) return plain(NOT_FOUND, `expected ${ADD_CHECKPOINT}\n`);
  if (request.method !== 'POST') return plain(NOT_ALLOWED, 'expected POST\n');
  try {
    const body = await bodyOf(request);
    if (!body) return plain(TOO_LARGE, `expected at most ${SUBMISSION_BYTES_MAX} bytes\n`);
    return withWitness(path, now, (witness) => addCheckpoint(body, witness));
  } catch (error) {
    if (error instanceof CapstanError && error.code === 'locked') return plain(BUSY, 'try again\n');
    return plain(FAILED, `${messageOf(error)}\n`);
  }
}

/** Undefined where it is too large. */
async function bodyOf(request: IncomingMessage): Promise<Buffer | undefined> {
  const parts: Buffer[] = [];
  let bytes = 0;
  // Not `for await`, which would destroy the request before it is answered.
  return new Promise((resolve, reject) => {
    request.on('data', (part: Buffer) => {
      bytes += part.length;
      if (bytes <= SUBMISSION_BYTES_MAX) parts.push(part);
      else resolve(undefined);
    });
    request.on('end', () => resolve(Buffer.concat(parts)));
    request.on('error', reject);
  });
}
