/** The workbench over HTTP: a function from requests to responses, which knows no socket. */

import { OpenAPIHono } from '@hono/zod-openapi';
import { z } from 'zod';
import { addDocument } from './document.ts';
import { type App, addEndpoint, type Env } from './endpoint.ts';
import { addEvents } from './events.ts';
import { addGuards, doorOf } from './guards.ts';
import { addPages } from './pages.ts';
import type { Place } from './place.ts';
import { FAULTS, responseOf, unlike } from './problem.ts';
import { addSessions, Sessions } from './sessions.ts';

export function server(place: Place): App {
  const app: App = new OpenAPIHono<Env>({
    defaultHook: (result) => {
      if (!result.success) throw unlike(result.target, result.error);
    },
  });
  const [sessions, door] = [new Sessions(place), doorOf(place)];
  app.onError((error, c) => {
    const response = responseOf(error);
    if (response.status >= FAULTS['a-bug'])
      place.report?.(`${c.req.method} ${c.req.path} ${response.status}: ${error.stack ?? error.message}`);
    return response;
  });
  addGuards(app, place, sessions, door);
  addSessions(app, place, sessions, door);
  addEvents(app, place, sessions);
  addEndpoint(
    app,
    {
      method: 'get',
      path: '/api/health',
      access: undefined,
      summary: 'Whether the server answers',
      gives: z.object({ ok: z.literal(true) }),
    },
    () => ({ ok: true as const }),
  );
  addDocument(app);
  addPages(app, place);
  return app;
}
