/** ONNX Runtime, and the only file that imports it. Native where the platform has a binary, WebAssembly elsewhere.
 *  `run` blocks the thread it is called on, so this lives in `worker.ts`. */

import type { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node';
import { CapstanError, messageOf } from '../base/errors.ts';
import { OUTPUT_MARK, type Program } from './lower.ts';
import type { Span } from './meter.ts';

export interface Tensor {
  readonly shape: readonly number[];
  readonly data: Float32Array | Int32Array;
}

export type Tensors = { readonly [name: string]: Tensor };

export type Backend = 'native' | 'wasm';

export interface BackendOptions {
  /** Threads inside one operator. */
  readonly threads: number;
  /** «auto» takes the native library, and WebAssembly where that cannot be loaded. */
  readonly backend: Backend | 'auto';
}

interface Library {
  readonly InferenceSession: {
    create(model: Uint8Array, options: InferenceSession.SessionOptions): Promise<InferenceSession>;
  };
  readonly Tensor: new (
    type: 'float32' | 'int32',
    data: Float32Array | Int32Array,
    dims: readonly number[],
  ) => OrtTensor;
}

/** A loaded library, a set of sessions, and named slots that hold tensors between runs. */
export class Device {
  readonly backend: Backend;
  /** Why the native library is not in use, if it was wanted. */
  readonly fallback: string | undefined;
  readonly #library: Library;
  readonly #threads: number;
  readonly #sessions = new Map<number, InferenceSession>();
  readonly #slots = new Map<string, OrtTensor>();
  #lastSession = 0;
  /** When the latest call was inside ONNX Runtime. */
  busy: Span = { from: 0, until: 0 };

  private constructor(library: Library, backend: Backend, threads: number, fallback?: string) {
    this.#library = library;
    this.backend = backend;
    this.#threads = threads;
    this.fallback = fallback;
  }

  static async open({ backend, threads }: BackendOptions): Promise<Device> {
    if (backend === 'wasm') return new Device(await webAssembly(threads), 'wasm', threads);
    try {
      return new Device((await import('onnxruntime-node')) as unknown as Library, 'native', threads);
    } catch (cause) {
      if (backend === 'native')
        throw new CapstanError('runtime', `ONNX Runtime has no native library here: ${messageOf(cause)}`, {
          cause,
        });
      return new Device(await webAssembly(threads), 'wasm', threads, messageOf(cause).split('\n')[0]);
    }
  }

  async load({ model }: Program): Promise<number> {
    const from = clock();
    try {
      const session = await this.#library.InferenceSession.create(model, {
        intraOpNumThreads: this.#threads,
        interOpNumThreads: 1,
        executionMode: 'sequential',
        // Its rewrites gain nothing here and cost up to 0.2 s for each graph (docs/log.md).
        graphOptimizationLevel: 'disabled',
        logSeverityLevel: 3,
        // Threads that spin while they wait would take the core that the rest of the program runs on.
        extra: { session: { intra_op: { allow_spinning: this.#threads > 1 ? '1' : '0' } } },
      });
      this.busy = { from, until: clock() };
      this.#sessions.set(++this.#lastSession, session);
      return this.#lastSession;
    } catch (cause) {
      throw new CapstanError('runtime', `ONNX Runtime refused a graph: ${messageOf(cause)}`, { cause });
    }
  }

  async unload(session: number): Promise<void> {
    await this.#sessions.get(session)?.release();
    this.#sessions.delete(session);
  }

  put(slot: string, { data, shape }: Tensor): void {
    this.#slots.set(slot, this.#tensor(data, shape));
  }

  get(slot: string): Tensor {
    return plain(this.#slot(slot));
  }

  /** Runs a session. `from` names inputs taken from slots, `into` outputs left in slots; the rest come and go. */
  async run(session: number, feeds: Tensors, from: Wiring = {}, into: Wiring = {}): Promise<Tensors> {
    const loaded = this.#sessions.get(session);
    if (!loaded) throw new CapstanError('invalid', 'run: expected a loaded session, got a released one');
    const inputs: Record<string, OrtTensor> = {};
    for (const [name, { data, shape }] of Object.entries(feeds)) inputs[name] = this.#tensor(data, shape);
    for (const [name, slot] of Object.entries(from)) inputs[name] = this.#slot(slot);
    const started = clock();
    const outputs = await loaded.run(inputs);
    this.busy = { from: started, until: clock() };
    const results: Record<string, Tensor> = {};
    for (const [marked, tensor] of Object.entries(outputs)) {
      const name = marked.slice(OUTPUT_MARK.length);
      const slot = into[name];
      if (slot === undefined) results[name] = shared(tensor as OrtTensor);
      else this.#slots.set(slot, tensor as OrtTensor);
    }
    return results;
  }

  #tensor(data: Float32Array | Int32Array, shape: readonly number[]): OrtTensor {
    // The library takes no shared memory; slice makes it this thread's own.
    const own = data.buffer instanceof SharedArrayBuffer ? data.slice() : data;
    return new this.#library.Tensor(own instanceof Int32Array ? 'int32' : 'float32', own, shape);
  }

  #slot(name: string): OrtTensor {
    const tensor = this.#slots.get(name);
    if (!tensor) throw new CapstanError('invalid', `slot ${name}: expected a tensor, got an empty slot`);
    return tensor;
  }
}

/** The same on every thread. */
function clock(): number {
  return performance.timeOrigin + performance.now();
}

/** Input or output name → slot name. */
export type Wiring = { readonly [name: string]: string };

/** A copy that threads hand on without copying it again: gradients go from every replica to every other. */
function shared(tensor: OrtTensor): Tensor {
  const { shape, data } = plain(tensor);
  const memory = new SharedArrayBuffer(data.byteLength);
  const copy = data instanceof Int32Array ? new Int32Array(memory) : new Float32Array(memory);
  copy.set(data);
  return { shape, data: copy };
}

function plain(tensor: OrtTensor): Tensor {
  return { shape: tensor.dims, data: tensor.data as Float32Array | Int32Array };
}

async function webAssembly(threads: number): Promise<Library> {
  const library = await import('onnxruntime-web');
  library.env.wasm.numThreads = threads;
  return library as unknown as Library;
}
