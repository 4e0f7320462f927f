/** Errors as RFC 9457 has them. An expected failure says what was expected; a bug says only that it is one. */

import type { z } from 'zod';
import { CapstanError, type ErrorCode } from '../base/errors.ts';
import type { Problem } from '../wire/problem.ts';

export const STATUS: { readonly [code in ErrorCode]: number } = {
  usage: 400,
  invalid: 400,
  'not-found': 404,
  exists: 409,
  locked: 409,
  refused: 403,
  corrupt: 422,
  'gate-failed': 422,
  budget: 422,
  interrupted: 503,
  unavailable: 503,
  storage: 507,
  runtime: 503,
};

/** What went wrong before anything of ours looked at the request. */
export type RequestFault =
  | 'unauthenticated'
  | 'forbidden'
  | 'unknown-path'
  | 'too-large'
  | 'too-many'
  | 'too-slow'
  | 'a-bug';

const FAULTS: { readonly [fault in RequestFault]: number } = {
  unauthenticated: 401,
  forbidden: 403,
  'unknown-path': 404,
  'too-slow': 408,
  'too-large': 413,
  'too-many': 429,
  'a-bug': 500,
};

/** A request that is refused for what it is. */
export class RequestError extends Error {
  readonly fault: RequestFault;

  constructor(fault: RequestFault, message: string) {
    super(message);
    this.name = 'RequestError';
    this.fault = fault;
  }
}

export function problemOf(error: unknown): Problem {
  if (error instanceof RequestError) return problem(error.fault, FAULTS[error.fault], error.message);
  if (error instanceof CapstanError) return problem(error.code, STATUS[error.code], error.message);
  return problem('a-bug', FAULTS['a-bug'], 'something here is broken; the log of the server says what');
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

export function responseOf(error: unknown): Response {
  const body = problemOf(error);
  return new Response(JSON.stringify(body), {
    status: body.status,
    headers: { 'content-type': 'application/problem+json' },
  });
}
