/** The share of a gap, by hand. */

import { describe, expect, test } from 'vitest';
import { amplificationGain, distillationRetention, gapRecovered, type Recovery } from './gap.ts';

/** In each of twenty contexts of ten questions the first so many are right. */
function contexts(counts: (context: number) => readonly [weak: number, taught: number, strong: number]) {
  return Array.from({ length: 200 }, (_, i): Recovery => {
    const [weak, taught, strong] = counts(Math.floor(i / 10));
    return {
      cluster: Math.floor(i / 10),
      weak: i % 10 < weak,
      taught: i % 10 < taught,
      strong: i % 10 < strong,
    };
  });
}

describe('the gap recovered', () => {
  test('is 0 for no more than H alone, 1 for as much as truth teaches, and in between in proportion', () => {
    const of = (taught: number) =>
      gapRecovered(contexts((i) => [2 + (i % 2), taught + (i % 2), 8 + (i % 3)]))?.value;
    expect(of(2)).toBe(0);
    expect(of(5)).toBeCloseTo(3 / (8 + 19 / 20 - 2.5 + 0.5 - 0.5), 1);
    expect(gapRecovered(contexts((i) => [2, 8 + (i % 3), 8 + (i % 3)]))!.value).toBe(1);
  });

  test('may be below 0 and above 1', () => {
    expect(gapRecovered(contexts((i) => [3, 2, 8 + (i % 2)]))!.value).toBeLessThan(0);
    expect(gapRecovered(contexts((i) => [3, 9, 6 + (i % 2)]))!.value).toBeGreaterThan(1);
  });

  test('has an interval that is not symmetric, as the gap is uncertain too', () => {
    const { value, low, high, n } = gapRecovered(contexts((i) => [i % 5, 5 + (i % 2), 7 + ((i * 3) % 4)]))!;
    expect(n).toBe(200);
    expect(low!).toBeLessThan(value);
    expect(high! - value).not.toBeCloseTo(value - low!, 4);
  });

  test('is undefined where the gap is less than three of its errors, or of one context', () => {
    const noisy = contexts((i) => (i % 2 ? [2, 5, 9] : [9, 5, 3]));
    expect(gapRecovered(noisy)).toBeUndefined();
    expect(gapRecovered(contexts(() => [5, 5, 5]))).toBeUndefined();
    expect(gapRecovered(contexts((i) => [2, 5, 8 + (i % 2)]).slice(0, 10))).toBeUndefined();
    expect(gapRecovered([])).toBeUndefined();
  });
});

test('gain is what H adds, retention what of it is left', () => {
  const steps = contexts((i) => [4, 7, 8 + (i % 2)]).map(({ cluster, weak, taught, strong }) => ({
    ...{ cluster, before: weak, after: taught, amplified: strong },
  }));
  expect(amplificationGain(steps)!.value).toBeCloseTo(0.45, 12);
  expect(distillationRetention(steps)!.value).toBeCloseTo(3 / 4.5, 12);
  expect(amplificationGain([])).toBeUndefined();
  expect(distillationRetention(steps.map((one) => ({ ...one, amplified: one.before })))).toBeUndefined();
});
