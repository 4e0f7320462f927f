/** The page of an evaluation, as it lies in the folder of its run. Others may have put it there, so the browser is told to run
 *  nothing of it, load nothing for it, and give it no part in who is signed in. */

import { z } from 'zod';
import { CapstanError } from '../base/errors.ts';
import { EVALUATION, openRun } from '../run/folder.ts';
import { Name } from '../wire/value.ts';
import { type App, expectAccess, problemsOf } from './endpoint.ts';
import { pathOf } from './runs.ts';

const HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy':
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox",
};

export function addEvaluation(app: App): void {
  app.openAPIRegistry.registerPath({
    method: 'get',
    path: '/api/runs/{run}/evaluation',
    operationId: 'getRunsByRunEvaluation',
    summary: 'The page of the last evaluation of a run, by «capstan evaluate»',
    security: [{ bearer: [] }, { cookie: [] }],
    'x-access': 'look',
    request: { params: z.object({ run: Name }) },
    responses: {
      200: { description: 'a page', content: { 'text/html': { schema: z.string() } } },
      ...problemsOf({ isOpen: false, isChange: false, isNamed: true, hasBody: false }),
    },
  });
  app.get('/api/runs/:run/evaluation', (c) => {
    expectAccess(c.get('visitor')?.session, 'look');
    const run = c.req.param('run');
    const { folder } = openRun(pathOf(run));
    if (!folder.exists(EVALUATION.page))
      throw new CapstanError('not-found', `${run}: expected an evaluation, found none: «capstan evaluate»`);
    return new Response(new Uint8Array(folder.read(EVALUATION.page)), { headers: HEADERS });
  });
}
