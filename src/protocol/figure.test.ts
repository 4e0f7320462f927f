import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { figure, overSeeds, verdictOf } from './figure.ts';
import type { Figure } from './report.ts';

const share = (value: number, seed: number, width = 0): Figure => ({
  name: 'accuracy',
  unit: 'share',
  value,
  low: Math.max(0, value - width),
  high: Math.min(1, value + width),
  n: 100,
  method: 'a test',
  level: 1,
  seed,
});

describe('a mean over seeds', () => {
  test('is that of the published example: 90, 92 and 94 %, t(2) = 4.3027', () => {
    const [mean] = overSeeds([share(0.9, 1), share(0.92, 2), share(0.94, 3)], 4);
    // s = 0.02; 4.302653 · 0.02 / √3 = 0.049683
    expect(mean).toMatchObject({ n: 3, level: 1, median: 0.92, least: 0.9, most: 0.94 });
    expect(mean!.value).toBeCloseTo(0.92, 12);
    expect(mean!.low).toBeCloseTo(0.92 - 0.049683, 5);
    expect(mean!.high).toBeCloseTo(0.92 + 0.049683, 5);
    expect(mean).not.toHaveProperty('seed');
  });

  test('is never narrower than the seeds’ own intervals are on average, and never outside of its unit', () => {
    const jitter = fc.double({ min: 0, max: 0.01, noNaN: true });
    const width = fc.double({ min: 0, max: 0.5, noNaN: true });
    const values = fc.record({
      base: fc.double({ min: 0, max: 0.99, noNaN: true }),
      seeds: fc.array(fc.record({ jitter, width }), { minLength: 2, maxLength: 6 }),
    });
    fc.assert(
      fc.property(values, ({ base, seeds }) => {
        const own = seeds.map((one, seed) => share(base + one.jitter, seed, one.width));
        const [mean] = overSeeds(own, 4);
        const average = (of: (one: Figure) => number) =>
          own.reduce((sum, one) => sum + of(one), 0) / own.length;
        expect(mean!.low!).toBeLessThanOrEqual(average((one) => one.low!) + 1e-12);
        expect(mean!.high!).toBeGreaterThanOrEqual(
          Math.min(
            1,
            average((one) => one.high!),
          ) - 1e-12,
        );
        expect(mean!.low!).toBeGreaterThanOrEqual(0);
        expect(mean!.high!).toBeLessThanOrEqual(1);
        expect(mean!.low! <= mean!.value && mean!.value <= mean!.high!).toBe(true);
      }),
    );
  });

  test('puts together what is of the same thing, and nothing that one seed alone has', () => {
    const other = { ...share(0.5, 1), level: 2 };
    expect(overSeeds([share(0.9, 1), other, share(0.8, 2)], 4).map(({ level }) => level)).toEqual([1]);
  });
});

describe('a figure', () => {
  test('is none where nothing was counted or nothing has a value, and has its value inside', () => {
    expect(figure('x', 'ratio', undefined, 'm')).toEqual([]);
    expect(figure('x', 'ratio', { value: 1, low: 0, high: 2, n: 0 }, 'm')).toEqual([]);
    expect(figure('x', 'ratio', { value: Number.NaN, low: null, high: null, n: 1 }, 'm')).toEqual([]);
    const [far] = figure('x', 'ratio', { value: 1, low: 0, high: Number.POSITIVE_INFINITY, n: 1 }, 'm');
    expect(far).toMatchObject({ low: null, high: null });
    const [wide] = figure('x', 'share', { value: 0.9, low: -0.1, high: 1.1, n: 2 }, 'm');
    expect(wide).toMatchObject({ low: 0, high: 1 });
    const [rounded] = figure('x', 'ratio', { value: 1, low: 1 + 1e-15, high: 2, n: 1 }, 'm');
    expect(rounded).toMatchObject({ low: 1, high: 2 });
  });

  test.each([
    [0.9, 1, 'at least', 0.8, 'holds'],
    [0.7, 0.79, 'at least', 0.8, 'fails'],
    [0.7, 0.9, 'at least', 0.8, 'open'],
    [0, 0, 'at most', 0, 'holds'],
    [0.1, 0.2, 'at most', 0, 'fails'],
    [null, null, 'at most', 0, 'open'],
  ] as const)('from %d to %d is %s %d: %s', (low, high, relation, target, verdict) => {
    expect(verdictOf({ low, high }, relation, target)).toBe(verdict);
  });
});
