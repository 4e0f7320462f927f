/** The worker from outside: what stays in it, what comes back, and what happens when it cannot. */

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  add,
  constant,
  input,
  matmul,
  mul,
  type Node,
  normalize,
  sum,
  transposed,
} from '../autodiff/graph.ts';
import { CapstanError } from '../base/errors.ts';
import { lower, type Program } from './lower.ts';
import { Meter } from './meter.ts';
import { Runtime } from './runtime.ts';
import type { Backend, Tensor } from './session.ts';

const BACKENDS: readonly Backend[] = ['native', 'wasm'];

const scalar = (value: number): Tensor => ({ shape: [1], data: Float32Array.of(value) });

/** A tensor of fixed, irregular numbers: sums of them differ with the order of adding. */
const irregular = (rows: number, columns: number): Tensor => ({
  shape: [rows, columns],
  data: Float32Array.from({ length: rows * columns }, (_, i) => Math.sin(i * i)),
});

/** x·xᵀ·x·xᵀ … of normalized rows. */
function products(size: number, count: number): Program {
  const x = input('x', [size, size]);
  let y: Node = x;
  for (let i = 0; i < count; i++) y = normalize(matmul(y, transposed(y)));
  return lower({ y, total: sum(mul(y, y), [0, 1]) });
}

/** What an error says; fails where there is none. */
async function refusal(promise: Promise<unknown>): Promise<{ code: string; message: string }> {
  const error = await promise.then(
    () => undefined,
    (cause: unknown) => cause,
  );
  expect(error).toBeInstanceOf(CapstanError);
  const { code, message } = error as CapstanError;
  return { code, message };
}

describe.each(BACKENDS)('a %s runtime', (backend) => {
  let runtime: Runtime;
  const count = input('count', [1]);
  const step = input('step', [1]);
  const counter = lower({ count: add(count, step), double: mul(add(count, step), constant(2)) });

  beforeAll(async () => {
    runtime = await Runtime.open({ backend, threads: 1 });
  });
  afterAll(() => runtime.close());

  test('says what it runs on', () => {
    expect(runtime.backend).toBe(backend);
    expect(runtime.fallback).toBeUndefined();
  });

  test('keeps state in slots from run to run, and gives back the other outputs', async () => {
    const session = await runtime.load(counter);
    await runtime.put('state', scalar(100));
    for (let i = 1; i <= 10; i++) {
      const outputs = await session.run({ step: scalar(i) }, { count: 'state' }, { count: 'state' });
      expect(outputs).toEqual({ double: scalar(2 * (100 + (i * (i + 1)) / 2)) });
    }
    expect(await runtime.get('state')).toEqual(scalar(155));
  });

  test('answers in the order of asking, without being waited for', async () => {
    const session = await runtime.load(counter);
    const put = runtime.put('busy', scalar(0));
    const runs = Array.from({ length: 10 }, () =>
      session.run({ step: scalar(1) }, { count: 'busy' }, { count: 'busy' }),
    );
    expect(await runtime.get('busy')).toEqual(scalar(10));
    await put;
    const doubles = (await Promise.all(runs)).map(({ double }) => double!.data[0]);
    expect(doubles).toEqual([2, 4, 6, 8, 10, 12, 14, 16, 18, 20]);
  });

  test('leaves what it was fed untouched', async () => {
    const session = await runtime.load(counter);
    const fed = { count: scalar(1), step: scalar(2) };
    await session.run(fed);
    expect(fed).toEqual({ count: scalar(1), step: scalar(2) });
  });

  test('runs a program without inputs, and one whose output is an input', async () => {
    const session = await runtime.load(lower({ same: count, two: add(constant(1), constant(1)) }));
    expect(await session.run({ count: scalar(7) })).toEqual({
      same: scalar(7),
      two: { shape: [], data: Float32Array.of(2) },
    });
  });

  test('counts operations and the seconds in ONNX Runtime', async () => {
    const meter = new Meter();
    const counted = await Runtime.open({ backend: 'native', threads: 1 }, meter);
    const program = products(64, 2);
    const session = await counted.load(program);
    const loading = meter.seconds;
    expect(loading).toBeGreaterThan(0);
    for (let i = 0; i < 3; i++) await session.run({ x: irregular(64, 64) });
    expect(counted.operations).toBe(3 * program.operations);
    expect(meter.seconds).toBeGreaterThan(loading);
    await counted.close();
  });

  test('explains what it refuses, and goes on', async () => {
    const session = await runtime.load(counter);
    const short = { shape: [1], data: new Float32Array(2) };
    const ints = { shape: [1], data: new Int32Array(1) };
    const graph = runtime.load({ ...counter, model: Uint8Array.of(1, 2, 3) });
    expect(await refusal(graph)).toEqual({
      code: 'runtime',
      message: expect.stringMatching(/^ONNX Runtime refused a graph: .*protobuf/),
    });
    expect(await refusal(session.run({ count: scalar(1) }))).toEqual({
      code: 'runtime',
      message: expect.stringMatching(/'step' is missing/),
    });
    expect(await refusal(session.run({ count: irregular(2, 1), step: scalar(1) }))).toEqual({
      code: 'runtime',
      message: expect.stringMatching(/[Ii]nvalid (dimensions|rank) for input: count/),
    });
    expect(await refusal(session.run({ count: short, step: scalar(1) }))).toEqual({
      code: 'runtime',
      message: expect.stringMatching(/size\(1\) does not match data length\(2\)/),
    });
    expect(await refusal(session.run({ count: ints, step: scalar(1) }))).toEqual({
      code: 'runtime',
      message: expect.stringMatching(/[Uu]nexpected input data type/),
    });
    expect(await refusal(session.run({ step: scalar(1) }, { count: 'nothing' }))).toEqual({
      code: 'invalid',
      message: 'slot nothing: expected a tensor, got an empty slot',
    });
    expect(await refusal(runtime.get('nothing'))).toEqual({
      code: 'invalid',
      message: 'slot nothing: expected a tensor, got an empty slot',
    });
    const { double } = await session.run({ count: scalar(1), step: scalar(2) });
    expect(double).toEqual(scalar(6));
  });

  test('says so when a released session is run', async () => {
    const session = await runtime.load(counter);
    await session.release();
    expect(await refusal(session.run({ count: scalar(1), step: scalar(1) }))).toEqual({
      code: 'invalid',
      message: 'run: expected a loaded session, got a released one',
    });
  });
});

test('the thread that asks is free while a graph runs', async () => {
  const meter = new Meter();
  const runtime = await Runtime.open({ backend: 'native', threads: 1 }, meter);
  const session = await runtime.load(products(768, 6));
  const x = irregular(768, 768);
  const started = performance.now();
  let last = started;
  let longest = 0;
  const timer = setInterval(() => {
    longest = Math.max(longest, performance.now() - last);
    last = performance.now();
  }, 1);
  await session.run({ x });
  clearInterval(timer);
  const whole = performance.now() - started;
  // Were it not, one gap would be the whole run.
  expect(longest).toBeLessThan(whole / 2);
  expect(meter.seconds).toBeGreaterThan(whole / 2000);
  await runtime.close();
});

test.each(BACKENDS)('one thread and two give the same bits on the %s backend', async (backend) => {
  const outputs = [];
  for (const threads of [1, 2]) {
    const runtime = await Runtime.open({ backend, threads });
    outputs.push(await (await runtime.load(products(128, 4))).run({ x: irregular(128, 128) }));
    await runtime.close();
  }
  expect(outputs[0]!.y!.data.every(Number.isFinite)).toBe(true);
  expect(outputs[1]).toEqual(outputs[0]);
});

describe('closing', () => {
  test('refuses what is in flight and what is asked later', async () => {
    const runtime = await Runtime.open({ backend: 'native', threads: 1 });
    const session = await runtime.load(products(1024, 4));
    const x = irregular(1024, 1024);
    const first = session.run({ x });
    const runs = Promise.all([2, 3].map(() => refusal(session.run({ x }))));
    expect(Object.keys(await first)).toEqual(['y', 'total']);
    await runtime.close(); // inside the second run
    const closed = { code: 'runtime', message: 'the runtime was closed' };
    expect(await runs).toEqual([closed, closed]);
    expect(await refusal(runtime.get('anything'))).toEqual(closed);
    expect(await refusal(session.run({ x }))).toEqual(closed);
  });

  test('can be done twice', async () => {
    const runtime = await Runtime.open({ backend: 'native', threads: 1 });
    await runtime.close();
    await runtime.close();
  });
});

describe('where the native library cannot be loaded', () => {
  /** Runs a script in a process in which nothing finds onnxruntime-node, in no thread. */
  async function withoutNative(script: string): Promise<unknown> {
    const hooks = `export async function resolve(name, context, next) {
      if (name === 'onnxruntime-node') throw new Error('no binary for this machine\\nand more about it');
      return next(name, context);
    }`;
    const preload = `import { register } from 'node:module'; register(${JSON.stringify(moduleOf(hooks))});`;
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['--import', 'tsx', '--import', moduleOf(preload), '--input-type=module', '--eval', script],
      { cwd: new URL('../../', import.meta.url) },
    );
    return JSON.parse(stdout);
  }

  const moduleOf = (code: string): string => `data:text/javascript,${encodeURIComponent(code)}`;
  const fileOf = (path: string): string => JSON.stringify(new URL(path, import.meta.url).href);

  test('«auto» takes WebAssembly, says why, and computes the same; «native» throws', async () => {
    const found = await withoutNative(`
      const { Runtime } = await import(${fileOf('./runtime.ts')});
      const { lower } = await import(${fileOf('./lower.ts')});
      const { input, matmul } = await import(${fileOf('../autodiff/graph.ts')});
      const runtime = await Runtime.open({ backend: 'auto', threads: 1 });
      const x = input('x', [2, 2]);
      const session = await runtime.load(lower({ y: matmul(x, x) }));
      const { y } = await session.run({ x: { shape: [2, 2], data: Float32Array.of(1, 2, 3, 4) } });
      await runtime.close();
      const refused = await Runtime.open({ backend: 'native', threads: 1 }).catch((error) => error);
      console.log(JSON.stringify({
        backend: runtime.backend, fallback: runtime.fallback, y: [...y.data],
        refused: { name: refused.name, code: refused.code, message: refused.message },
      }));
    `);
    expect(found).toEqual({
      backend: 'wasm',
      fallback: 'no binary for this machine',
      y: [7, 10, 15, 22],
      refused: {
        name: 'CapstanError',
        code: 'runtime',
        message: expect.stringMatching(
          /^ONNX Runtime has no native library here: no binary for this machine/,
        ),
      },
    });
  });
});

test('«auto» takes the native library where there is one', async () => {
  const runtime = await Runtime.open({ backend: 'auto', threads: 1 });
  expect({ backend: runtime.backend, fallback: runtime.fallback }).toEqual({
    backend: 'native',
    fallback: undefined,
  });
  await runtime.close();
});
