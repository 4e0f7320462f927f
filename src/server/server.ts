/** The workbench over HTTP: a function from requests to responses, which knows no socket. */

import { OpenAPIHono } from '@hono/zod-openapi';
import { z } from 'zod';
import { LEDGER } from '../project/home.ts';
import { ProjectLog } from '../project/log.ts';
import { addCompare } from './compare.ts';
import { addControls } from './controls.ts';
import { addDocument } from './document.ts';
import { type App, addEndpoint, type Env } from './endpoint.ts';
import { addEvaluation } from './evaluation.ts';
import { addEvents } from './events.ts';
import { addGuards, doorOf } from './guards.ts';
import { addLedger } from './ledger.ts';
import { addModels } from './models.ts';
import { addPages } from './pages.ts';
import type { Place } from './place.ts';
import { FAULTS, responseOf, unlike } from './problem.ts';
import { addRuns } from './runs.ts';
import { addSessions, Sessions } from './sessions.ts';
import { addTrees } from './trees.ts';
import { addTurns } from './turns.ts';

export function server(place: Place): App {
  const app: App = new OpenAPIHono<Env>({
    defaultHook: (result) => {
      if (!result.success) throw unlike(result.target, result.error);
    },
  });
  const [sessions, door] = [new Sessions(place), doorOf(place)];
  app.onError((error, c) => {
    const response = responseOf(error, c.get('visitor')?.session.access.includes('look'));
    if (response.status >= FAULTS['a-bug'])
      place.report?.(`${c.req.method} ${c.req.path} ${response.status}: ${error.stack ?? error.message}`);
    return response;
  });
  addGuards(app, place, sessions, door);
  addPages(app, place);
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
  const log = place.log ?? new ProjectLog(LEDGER);
  addRuns(app, log);
  addEvaluation(app);
  addCompare(app);
  addModels(app, place, log);
  addControls(app, place, log);
  addLedger(app, log);
  addTrees(app, place, log);
  addTurns(app, place);
  addDocument(app, place);
  return app;
}
