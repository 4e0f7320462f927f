/** The workbench over HTTP: a function from requests to responses, which knows no socket. */

import { OpenAPIHono } from '@hono/zod-openapi';
import { VERSION } from '../base/version.ts';
import { LEDGER } from '../project/home.ts';
import { ProjectLog } from '../project/log.ts';
import { addCompare } from './compare.ts';
import { addControls } from './controls.ts';
import type { App, Env } from './endpoint.ts';
import { addLedger } from './ledger.ts';
import { addModels } from './models.ts';
import type { Place } from './place.ts';
import { RequestError, responseOf, unlike } from './problem.ts';
import { addRuns } from './runs.ts';
import { addSessions, Sessions, visitorOf } from './sessions.ts';
import { addTrees } from './trees.ts';
import { addTurns } from './turns.ts';

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
  const sessions = new Sessions(place);
  app.use('*', async (c, next) => {
    c.set('visitor', visitorOf(c, sessions, place));
    await next();
  });
  addSessions(app, place, sessions);
  const log = new ProjectLog(LEDGER);
  addRuns(app, log);
  addCompare(app);
  addModels(app, place, log);
  addControls(app, place, log);
  addLedger(app, log);
  addTrees(app, place, log);
  addTurns(app, place);
  app.doc31('/api/openapi.json', {
    openapi: '3.1.0',
    info: { title: 'Capstan', version: VERSION },
  });
  return app;
}
