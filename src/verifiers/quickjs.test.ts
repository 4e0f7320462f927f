/** Programs that strangers wrote: right ones, wrong ones, and those that want out. */

import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { builtProgram } from '../../test/built.ts';
import { isLong } from '../../test/long.ts';
import { scope } from '../core/budget.ts';
import type { Clock } from '../gateway/clock.ts';
import type { TextQuestion } from '../text/question.ts';
import type * as Module from './quickjs.ts';
import { unitTest } from './unit-test.ts';

/** As it is shipped: from its sources each thread would have a compiler of its own to start. */
const { expectPackage, quickjs }: typeof Module = await import(
  join(builtProgram(), 'dist/verifiers/quickjs.js')
);

const MIB = 2 ** 20;
const run = quickjs({ milliseconds: 1000 });
const ran = (program: string, input = '') => run(program, input, scope());
const said = async (program: string, input = '') => {
  const end = await ran(program, input);
  return end.kind === 'output' ? end.text : end;
};

describe('a program', () => {
  test('has its input, and says lines, now or in a promise', async () => {
    expect(
      await said('print(input.split("").reverse().join(""), 2n ** 70n); console.log([1, 2])', 'añb'),
    ).toBe('bña 1180591620717411303424\n1,2');
    expect(await said('async function main() { await null; print(input) }\nmain()', 'later')).toBe('later');
    expect(await said('```js\nprint(1)\n```')).toBe('1');
    expect(await said('')).toBe('');
  });

  test('says of whole numbers what JavaScript says of them', () =>
    fc.assert(
      fc.asyncProperty(fc.array(fc.maxSafeInteger(), { maxLength: 5 }), async (numbers) => {
        const program = 'print(JSON.parse(input).map((n) => (n * 7) % 1013).join())';
        expect(await said(program, JSON.stringify(numbers))).toBe(numbers.map((n) => (n * 7) % 1013).join());
      }),
      { numRuns: 5 },
    ));

  test.each([
    ['throw new TypeError("no")', 'it stopped with TypeError: no'],
    ['throw { name: 1 }', 'it stopped with {"name":1}'],
    ['throw undefined', 'it stopped with nothing'],
    ['let let = 1', 'it stopped with SyntaxError: '],
    ['import fs from "node:fs"', 'it stopped with SyntaxError: '],
    ['function f() { return f() + 1 } f()', 'it stopped with InternalError: stack overflow'],
    ['for (;;) print("x".repeat(1e5)), input += "x"; ', 'it '],
    ['print("x".repeat(2 ** 21))', 'it said more than 1048576 characters'],
  ])('that goes wrong says why: %s', async (program, reason) => {
    expect(await ran(program)).toEqual({ kind: 'failed', reason: expect.stringContaining(reason) });
  });
});

describe('a wall', () => {
  test.each([
    'for (;;);',
    'Array(2 ** 32 - 1).indexOf(1)',
    '/(a+)+b/.test("a".repeat(50))',
    'const again = () => Promise.resolve().then(again); again()',
    'try { for (;;); } finally { for (;;); }',
    'print({ toString() { for (;;); } })',
    'throw { get name() { for (;;); } }',
  ])('ends what does not end: %s', async (program) => {
    const soon = quickjs({ milliseconds: 100 });
    expect(await soon(program, '', scope())).toEqual({
      kind: 'failed',
      reason: 'it did not stop in 100 ms',
    });
  });

  test.each([
    ...(isLong ? ['const all = []; for (;;) all.push(new Uint8Array(1e5))'] : []),
    'let text = "x"; for (;;) text += text',
    'new ArrayBuffer(2 ** 30)',
    'new Array(2 ** 32 - 1).fill(0)',
    'let list = []; for (;;) list = [list, list]',
  ])('bounds what is held: %s', async (program) => {
    const small = quickjs({ milliseconds: 20_000, memoryBytes: 8 * MIB });
    const before = process.memoryUsage().rss;
    const end = await small(program, '', scope());
    expect(end).toEqual({
      kind: 'failed',
      reason: expect.stringMatching(/memory|string too long/),
    });
    expect(process.memoryUsage().rss - before).toBeLessThan(200 * MIB);
  });

  test('shows nothing of the world: no process, no modules, no network, no clock but its own', async () => {
    const names = ['process', 'require', 'module', 'fetch', 'XMLHttpRequest', 'WebSocket', 'Worker', 'Deno'];
    const more = ['setTimeout', 'setImmediate', 'Buffer', 'std', 'os', 'WebAssembly', 'SharedArrayBuffer.x'];
    const all = [...names, ...more].map((name) => `typeof ${name}`).join(', ');
    expect(await said(`print(new Set([${all}]).size, typeof process)`)).toBe('1 undefined');
    expect(await said('import("node:fs").then(() => print("in"), () => print("out"))')).toBe('out');
  });

  test.each([
    'this.constructor.constructor("return process")()',
    'print.constructor("return process")()',
    'console.log.constructor.constructor("return globalThis.process.env")()',
    'Object.getPrototypeOf(async () => {}).constructor("return require")().then(print)',
    'Error.prepareStackTrace = (_, frames) => frames.map((frame) => frame.getThis()); throw new Error("x")',
  ])('is not got over by way of a prototype: %s', async (program) => {
    const end = await ran(program);
    if (end.kind === 'output') expect(end.text).toBe('');
    else expect(end.reason).toMatch(/ReferenceError|TypeError|Error: x/);
  });

  test('keeps programs apart, whatever one does to what it was given', async () => {
    const spoil =
      'Object.prototype.input = "spoilt"; String = print = undefined; Array.prototype.map = () => 7;';
    expect(await said(`${spoil} console.log(1)`)).toMatchObject({ kind: 'failed' });
    expect(await said('print(input, ({}).input)', 'own')).toBe('own undefined');
  });

  test('ends at once when nobody waits any more', async () => {
    const controller = new AbortController();
    const long = quickjs({ milliseconds: 60_000 });
    const end = long('for (;;);', '', scope({}, controller.signal));
    setTimeout(() => controller.abort(new Error('enough')), 100);
    await expect(end).rejects.toThrow('enough');
  });

  test('goes by the clock that it is given, from when the program begins', async () => {
    const waited: number[] = [];
    const clock: Clock = {
      now: () => 0,
      sleep: async (ms) => {
        waited.push(ms);
      },
    };
    const end = await quickjs({ milliseconds: 60_000, clock })('for (;;);', '', scope());
    expect([end.kind, waited]).toEqual(['failed', [60_000]]);
  });
});

test('without the package it is said what to install; limits that make no sense are refused', async () => {
  const gone = expectPackage(async () => {
    throw new Error('Cannot find package');
  });
  await expect(gone).rejects.toThrow('npm install quickjs-emscripten@0.32');
  expect(() => quickjs({ milliseconds: 0 })).toThrow('milliseconds: expected an integer');
  expect(() => quickjs({ memoryBytes: 2 ** 40 })).toThrow('memoryBytes: expected an integer');
});

const tests = unitTest<TextQuestion>({
  run,
  cases: () => [
    { input: '12 18', output: '6' },
    { input: '7 5', output: '1' },
  ],
});
const GCD = 'let [a, b] = input.split(" ").map(Number); while (b) [a, b] = [b, a % b]; print(a)';
const claims = [GCD, GCD.replace('a % b', 'a - b'), 'print(6)', 'print('].map((answer) => ({
  question: { text: 'Their greatest common divisor?' },
  answer,
}));

test('right programs pass, wrong ones fail with the case that shows it', async () => {
  const verdicts = await tests.verify(claims, scope());
  expect(verdicts.map(({ kind, reason }) => [kind, reason])).toEqual([
    ['pass', undefined],
    ['fail', 'case 1 of 2: it did not stop in 1000 ms'],
    ['fail', 'case 2 of 2: expected «1», got «6»'],
    ['fail', expect.stringContaining('case 1 of 2: it stopped with SyntaxError')],
  ]);
});
