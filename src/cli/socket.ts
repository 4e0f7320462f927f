/** The socket of the workbench: who may be reached there, how long a request may take to arrive, and how it stops. */

import { createServer, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import { CapstanError, messageOf } from '../base/errors.ts';
import type { App } from '../server/endpoint.ts';
import { LOOPBACK, type Site } from '../server/place.ts';
import { RequestError, type RequestFault, responseOf } from '../server/problem.ts';

export interface Tls {
  readonly cert: Uint8Array;
  readonly key: Uint8Array;
}

export interface Listening {
  /** «http://127.0.0.1:7411/» */
  readonly url: string;
  /** Takes no more; what has begun may end within that time. */
  readonly close: (milliseconds: number) => Promise<void>;
}

/** A request that is not there as a whole by then is refused: headers, and all of it. */
const HEADERS_MS = 10_000;
const REQUEST_MS = 30_000;
const IDLE_MS = 5000;
const CHECK_MS = 1000;
/** Between two looks at who is done. */
const CLOSING_MS = 20;
const HEADER_BYTES_MAX = 2 ** 14;
const CONNECTIONS_MAX = 2000;

export async function listen(
  app: App,
  {
    host,
    port,
    tls,
    requestMs = REQUEST_MS,
  }: { readonly host: string; readonly port: number; readonly tls?: Tls; readonly requestMs?: number },
): Promise<Listening> {
  const limits = {
    headersTimeout: Math.min(HEADERS_MS, requestMs),
    requestTimeout: requestMs,
    keepAliveTimeout: IDLE_MS,
    connectionsCheckingInterval: Math.min(CHECK_MS, requestMs),
    maxHeaderSize: HEADER_BYTES_MAX,
  };
  const fetch = (request: Request, env: { readonly incoming: { readonly socket: unknown } }) =>
    app.fetch(request, { address: (env.incoming.socket as Socket).remoteAddress ?? '' });
  const own = createAdaptorServer(
    tls
      ? {
          fetch,
          createServer: createTlsServer,
          serverOptions: { ...limits, cert: Buffer.from(tls.cert), key: Buffer.from(tls.key) },
        }
      : { fetch, createServer, serverOptions: limits },
  ) as Server;
  own.maxConnections = CONNECTIONS_MAX;
  refuse(own);
  await new Promise<void>((resolve, reject) => {
    own.once('error', (error) =>
      reject(new CapstanError('usage', `--host ${host} --port ${port}: ${messageOf(error)}`)),
    );
    own.listen(port, host, resolve);
  });
  const name = host.includes(':') ? `[${host}]` : host;
  return {
    url: `${tls ? 'https' : 'http'}://${name}:${(own.address() as AddressInfo).port}/`,
    async close(milliseconds) {
      const ended = new Promise<void>((resolve) => own.close(() => resolve()));
      const until = Date.now() + milliseconds;
      const timer = setInterval(() => {
        if (Date.now() < until) own.closeIdleConnections();
        else own.closeAllConnections();
      }, CLOSING_MS);
      await ended;
      clearInterval(timer);
    },
  };
}

export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
}

/** Throws «refused» where others can reach it and could listen in. */
export function siteOf({
  host,
  allowHost,
  behindProxy = false,
  isTls,
}: {
  readonly host: string;
  readonly allowHost: readonly string[];
  readonly behindProxy?: boolean;
  readonly isTls: boolean;
}): Site {
  const named = allowHost.map((name) => name.toLowerCase());
  const isSecure = isTls || behindProxy;
  if (isLoopback(host) && !behindProxy)
    return { ...LOOPBACK, hosts: [...LOOPBACK.hosts, ...named], isSecure };
  if (!isSecure)
    throw new CapstanError(
      'refused',
      `--host ${host}: expected --tls-cert and --tls-key, or --behind-proxy, since others can listen in`,
    );
  const isAny = host === '0.0.0.0' || host === '::';
  const hosts = [...named, ...(isAny || behindProxy ? [] : [host.includes(':') ? `[${host}]` : host])];
  if (hosts.length > 0) return { hosts, isSecure, isProxied: behindProxy };
  throw new CapstanError('usage', '--allow-host: expected the name under which browsers reach it, got none');
}

const FAULTS: { readonly [code: string]: RequestFault } = {
  ERR_HTTP_REQUEST_TIMEOUT: 'too-slow',
  HPE_HEADER_OVERFLOW: 'headers-too-large',
};

/** What never became a request is told so, unless an answer is on its way already. */
function refuse(own: Server): void {
  const last = new WeakMap<Socket, ServerResponse>();
  own.on('request', (request, response) => last.set(request.socket, response));
  own.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    const response = last.get(socket);
    const isFree = !response?.headersSent || response.writableFinished;
    if (!socket.writable || error.code === 'ECONNRESET' || !isFree) {
      socket.destroy();
      return;
    }
    const fault = FAULTS[error.code ?? ''] ?? 'bad-request';
    const said = responseOf(new RequestError(fault, 'expected an HTTP request, whole and in time'));
    void said.text().then((body) => {
      socket.end(
        `HTTP/1.1 ${said.status} ${fault}\r\nconnection: close\r\ncontent-type: application/problem+json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
      );
      socket.destroySoon();
    });
  });
}
