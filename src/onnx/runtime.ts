/** The main thread's side of `worker.ts`: the same calls, answered by promises, in order. */

import { Worker } from 'node:worker_threads';
import { CapstanError, type ErrorCode, messageOf } from '../base/errors.ts';
import type { Program } from './lower.ts';
import { Meter, type Span } from './meter.ts';
import type { Backend, BackendOptions, Tensor, Tensors, Wiring } from './session.ts';

export type Request = { readonly id: number } & Call;
type Call =
  | { readonly kind: 'load'; readonly program: Program }
  | { readonly kind: 'unload'; readonly session: number }
  | { readonly kind: 'put'; readonly slot: string; readonly tensor: Tensor }
  | { readonly kind: 'get'; readonly slot: string }
  | {
      readonly kind: 'run';
      readonly session: number;
      readonly feeds: Tensors;
      readonly from: Wiring;
      readonly into: Wiring;
    };
export type Message = Request | 'close';
export type Reply =
  | { readonly id: number; readonly result: unknown; readonly busy: Span }
  | { readonly id: number; readonly error: unknown; readonly code: ErrorCode };

/** A loaded program. */
export interface Session {
  /** `from` names inputs taken from slots, `into` outputs left in slots. */
  run(feeds: Tensors, from?: Wiring, into?: Wiring): Promise<Tensors>;
  release(): Promise<void>;
}

export class Runtime {
  readonly backend: Backend;
  readonly fallback: string | undefined;
  readonly #worker: Worker;
  readonly #exit: Promise<void>;
  readonly #waiting = new Map<
    number,
    { resolve: (result: never) => void; reject: (error: unknown) => void }
  >();
  #lastId = 0;
  /** Why nothing can be asked any more. */
  #ended: CapstanError | undefined;
  readonly #meter: Meter;
  /** Floating-point operations of all runs, matrix products only. */
  operations = 0;

  private constructor(worker: Worker, backend: Backend, fallback: string | undefined, meter: Meter) {
    this.#worker = worker;
    this.#meter = meter;
    this.#exit = new Promise((resolve) => worker.once('exit', () => resolve()));
    this.backend = backend;
    this.fallback = fallback;
    worker.on('message', (reply: Reply) => this.#settle(reply));
    worker.on('error', (error) => this.#fail(error));
  }

  /** The meter is told of every span inside ONNX Runtime. */
  static async open(
    { threads, backend: wanted }: BackendOptions,
    meter: Meter = new Meter(),
  ): Promise<Runtime> {
    const worker = startWorker({ threads, backend: wanted });
    return new Promise((resolve, reject) => {
      const refuse = (error: unknown) => reject(revived(error));
      worker.once('message', ({ backend, fallback }) => {
        worker.off('error', refuse);
        resolve(new Runtime(worker, backend, fallback, meter));
      });
      worker.once('error', refuse);
    });
  }

  async load(program: Program): Promise<Session> {
    const session: number = await this.#call({ kind: 'load', program });
    return {
      run: (feeds, from = {}, into = {}) => {
        this.operations += program.operations;
        return this.#call({ kind: 'run', session, feeds, from, into });
      },
      release: () => this.#call({ kind: 'unload', session }),
    };
  }

  put(slot: string, tensor: Tensor): Promise<void> {
    return this.#call({ kind: 'put', slot, tensor });
  }

  get(slot: string): Promise<Tensor> {
    return this.#call({ kind: 'get', slot });
  }

  /** Waits for the run at hand: to terminate a thread inside ONNX Runtime would abort the whole process. */
  async close(): Promise<void> {
    this.#fail(new CapstanError('runtime', 'the runtime was closed'));
    this.#worker.postMessage('close' satisfies Message);
    await this.#exit;
  }

  #call<T>(call: Call): Promise<T> {
    if (this.#ended) return Promise.reject(this.#ended);
    const id = ++this.#lastId;
    return new Promise<T>((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#worker.postMessage({ id, ...call });
    });
  }

  #settle(reply: Reply): void {
    const waiting = this.#waiting.get(reply.id);
    this.#waiting.delete(reply.id);
    if ('error' in reply) waiting?.reject(revived(reply.error, reply.code));
    else {
      this.#meter.add(reply.busy);
      waiting?.resolve(reply.result as never);
    }
  }

  #fail(error: unknown): void {
    this.#ended ??= revived(error);
    for (const { reject } of this.#waiting.values()) reject(this.#ended);
    this.#waiting.clear();
  }
}

/** Errors lose their class between threads. */
function revived(error: unknown, code: ErrorCode = 'runtime'): CapstanError {
  return error instanceof CapstanError ? error : new CapstanError(code, messageOf(error), { cause: error });
}

/** Node cannot read TypeScript in a worker before 22.18, so from source the worker starts through tsx. */
function startWorker(options: BackendOptions): Worker {
  if (!import.meta.url.endsWith('.ts'))
    return new Worker(new URL('./worker.js', import.meta.url), { workerData: options });
  const start = `import('${import.meta.resolve('tsx/esm/api')}').then(({ register }) => { register(); return import('${new URL('./worker.ts', import.meta.url)}'); })`;
  return new Worker(start, { eval: true, workerData: options });
}
