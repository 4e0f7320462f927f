/** Requests to the server that this page came from. What goes wrong is thrown as the problem that the server told. */

import type { Problem } from '../../src/wire/problem.ts';

export class ApiError extends Error {
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.detail);
    this.name = 'ApiError';
    this.problem = problem;
  }
}

/** Of statuses below 500, those that say «not now» rather than «no». */
const PASSING = new Set([0, 401, 408, 425, 429]);
const SERVER_FAILS = 500;

/** Whether the same may go another time. */
export function isPassing(error: unknown): boolean {
  if (!(error instanceof ApiError)) return true;
  const { status } = error.problem;
  return PASSING.has(status) || status >= SERVER_FAILS;
}

export function isNotFound(error: unknown): boolean {
  return error instanceof ApiError && error.problem.code === 'not-found';
}

export function isSignedOut(error: unknown): boolean {
  return error instanceof ApiError && error.problem.code === 'unauthenticated';
}

let csrf = '';

/** Of whoever has signed in. */
export function setCsrf(token: string): void {
  csrf = token;
}

export function get<T>(path: string, signal?: AbortSignal): Promise<T> {
  return request<T>(path, { ...(signal && { signal }) });
}

export function send<T>(method: 'POST' | 'PUT' | 'DELETE', path: string, body?: unknown): Promise<T> {
  return request<T>(path, {
    method,
    headers: { 'content-type': 'application/json', 'x-csrf-token': csrf },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
}

async function request<T>(path: string, init: RequestInit): Promise<T> {
  let response: Response;
  try {
    response = await fetch(path, { credentials: 'same-origin', ...init });
  } catch (error) {
    if (init.signal?.aborted) throw error;
    throw new ApiError(offline);
  }
  if (response.ok) return (await response.json()) as T;
  throw new ApiError(await problemIn(response));
}

const offline: Problem = {
  type: 'about:blank',
  title: 'offline',
  status: 0,
  detail: 'the server cannot be reached; what you typed is kept here',
  code: 'offline',
};

async function problemIn(response: Response): Promise<Problem> {
  try {
    return (await response.json()) as Problem;
  } catch {
    const { status, statusText } = response;
    return {
      type: 'about:blank',
      title: statusText,
      status,
      detail: `the server said ${status}`,
      code: 'http',
    };
  }
}
