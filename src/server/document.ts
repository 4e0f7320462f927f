/** The OpenAPI document: what endpoints say of themselves, and what holds for all of them. */

import { VERSION } from '../base/version.ts';
import type { App, Context } from './endpoint.ts';
import { CSRF } from './guards.ts';
import { cookieName } from './sessions.ts';

export function addDocument(app: App): void {
  app.openAPIRegistry.registerComponent('securitySchemes', 'bearer', {
    type: 'http',
    scheme: 'bearer',
    description: 'A key that «capstan keys add» made, for programs',
  });
  app.get('/api/openapi.json', (c) => c.json(documentOf(app, cookieName(c as unknown as Context))));
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
    components: {
      ...document.components,
      securitySchemes: {
        ...document.components?.securitySchemes,
        cookie: { type: 'apiKey', in: 'cookie', name: cookie },
      },
    },
  };
}
