/** The workbench over HTTP: a function from requests to responses, which knows no socket. */

import { OpenAPIHono } from '@hono/zod-openapi';
import { VERSION } from '../base/version.ts';
import type { App, Env } from './endpoint.ts';
import type { Place } from './place.ts';
import { RequestError, responseOf, unlike } from './problem.ts';
import { addSessions } from './sessions.ts';

export function server(place: Place): App {
  const app: App = new OpenAPIHono<Env>({
    defaultHook: (result) => {
      if (!result.success) throw unlike(result.target, result.error);
    },
  });
  app.onError((error) => responseOf(error));
  app.notFound((c) =>
    responseOf(new RequestError('unknown-path', `${c.req.path}: expected a page that there is`)),
  );
  addSessions(app, place);
  app.doc31('/api/openapi.json', {
    openapi: '3.1.0',
    info: { title: 'Capstan', version: VERSION },
  });
  return app;
}
