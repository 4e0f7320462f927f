/** What can be checked afterwards, by hand. */

import { describe, expect, test } from 'vitest';
import { auditability, replayDeterminism, tracing } from './auditability.ts';

const sound = { hash: true, parent: true, inputs: true, model: true };

describe('auditability', () => {
  test('is whole only if every link of every decision verifies', () => {
    const decisions = Array.from({ length: 50 }, (_, cluster) => ({ cluster, verifies: sound }));
    expect(auditability(decisions)).toMatchObject({ verified: { value: 1, n: 50 }, isWhole: true });
    expect(auditability(decisions)!.verified.low).toBeLessThan(0.95);
    const damaged = decisions.map((one, i) =>
      i === 3 ? { ...one, verifies: { ...sound, parent: false, model: false } } : one,
    );
    const found = auditability(damaged)!;
    expect(found).toMatchObject({ verified: { value: 0.98 }, isWhole: false });
    expect(found.links).toMatchObject({
      hash: { value: 1 },
      parent: { value: 0.98 },
      model: { value: 0.98 },
    });
    expect(auditability([])).toBeUndefined();
  });

  test('of replays is the share that say the same', () => {
    const replays = ['a', 'b', 'c', 'c'].map((again, cluster) => ({
      cluster,
      first: 'abcd'[cluster]!,
      again,
    }));
    expect(replayDeterminism(replays)).toMatchObject({ value: 0.75, n: 4 });
    expect(replayDeterminism([])).toBeUndefined();
  });
});

describe('tracing', () => {
  const traces = (clicks: readonly (number | undefined)[]) =>
    clicks.map((one) => ({ found: one === undefined ? undefined : { clicks: one, seconds: one / 10 } }));

  // Ranks of the exact interval of a median (Hahn & Meeker 1991, table A.15; Conover 1999, §3.2).
  test.each([
    [10, 2, 9],
    [20, 6, 15],
    [50, 18, 33],
  ])('of %i has a median whose interval is from the value of rank %i to that of rank %i', (n, low, high) => {
    const found = tracing(traces(Array.from({ length: n }, (_, i) => i + 1)))!;
    expect(found.clicks).toEqual({ value: (n + 1) / 2, low, high, n });
    expect(found.seconds!.value).toBeCloseTo((n + 1) / 20, 12);
    expect(found.found.value).toBe(1);
  });

  test('counts what was not found as longer than all', () => {
    const found = tracing(traces([3, undefined, 1, 2, 5]))!;
    expect(found.found).toMatchObject({ value: 0.8, n: 5 });
    expect(found.clicks).toEqual({ value: 3, low: null, high: null, n: 5 }); // five tell no 95 % interval
    expect(tracing(traces([1, undefined, undefined]))!.clicks).toBeUndefined();
    expect(tracing([])).toBeUndefined();
  });
});
