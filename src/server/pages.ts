/** The built pages. A file is found by its whole path among those that there are, so that no path leads out; where there is
 *  none, an address is one of the pages' own. */

import type { App, Context } from './endpoint.ts';
import type { PageFile, Pages, Place } from './place.ts';
import { RequestError, responseOf } from './problem.ts';

export function addPages(app: App, { pages }: Place): void {
  // Their neighbours are the ledger's files.
  for (const path of pages ? ['/ledger', '/ledger/:entry{[0-9]+}'] : [])
    app.get(path, (c) => responseWith(c as unknown as Context, front(pages!)));
  app.notFound((c) => {
    const { path, method } = c.req;
    const isPage = (method === 'GET' || method === 'HEAD') && !/^\/(api|ledger)\//.test(path);
    if (!isPage || !pages) return responseOf(unknown(path));
    const file = pages(path) ?? (path.startsWith('/assets/') ? undefined : front(pages));
    return file ? responseWith(c as unknown as Context, file) : responseOf(unknown(path));
  });
}

function front(pages: Pages): PageFile {
  const file = pages('/index.html');
  if (!file) throw new RequestError('unknown-path', 'expected pages, none were built: npm run build');
  return file;
}

function responseWith(c: Context, { bytes, gzip, type, etag, isImmutable }: PageFile): Response {
  const headers = {
    'content-type': type,
    etag,
    vary: 'accept-encoding',
    'cache-control': isImmutable ? 'public, max-age=31536000, immutable' : 'no-cache',
  };
  if (c.req.header('if-none-match') === etag) return new Response(null, { status: 304, headers });
  const isZipped = gzip && /\bgzip\b/.test(c.req.header('accept-encoding') ?? '');
  return isZipped
    ? new Response(gzip, { headers: { ...headers, 'content-encoding': 'gzip' } })
    : new Response(bytes, { headers });
}

function unknown(path: string): RequestError {
  return new RequestError('unknown-path', `${path}: expected a page that there is`);
}
