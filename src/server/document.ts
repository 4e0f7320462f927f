/** The OpenAPI document: what endpoints say of themselves, and what holds for all of them. */

import { VERSION } from '../base/version.ts';
import { type App, type Context, REQUIRED } from './endpoint.ts';
import { CSRF } from './guards.ts';
import type { Place } from './place.ts';
import { cookieName } from './sessions.ts';

export function addDocument(app: App, { site }: Place): void {
  app.openAPIRegistry.registerComponent('securitySchemes', 'bearer', {
    type: 'http',
    scheme: 'bearer',
    description: 'A key that «capstan keys add» made, for programs',
  });
  app.get('/api/openapi.json', (c) => c.json(documentOf(app, cookieName(c as unknown as Context, site))));
}

/** `cookie`: the name of the one that pages have. */
export function documentOf(app: App, cookie: string) {
  const document = app.getOpenAPI31Document({
    openapi: '3.1.0',
    info: {
      title: 'Capstan',
      version: VERSION,
      description: `The workbench. What changes something by cookie needs the session's token in the header ${CSRF}, too. Errors are problems as RFC 9457 has them.`,
    },
  });
  return {
    ...document,
    paths: withParameters(document.paths as Paths),
    components: {
      ...document.components,
      securitySchemes: {
        ...document.components?.securitySchemes,
        cookie: { type: 'apiKey', in: 'cookie', name: cookie },
      },
    },
  };
}

interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly schema: { readonly type?: string | readonly string[] };
}
interface Operation {
  readonly parameters?: readonly Parameter[];
  readonly [REQUIRED]?: readonly string[];
}
interface Paths {
  readonly [path: string]: { readonly [method: string]: Operation };
}

/** A number in an address is said to be absent or null, as its shape would take it; in an address it is neither. */
function withParameters(paths: Paths) {
  return mapped(paths, (methods) =>
    mapped(methods, ({ [REQUIRED]: required = [], parameters, ...operation }) => ({
      ...operation,
      ...(parameters && {
        parameters: parameters.map(({ schema, ...one }) => {
          const types = [schema.type ?? []].flat().filter((name) => name !== 'null');
          return {
            ...one,
            required: one.in === 'path' || required.includes(one.name),
            schema: { ...schema, ...(types.length === 1 && { type: types[0] }) },
          };
        }),
      }),
    })),
  );
}

function mapped<T, R>(
  all: { readonly [name: string]: T },
  act: (one: T) => R,
): { readonly [name: string]: R } {
  return Object.fromEntries(Object.entries(all).map(([name, one]) => [name, act(one)]));
}
