import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Count, type Proportion, proportion } from './proportion.ts';
import { Random } from './random.ts';

/** Clusters as a person would count them: more right than asked cannot happen. */
const cluster = fc
  .integer({ min: 1, max: 64 })
  .chain((n) => fc.record({ right: fc.integer({ min: 0, max: n }), n: fc.constant(n) }));
const clusters = fc.array(cluster, { minLength: 1, maxLength: 30 });

const pooled = (counts: readonly Count[]): Count => ({
  right: counts.reduce((total, { right }) => total + right, 0),
  n: counts.reduce((total, { n }) => total + n, 0),
});
const halfWidth = ({ low, high }: Proportion) => (high - low) / 2;
const ROUNDING = 1e-12;
const SEEDED = { seed: 1 };

describe('the interval of one cluster is the one that Wilson published', () => {
  // Newcombe 1998, "Two-sided confidence intervals for the single proportion", table I, method 3.
  test.each([
    [81, 263, 0.2553, 0.3662],
    [15, 148, 0.0624, 0.1605],
    [0, 20, 0, 0.1611],
    [1, 29, 0.0061, 0.1718],
  ])('%i of %i: %f to %f', (right, n, low, high) => {
    const interval = proportion([{ right, n }]);
    expect(interval.value).toBe(right / n);
    expect(interval.low).toBeCloseTo(low, 4);
    expect(interval.high).toBeCloseTo(high, 4);
    expect(interval.n).toBe(n);
  });

  test.each([
    [100, 0.045],
    [200, 0.031],
    [400, 0.022],
    [1000, 0.014],
    [2000, 0.0096],
  ])('a share of .95 is known by %i questions to ± %f', (n, half) => {
    const digits = half < 0.01 ? 4 : 3;
    expect(halfWidth(proportion([{ right: 0.95 * n, n }]))).toBeCloseTo(half, digits);
  });
});

describe('whatever the clusters', () => {
  const claim = (holds: (counts: readonly Count[], got: Proportion) => void) =>
    fc.assert(
      fc.property(clusters, (counts) => holds(counts, proportion(counts))),
      SEEDED,
    );

  test('0 ≤ low ≤ value ≤ high ≤ 1', () =>
    claim((counts, { low, value, high, n }) => {
      expect(n).toBe(pooled(counts).n);
      expect(value).toBe(pooled(counts).right / n);
      expect(low).toBeGreaterThanOrEqual(0);
      expect(low).toBeLessThanOrEqual(value + ROUNDING);
      expect(high).toBeGreaterThanOrEqual(value - ROUNDING);
      expect(high).toBeLessThanOrEqual(1);
    }));

  test('the interval is never narrower than that of independent questions: the design effect is at least 1', () =>
    claim((counts, { low, high }) => {
      const independent = proportion([pooled(counts)]);
      expect(low).toBeLessThanOrEqual(independent.low + ROUNDING);
      expect(high).toBeGreaterThanOrEqual(independent.high - ROUNDING);
    }));

  test('their order does not matter', () =>
    claim((counts, { low, high }) => {
      const turned = proportion([...counts].reverse());
      expect(turned.low).toBeCloseTo(low, 12);
      expect(turned.high).toBeCloseTo(high, 12);
    }));

  test('the share of wrong answers has the mirrored interval', () =>
    claim((counts, { low, high }) => {
      const wrong = proportion(counts.map(({ right, n }) => ({ right: n - right, n })));
      expect(wrong.low).toBeCloseTo(1 - high, 10);
      expect(wrong.high).toBeCloseTo(1 - low, 10);
    }));

  test('a cluster without questions says nothing about the value', () =>
    claim((counts, { value, n }) => {
      expect(proportion([...counts, { right: 0, n: 0 }])).toMatchObject({ value, n });
    }));
});

describe('the design effect', () => {
  test('is 1 for clusters that are all alike', () => {
    const alike = Array.from({ length: 20 }, () => ({ right: 6, n: 8 }));
    expect(proportion(alike)).toEqual(proportion([pooled(alike)]));
  });

  test('is the size of the clusters, where each stands or falls as a whole (Kish 1965)', () => {
    const whole = Array.from({ length: 400 }, (_, i) => ({ right: i % 4 === 0 ? 0 : 8, n: 8 }));
    const contexts = proportion([{ right: 300, n: 400 }]);
    expect(halfWidth(proportion(whole))).toBeCloseTo(halfWidth(contexts), 3);
  });
});

describe('of nothing', () => {
  test('nothing is known', () => {
    expect(proportion([])).toEqual({ value: 0, low: 0, high: 1, n: 0 });
    expect(proportion([{ right: 0, n: 0 }])).toEqual({ value: 0, low: 0, high: 1, n: 0 });
  });
});

describe('all right or all wrong', () => {
  test.each([1, 20, 1024])('of %i, the interval ends there and begins before', (n) => {
    const right = proportion([{ right: n, n }]);
    const wrong = proportion([{ right: 0, n }]);
    expect(right).toMatchObject({ value: 1, high: 1 });
    expect(wrong).toMatchObject({ value: 0, low: 0 });
    // Wilson at p = 1: n / (n + z²).
    expect(right.low).toBeCloseTo(n / (n + 1.959964 ** 2), 9);
    expect(wrong.high).toBeCloseTo(1 - right.low, 9);
  });
});

describe('in 2000 experiments the interval holds the truth in about 95 of 100', () => {
  const CONTEXTS = 64;
  const QUESTIONS = 8;
  const RATE = 0.85;

  /** How often; with `shared`, a context's questions stand or fall together with that probability. */
  function coverage(shared: number, of: (counts: readonly Count[]) => Proportion): number {
    const random = Random.seeded(7);
    let held = 0;
    for (let experiment = 0; experiment < 2000; experiment++) {
      const counts = Array.from({ length: CONTEXTS }, (): Count => {
        if (random.uniform() < shared)
          return { right: random.uniform() < RATE ? QUESTIONS : 0, n: QUESTIONS };
        let right = 0;
        for (let i = 0; i < QUESTIONS; i++) if (random.uniform() < RATE) right++;
        return { right, n: QUESTIONS };
      });
      const { low, high } = of(counts);
      if (low <= RATE && RATE <= high) held++;
    }
    return held / 2000;
  }
  const plain = (counts: readonly Count[]) => proportion([pooled(counts)]);

  test('of independent questions', () => {
    expect(coverage(0, proportion)).toBeGreaterThan(0.94);
    expect(coverage(0, plain)).toBeGreaterThan(0.94);
  });

  test.each([0.3, 0.6])(
    'of questions with a correlation of %f, where the plain interval misses it',
    (shared) => {
      expect(coverage(shared, plain)).toBeLessThan(0.82);
      expect(coverage(shared, proportion)).toBeGreaterThan(0.925);
    },
  );
});
