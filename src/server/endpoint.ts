/** An endpoint is a function from what was asked to what is said, with the shapes of both. Whatever its shape does not have
 *  is not sent, by whatever way it came there. */

import { createRoute, extendZodWithOpenApi, type OpenAPIHono, type RouteConfig } from '@hono/zod-openapi';
import type { Context as HonoContext, MiddlewareHandler } from 'hono';
import { z } from 'zod';
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
  return {
    method,
    path,
    operationId: idOf(method, path),
    summary,
    ...(query && { [REQUIRED]: requiredIn(query) }),
    ...(!isOpen && { security: [{ bearer: [] }, { cookie: [] }], 'x-access': access }),
    request: {
      ...(params && { params }),
      ...(query && { query }),
      ...(body && { body: { required: true, content: { 'application/json': { schema: body } } } }),
    },
    responses: {
      200: { description: 'done', content: { 'application/json': { schema: gives } } },
      ...problemsOf({
        isOpen,
        isChange: method !== 'get',
        isNamed: Boolean(params ?? query),
        hasBody: Boolean(body),
      }),
    },
  };
}

/** What an endpoint may say instead, by what it is. */
export function problemsOf({
  isOpen,
  isChange,
  isNamed,
  hasBody,
}: { readonly [trait in 'isOpen' | 'isChange' | 'isNamed' | 'hasBody']: boolean }) {
  const told: readonly (readonly [status: number, why: string, isTold: boolean])[] = [
    [FAULTS['bad-request'], 'what was sent is not as it should be', isNamed || hasBody],
    [FAULTS.unauthenticated, 'nobody is signed in, or with a key of nobody', !isOpen || hasBody],
    [FAULTS.forbidden, 'whoever asks may not', !isOpen || isChange],
    [STATUS['not-found'], 'there is none', isNamed],
    [STATUS.locked, 'it does not fit how things are, or somebody else is at it', isChange],
    [FAULTS['too-slow'], 'the body took too long', hasBody],
    [FAULTS['too-large'], 'the body is too large', hasBody],
    [FAULTS['unlike-type'], 'the body is not JSON', hasBody],
    [FAULTS.misdirected, 'for another host', true],
    [FAULTS['too-many'], 'too many requests', true],
    [STATUS.corrupt, 'something on this side is damaged or broken', true],
    [STATUS.unavailable, 'something that it needs cannot be reached', true],
    [STATUS.storage, 'the disk takes nothing', true],
  ];
  return Object.fromEntries(
    told
      .filter(([, , isTold]) => isTold)
      .map(([status, description]) => [
        status,
        { description, content: { 'application/problem+json': { schema: Told } } },
      ]),
  );
}

/** Of an operation: the names in its query that have to be there. That a number is read from a word hides it in the document. */
export const REQUIRED = 'x-required';

function requiredIn({ shape }: Shape): readonly string[] {
  const names = Object.keys(shape);
  return names.filter((name) => !(shape[name] as z.ZodType).safeParse(undefined).success);
}

extendZodWithOpenApi(z);
/** Said once in the document. */
const Told = z.object(Problem.shape).openapi('Problem');

/** «getTreesByRunRows» */
function idOf(method: string, path: string): string {
  const parts = path.split('/').filter((part) => part !== '' && part !== 'api');
  const words = parts.flatMap((part) => [
    ...(part.startsWith('{') ? ['by'] : []),
    ...part.split(/\W+/).filter(Boolean),
  ]);
  return method + words.map((word) => word[0]!.toUpperCase() + word.slice(1)).join('');
}
