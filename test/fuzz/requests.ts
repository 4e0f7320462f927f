/** Requests out of an OpenAPI document: for each operation mostly ones that are right or nearly so, with odd methods, paths,
 *  headers and encodings among them. An operation that is new in the document is asked, too. */

import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { anything, nearly, type Pool, type Schema, type Source, valid } from './schema.ts';

export interface Document {
  readonly paths: { readonly [path: string]: { readonly [method: string]: Operation } };
  readonly components?: { readonly schemas?: { readonly [name: string]: Schema } };
}

interface Operation {
  readonly parameters?: readonly {
    readonly name: string;
    readonly in: string;
    readonly required?: boolean;
    readonly schema: Schema;
  }[];
  readonly requestBody?: { readonly content: { readonly [type: string]: { readonly schema: Schema } } };
}

export interface Asked {
  /** «get /api/runs/{run}» */
  readonly operation: string;
  readonly method: string;
  readonly url: string;
  readonly headers: { readonly [name: string]: string };
  readonly body?: string | Uint8Array<ArrayBuffer>;
}

/** `who`: headers of those who ask; `isOdd`: whether some go where nothing is documented. */
export function requestsOf(
  document: Document,
  pool: Pool,
  who: fc.Arbitrary<{ readonly [name: string]: string }>,
  isOdd = true,
): fc.Arbitrary<Asked> {
  const source: Source = { schemas: document.components?.schemas ?? {}, pool };
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => requestOf(path, method, operation, source, who)),
  );
  const own = fc.oneof(...operations);
  if (!isOdd) return own;
  return fc.oneof({ weight: 12, arbitrary: own }, { weight: 1, arbitrary: strayOf(pool.any, who) });
}

function requestOf(
  path: string,
  method: string,
  { parameters = [], requestBody }: Operation,
  source: Source,
  who: fc.Arbitrary<{ readonly [name: string]: string }>,
): fc.Arbitrary<Asked> {
  const values = fc.tuple(
    ...parameters.map(({ name, required, schema, in: place }) =>
      place === 'path' || required
        ? valueFor(schema, source, name)
        : fc.option(valueFor(schema, source, name), { nil: undefined, freq: 2 }),
    ),
  );
  const schema = requestBody?.content['application/json']?.schema;
  return fc
    .record({
      values,
      body: bodyOf(schema, source),
      headers: fc.tuple(who, odd),
      isRaw: often(false, true),
      method: fc.oneof(
        { weight: 30, arbitrary: fc.constant(method.toUpperCase()) },
        { weight: 1, arbitrary: otherMethod },
      ),
    })
    .map(({ values: all, body, headers: [own, more], isRaw, method: how }) => {
      const encode = isRaw ? plain : encodeURIComponent;
      let filled = path;
      const query: string[] = [];
      for (const [i, { name, in: place }] of parameters.entries()) {
        const value = all[i];
        if (value === undefined) continue;
        const said = typeof value === 'string' ? value.toWellFormed() : JSON.stringify(value);
        if (place === 'path') filled = filled.replace(`{${name}}`, () => encode(said));
        else if (place === 'query') query.push(`${name}=${encode(said)}`);
      }
      const isEmpty = /^(get|head)$/i.test(how);
      return {
        operation: `${method} ${path}`,
        method: how,
        url: `http://localhost${filled}${query.length > 0 ? `?${query.join('&')}` : ''}`,
        headers: { ...(isEmpty ? {} : body.headers), ...more, ...own },
        ...(!isEmpty && body.bytes !== undefined && { body: body.bytes }),
      };
    });
}

const often = <T>(mostly: T, rarely: T): fc.Arbitrary<T> =>
  fc.oneof({ weight: 9, arbitrary: fc.constant(mostly) }, { weight: 1, arbitrary: fc.constant(rarely) });

const valueFor = (schema: Schema, source: Source, name: string): fc.Arbitrary<unknown> =>
  fc.oneof(
    { weight: 8, arbitrary: valid(schema, source, name) },
    { weight: 1, arbitrary: source.pool.any },
    { weight: 1, arbitrary: anything },
  );

interface Body {
  readonly bytes?: string | Uint8Array<ArrayBuffer>;
  readonly headers: { readonly [name: string]: string };
}

const JSON_TYPE = { 'content-type': 'application/json' };

function bodyOf(schema: Schema | undefined, source: Source): fc.Arbitrary<Body> {
  const json = (value: unknown): Body => ({ bytes: JSON.stringify(value) ?? '', headers: JSON_TYPE });
  const right = schema ? valid(schema, source) : fc.constant(undefined);
  const said = right.map((value) => (value === undefined ? { headers: {} } : json(value)));
  return fc.oneof(
    { weight: 8, arbitrary: said },
    { weight: 4, arbitrary: nearly(right).map(json) },
    { weight: 1, arbitrary: anything.map(json) },
    {
      weight: 1,
      arbitrary: fc
        .uint8Array({ maxLength: 200 })
        .map((bytes) => ({ bytes: Uint8Array.from(bytes), headers: JSON_TYPE })),
    },
    {
      weight: 1,
      arbitrary: fc
        .tuple(said, otherType)
        .map(([body, type]) => ({ ...body, headers: { 'content-type': type } })),
    },
    {
      weight: 1,
      arbitrary: fc
        .tuple(right, fc.constantFrom(...ENCODINGS))
        .map(([value, encoded]) => encoded(JSON.stringify(value) ?? '')),
    },
  );
}

/** Which nobody here reads, but somebody sends. */
const ENCODINGS: readonly ((text: string) => Body)[] = [
  (text) => ({
    bytes: Uint8Array.from(gzipSync(text)),
    headers: { ...JSON_TYPE, 'content-encoding': 'gzip' },
  }),
  (text) => ({
    bytes: Uint8Array.from(Buffer.from(text, 'utf16le')),
    headers: { 'content-type': 'application/json; charset=utf-16' },
  }),
  (text) => ({ bytes: `\ufeff${text}`, headers: JSON_TYPE }),
  (text) => ({ bytes: text.slice(0, text.length >> 1), headers: JSON_TYPE }),
  (text) => ({ bytes: '['.repeat(20_000) + text, headers: JSON_TYPE }),
  (text) => ({ bytes: `${text.slice(0, -1)},"__proto__":{"x":1}}`, headers: JSON_TYPE }),
];

const otherType = fc.constantFrom(
  'text/plain',
  'application/x-www-form-urlencoded',
  'multipart/form-data; boundary=a',
  'application/json; charset=latin1',
  'application/problem+json',
  '',
  ';',
  'a/b;c=d',
);

const otherMethod = fc.constantFrom(
  'GET',
  'HEAD',
  'POST',
  'PUT',
  'DELETE',
  'PATCH',
  'OPTIONS',
  'PROPFIND',
  'get',
  'X',
);

const odd: fc.Arbitrary<{ readonly [name: string]: string }> = fc.oneof(
  { weight: 12, arbitrary: fc.constant({}) },
  {
    weight: 3,
    arbitrary: fc.dictionary(
      fc.constantFrom(
        'accept',
        'accept-encoding',
        'accept-language',
        'range',
        'if-none-match',
        'if-modified-since',
        'expect',
        'last-event-id',
        'x-http-method-override',
        'x-forwarded-host',
        'x-forwarded-for',
        'cookie',
        'origin',
        'sec-fetch-site',
        'host',
        'x-csrf-token',
        'content-length',
        'upgrade',
      ),
      fc.oneof(
        fc.constantFrom(
          '*/*',
          'text/html',
          'gzip',
          'bytes=0-',
          '*',
          '""',
          'null',
          'http://localhost',
          'same-origin',
          'cross-site',
          'localhost',
          'evil.example',
          '0',
          '-1',
          '99999999999',
          'capstan=',
          'capstan=%00',
          'epoch-1',
          'epoch--1',
          'DELETE',
          'websocket',
        ),
        fc.string({ maxLength: 50 }).map((text) => text.replaceAll(/[^\x20-\x7e]/g, '?').trim()),
        fc.constant('x'.repeat(4000)),
      ),
      { maxKeys: 3 },
    ),
  },
);

/** As it might be typed into a URL, which then says what becomes of it. */
function plain(text: string): string {
  return text.replaceAll(/[\s\p{Cc}#?]/gu, '');
}

/** To where nothing is documented. */
function strayOf(
  known: fc.Arbitrary<string>,
  who: fc.Arbitrary<{ readonly [name: string]: string }>,
): fc.Arbitrary<Asked> {
  const parts = fc.oneof(
    fc.constantFrom(
      'api',
      'ledger',
      'log',
      'tile',
      'checkpoint',
      'log.key',
      'log.vkey',
      'assets',
      'access',
      'keys.json',
      '..',
      '%2e%2e',
      '%2f',
      '%',
      '%zz',
      '%c3%28',
      '.',
      '',
      'x'.repeat(3000),
      'openapi.json',
      'events',
      '0',
      '000',
    ),
    known.map((text) => encodeURIComponent(text.toWellFormed())),
  );
  return fc
    .record({
      parts: fc.array(parts, { maxLength: 6 }),
      headers: fc.tuple(who, odd),
      method: fc.oneof({ weight: 3, arbitrary: fc.constant('GET') }, otherMethod),
    })
    .map(({ parts: all, headers: [own, more], method }) => ({
      operation: 'stray',
      method,
      url: `http://localhost/${all.join('/')}`,
      headers: { ...more, ...own },
    }));
}
