/** Errors as RFC 9457 has them. An expected failure says what was expected; a bug says only that it is one. */

import { HTTPException } from 'hono/http-exception';
import type { z } from 'zod';
import { CapstanError, type ErrorCode } from '../base/errors.ts';
import type { Problem } from '../wire/problem.ts';

/** Below 500 the request is at fault, or does not fit how things are; from 500 on it is this side. */
export const STATUS: { readonly [code in ErrorCode]: number } = {
  usage: 400,
  invalid: 400,
  refused: 403,
  'not-found': 404,
  exists: 409,
  locked: 409,
  budget: 409,
  'gate-failed': 409,
  corrupt: 500,
  runtime: 500,
  interrupted: 503,
  unavailable: 503,
  storage: 507,
};

/** What went wrong before anything of ours looked at the request. */
export type RequestFault = keyof typeof FAULTS;

export const FAULTS = {
  'bad-request': 400,
  unauthenticated: 401,
  forbidden: 403,
  'unknown-path': 404,
  'too-slow': 408,
  'too-large': 413,
  'unlike-type': 415,
  misdirected: 421,
  'too-many': 429,
  'headers-too-large': 431,
  'a-bug': 500,
} as const;

/** A request that is refused for what it is. */
export class RequestError extends Error {
  readonly fault: RequestFault;
  /** Seconds after which it may be tried again. */
  readonly retryAfter: number | undefined;

  constructor(fault: RequestFault, message: string, retryAfter?: number) {
    super(message);
    this.name = 'RequestError';
    this.fault = fault;
    this.retryAfter = retryAfter;
  }
}

const SEE_LOG = 'the log of the server says what';
/** Instead of where on this side: that is not everybody's to know. */
const OF_THIS_SIDE: { readonly [code in ErrorCode]?: string } = {
  corrupt: `something here is damaged; ${SEE_LOG}`,
  runtime: `something here has failed; ${SEE_LOG}`,
  storage: `the disk takes nothing; ${SEE_LOG}`,
};

/** `isInsider`: whether they may see more of the project than what they were given. */
export function problemOf(error: unknown, isInsider: boolean): Problem {
  if (error instanceof RequestError) return problem(error.fault, FAULTS[error.fault], error.message);
  if (error instanceof CapstanError) {
    const { code, message } = error;
    return problem(code, STATUS[code], (isInsider ? undefined : OF_THIS_SIDE[code]) ?? message);
  }
  if (error instanceof HTTPException && error.status === FAULTS['unlike-type'])
    return problem(
      'unlike-type',
      error.status,
      'the body: expected the content-type application/json, got another',
    );
  if (error instanceof HTTPException && error.status < FAULTS['a-bug'])
    return problem('invalid', error.status, `the body: ${error.message}`);
  return problem('a-bug', FAULTS['a-bug'], `something here is broken; ${SEE_LOG}`);
}

/** `where`: «body», «query», … */
export function unlike(where: string, error: z.ZodError): CapstanError {
  const [issue] = error.issues;
  const place = [where, ...(issue?.path ?? [])].join('.');
  return new CapstanError('invalid', `${place}: ${issue?.message ?? 'expected something else'}`);
}

function problem(code: string, status: number, detail: string): Problem {
  return { type: 'about:blank', title: code.replaceAll('-', ' '), status, detail, code };
}

export function responseOf(error: unknown, isInsider = false): Response {
  const body = problemOf(error, isInsider);
  const wait = error instanceof RequestError ? error.retryAfter : undefined;
  return new Response(JSON.stringify(body), {
    status: body.status,
    headers: {
      'content-type': 'application/problem+json',
      ...(wait !== undefined && { 'retry-after': String(wait) }),
      ...(body.status === FAULTS.unauthenticated && { 'www-authenticate': 'Bearer' }),
    },
  });
}
