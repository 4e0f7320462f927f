/** An endpoint is a function from what was asked to what is said, with the shapes of both. Whatever its shape does not have
 *  is not sent, by whatever way it came there. */

import { createRoute, type OpenAPIHono, type RouteConfig } from '@hono/zod-openapi';
import type { Context as HonoContext, MiddlewareHandler } from 'hono';
import type { z } from 'zod';
import { Problem } from '../wire/problem.ts';
import type { Access, Session } from '../wire/session.ts';
import { FAULTS, RequestError, STATUS } from './problem.ts';
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
  // Before anything is said about what was sent.
  const middleware: MiddlewareHandler<Env> = async (c, next) => {
    if (access !== undefined) expectAccess(c.get('visitor')?.session, access);
    await next();
  };
  app.openapi(createRoute({ ...configOf(endpoint), middleware }), async (c) => {
    const session = c.get('visitor')?.session;
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
  const isOpen = access === undefined;
  const told: readonly (readonly [status: number, ofWhom: string, isTold: boolean])[] = [
    [FAULTS['bad-request'], 'what was sent is not as it should be', [params, query, body].some(Boolean)],
    [FAULTS.unauthenticated, 'nobody is signed in, or with a key of nobody', !isOpen || body !== undefined],
    [FAULTS.forbidden, 'whoever asks may not', !isOpen || method !== 'get'],
    [STATUS['not-found'], 'there is none', params !== undefined || query !== undefined],
    [STATUS.locked, 'it does not fit how things are, or somebody else is at it', method !== 'get'],
    [FAULTS['too-slow'], 'the body took too long', body !== undefined],
    [FAULTS['too-large'], 'the body is too large', body !== undefined],
    [FAULTS['unlike-type'], 'the body is not JSON', body !== undefined],
    [FAULTS['too-many'], 'too many requests', true],
    [STATUS.corrupt, 'something on this side is damaged or broken', true],
    [STATUS.unavailable, 'something that it needs cannot be reached', true],
    [STATUS.storage, 'the disk takes nothing', true],
  ];
  const problems = told.filter(([, , isTold]) => isTold);
  return {
    method,
    path,
    operationId: idOf(method, path),
    summary,
    ...(!isOpen && { security: [{ bearer: [] }, { cookie: [] }], description: `For who may «${access}».` }),
    request: {
      ...(params && { params }),
      ...(query && { query }),
      ...(body && { body: { required: true, content: { 'application/json': { schema: body } } } }),
    },
    responses: {
      200: { description: 'done', content: { 'application/json': { schema: gives } } },
      ...Object.fromEntries(
        problems.map(([status, description]) => [
          status,
          { description, content: { 'application/problem+json': { schema: Problem } } },
        ]),
      ),
    },
  };
}

/** «getTreesByRunRows» */
function idOf(method: string, path: string): string {
  const parts = path.split('/').filter((part) => part !== '' && part !== 'api');
  const words = parts.flatMap((part) => [
    ...(part.startsWith('{') ? ['by'] : []),
    ...part.split(/\W+/).filter(Boolean),
  ]);
  return method + words.map((word) => word[0]!.toUpperCase() + word.slice(1)).join('');
}
