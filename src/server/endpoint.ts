/** An endpoint is a function from what was asked to what is said, with the shapes of both. Whatever its shape does not have
 *  is not sent, by whatever way it came there. */

import { createRoute, type OpenAPIHono, type RouteConfig } from '@hono/zod-openapi';
import type { Context as HonoContext } from 'hono';
import type { z } from 'zod';
import { Problem } from '../wire/problem.ts';
import type { Access, Session } from '../wire/session.ts';
import { RequestError } from './problem.ts';
import type { Visitor } from './sessions.ts';

export type App = OpenAPIHono<Env>;
export type Context = HonoContext<Env>;

export interface Env {
  Bindings: { readonly address?: string };
  Variables: { readonly visitor: Visitor | undefined };
}

type Shape = z.ZodObject;
type Inferred<S extends z.ZodType | undefined> = S extends z.ZodType ? z.output<S> : undefined;

export interface Endpoint<
  P extends Shape | undefined,
  Q extends Shape | undefined,
  B extends z.ZodType | undefined,
  R extends z.ZodType,
> {
  readonly method: 'get' | 'post' | 'put' | 'delete';
  /** «/api/trees/{run}» */
  readonly path: string;
  /** Undefined: anybody. */
  readonly access: Access | undefined;
  /** In a sentence, for the OpenAPI document. */
  readonly summary: string;
  readonly params?: P;
  readonly query?: Q;
  readonly body?: B;
  readonly gives: R;
}

export interface Asked<P, Q, B> {
  readonly params: P;
  readonly query: Q;
  readonly body: B;
  /** Of whoever asks. */
  readonly session: Session;
  readonly signal: AbortSignal;
  /** For what is beside the body of either side. */
  readonly context: Context;
}

export function addEndpoint<
  R extends z.ZodType,
  P extends Shape | undefined = undefined,
  Q extends Shape | undefined = undefined,
  B extends z.ZodType | undefined = undefined,
>(
  app: App,
  endpoint: Endpoint<P, Q, B, R>,
  act: (asked: Asked<Inferred<P>, Inferred<Q>, Inferred<B>>) => z.input<R> | Promise<z.input<R>>,
): void {
  const { gives, access } = endpoint;
  app.openapi(createRoute(configOf(endpoint)), async (c) => {
    const session = c.get('visitor')?.session;
    if (access !== undefined) expectAccess(session, access);
    const valid = c.req as unknown as { valid(target: string): unknown };
    const said = await act({
      params: (endpoint.params && valid.valid('param')) as Inferred<P>,
      query: (endpoint.query && valid.valid('query')) as Inferred<Q>,
      body: (endpoint.body && valid.valid('json')) as Inferred<B>,
      session: session as Session,
      signal: c.req.raw.signal,
      context: c as unknown as Context,
    });
    return c.json(gives.parse(said) as object, 200) as never;
  });
}

/** Throws unless whoever asks is signed in and may. */
export function expectAccess(session: Session | undefined, access: Access): asserts session is Session {
  if (session === undefined)
    throw new RequestError('unauthenticated', 'expected somebody who is signed in, nobody is');
  if (!session.access.includes(access))
    throw new RequestError(
      'forbidden',
      `expected somebody who may «${access}», got ${session.person}, who may not`,
    );
}

function configOf<
  P extends Shape | undefined,
  Q extends Shape | undefined,
  B extends z.ZodType | undefined,
  R extends z.ZodType,
>({
  method,
  path,
  access,
  summary,
  params,
  query,
  body,
  gives,
}: Endpoint<P, Q, B, R>): RouteConfig & { path: string } {
  return {
    method,
    path,
    summary,
    ...(access !== undefined && { security: [{ bearer: [access] }, { cookie: [access] }] }),
    request: {
      ...(params && { params }),
      ...(query && { query }),
      ...(body && { body: { required: true, content: { 'application/json': { schema: body } } } }),
    },
    responses: {
      200: { description: 'done', content: { 'application/json': { schema: gives } } },
      default: {
        description: 'what went wrong',
        content: { 'application/problem+json': { schema: Problem } },
      },
    },
  };
}
