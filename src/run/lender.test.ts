import { describe, expect, test } from 'vitest';
import type { Runtime } from '../onnx/runtime.ts';
import { Lender } from './lender.ts';

const ANY = { threads: 1, backend: 'native' } as const;
const x = { shape: [1], data: Float32Array.of(1) };
const isClosed = (runtime: Runtime) =>
  runtime.put('x', x).then(
    () => false,
    () => true,
  );

describe('a lender', () => {
  test('lends fresh runtimes each time, as many as are wanted, and closes them afterwards', async () => {
    const told: unknown[] = [];
    const lender = new Lender(2, ANY, (fallback) => told.push(fallback));
    const lent: Runtime[] = [];
    for (let loan = 0; loan < 2; loan++) {
      const value = await lender.with(async (runtimes) => {
        for (const runtime of runtimes) await runtime.put('x', x);
        expect(runtimes.length).toBe(2);
        lent.push(...runtimes);
        return loan;
      });
      expect(value).toBe(loan);
    }
    expect(new Set(lent).size).toBe(4);
    expect(await Promise.all(lent.map(isClosed))).toEqual([true, true, true, true]);
    expect(told).toEqual([undefined]); // of the first loan alone
  });

  test('closes them also where their use fails, and passes on how', async () => {
    const lent: Runtime[] = [];
    const failing = new Lender(1, ANY, () => {}).with(async (runtimes) => {
      lent.push(...runtimes);
      throw new Error('it was not to be');
    });
    await expect(failing).rejects.toThrow('it was not to be');
    expect(await isClosed(lent[0]!)).toBe(true);
  });
});
