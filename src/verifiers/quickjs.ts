/** Runs programs in JavaScript that strangers wrote: each in QuickJS compiled to WebAssembly, which reaches no disk and no
 *  network, within a memory that is bounded, in a thread of its own that is ended when its time is over. (An interrupt handler
 *  would not do: QuickJS asks it between instructions, and one instruction, a search in a long array or a regular
 *  expression, may take for ever.) The package is no dependency of Capstan's and is loaded when used. */

import { Worker } from 'node:worker_threads';
import { CapstanError, expectInteger, messageOf } from '../base/errors.ts';
import { type Clock, systemClock } from '../gateway/clock.ts';
import type { Order } from './sandbox.ts';
import type { Ran, Runner } from './unit-test.ts';

export interface QuickjsOptions {
  /** That a program may take. */
  readonly milliseconds?: number;
  /** That it may hold. */
  readonly memoryBytes?: number;
  /** Characters that it may say. */
  readonly outputMax?: number;
  readonly clock?: Clock;
}

const MIB = 2 ** 20;
const DEFAULTS = { milliseconds: 1000, memoryBytes: 64 * MIB, outputMax: MIB };
const MOST = { milliseconds: 600_000, memoryBytes: 1024 * MIB, outputMax: 64 * MIB };

/** A program finds its input in `input`, a text, and says its output with `print`, line by line. */
export function quickjs({ clock = systemClock, ...options }: QuickjsOptions = {}): Runner {
  const limits = { ...DEFAULTS, ...options };
  for (const name of ['milliseconds', 'memoryBytes', 'outputMax'] as const)
    expectInteger(name, limits[name], 1, MOST[name]);
  return async (program, input, { signal }) => {
    await expectPackage();
    signal?.throwIfAborted();
    const { memoryBytes, outputMax } = limits;
    const thread = startThread({ program: unfenced(program), input, memoryBytes, outputMax });
    const done = new AbortController();
    const tooLate = async () => {
      await clock.sleep(limits.milliseconds, done.signal);
      return { kind: 'failed', reason: `it did not stop in ${limits.milliseconds} ms` } as const;
    };
    try {
      return await outcome(thread, tooLate, signal);
    } finally {
      done.abort();
      await thread.terminate();
    }
  };
}

/** Throws with what to type if it is not there. */
export async function expectPackage(load: () => Promise<unknown> = () => import('quickjs-emscripten')) {
  try {
    await load();
  } catch (error) {
    throw new CapstanError(
      'not-found',
      'package quickjs-emscripten: expected it beside Capstan, to run programs, got none; npm install quickjs-emscripten@0.32',
      { cause: error },
    );
  }
}

/** Its time begins when the interpreter is ready. */
function outcome(thread: Worker, tooLate: () => Promise<Ran>, signal: AbortSignal | undefined): Promise<Ran> {
  let isReady = false;
  return new Promise<Ran>((resolve, reject) => {
    thread.on('message', (said: 'ready' | Ran) => {
      if (said !== 'ready') return resolve(said);
      isReady = true;
      void tooLate().then(resolve);
    });
    thread.on('error', (error) =>
      isReady ? resolve({ kind: 'failed', reason: `it broke down: ${messageOf(error)}` }) : reject(error),
    );
    signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}

/** From the sources, through whatever reads TypeScript. It sees no environment. */
function startThread(order: Order): Worker {
  const options = { workerData: order, env: {} };
  if (!import.meta.url.endsWith('.ts')) return new Worker(new URL('./sandbox.js', import.meta.url), options);
  const start = `import('tsx/esm/api').then(({ register }) => { register(); return import('${new URL('./sandbox.ts', import.meta.url)}'); })`;
  return new Worker(start, { ...options, eval: true });
}

/** Models like to put programs between marks. */
function unfenced(program: string): string {
  return /^\s*```[a-z]*\n([\s\S]*?)\n?```\s*$/.exec(program)?.[1] ?? program;
}
