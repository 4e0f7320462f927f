import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Random } from '../base/random.ts';
import { type Count, type Proportion, proportion } from './proportion.ts';

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

/** What Wilson (1927) published, for independent questions, written down anew. */
function wilson({ right, n }: Count, z = 1.959964): { readonly low: number; readonly high: number } {
  const value = right / n;
  const centre = (value + z ** 2 / (2 * n)) / (1 + z ** 2 / n);
  const spread = (z / (1 + z ** 2 / n)) * Math.sqrt((value * (1 - value)) / n + z ** 2 / (4 * n ** 2));
  return { low: centre - spread, high: centre + spread };
}

/** Clusters of one question each. */
const alone = ({ right, n }: Count): readonly Count[] =>
  Array.from({ length: n }, (_, i) => ({ right: i < right ? 1 : 0, n: 1 }));

describe('of clusters of one question the interval is the one that Wilson published, a little wider as t is', () => {
  // Newcombe 1998, "Two-sided confidence intervals for the single proportion", table I, method 3.
  test.each([
    [81, 263, 0.2553, 0.3662],
    [15, 148, 0.0624, 0.1605],
    [0, 20, 0, 0.1611],
    [1, 29, 0.0061, 0.1718],
  ])('%i of %i: %f to %f', (right, n, low, high) => {
    const published = wilson({ right, n });
    expect(published.low).toBeCloseTo(low, 4);
    expect(published.high).toBeCloseTo(high, 4);
    const interval = proportion(alone({ right, n }));
    expect(interval).toMatchObject({ value: right / n, n });
    expect(interval.low).toBeLessThanOrEqual(published.low + ROUNDING);
    expect(interval.high).toBeGreaterThanOrEqual(published.high);
    expect(halfWidth(interval)).toBeLessThan((1 + 3 / n) * ((high - low) / 2));
  });

  test.each([
    [100, 0.045],
    [200, 0.031],
    [400, 0.022],
    [1000, 0.014],
    [2000, 0.0096],
  ])('a share of .95 is known by %i questions to ± %f', (n, half) => {
    const got = halfWidth(proportion(alone({ right: 0.95 * n, n })));
    expect(Math.abs(got / half - 1)).toBeLessThan(0.03);
  });
});

describe('few clusters widen it by Student’s t', () => {
  // Two-sided 95 %, from any table; the expansion is a little below where there is least freedom.
  test.each([
    [7, 2.3646, 0.07],
    [15, 2.1314, 0.015],
    [31, 2.0395, 0.004],
    [63, 1.9983, 0.001],
    [127, 1.9788, 0.0003],
  ])('of %i degrees of freedom, %f', (freedom, quantile, error) => {
    const even = Array.from({ length: freedom + 1 }, () => ({ right: 1, n: 2 }));
    const size = (2 * (freedom + 1)) / 1.05; // two questions of correlation .05
    const half = halfWidth(proportion(even));
    // Wilson's half-width at a share of ½ is t / (2 √(size + t²)).
    const t = (2 * half * Math.sqrt(size)) / Math.sqrt(1 - 4 * half ** 2);
    expect(t).toBeLessThan(quantile);
    expect(t).toBeGreaterThan(quantile - error);
  });

  test('the fewer the wider, down to a single one', () => {
    const widths = [1, 2, 4, 8, 16, 32].map((count) =>
      halfWidth(proportion(Array.from({ length: count }, () => ({ right: 24 / count, n: 32 / count })))),
    );
    expect(widths).toEqual([...widths].sort((a, b) => b - a));
    expect(new Set(widths).size).toBe(widths.length);
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
      expect(low).toBeLessThanOrEqual(value);
      expect(high).toBeGreaterThanOrEqual(value);
      expect(high).toBeLessThanOrEqual(1);
    }));

  test('the interval is never narrower than that of independent questions', () =>
    claim((counts, { low, high }) => {
      const independent = wilson(pooled(counts));
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

  test('a cluster without questions says nothing', () =>
    claim((counts, got) => {
      expect(proportion([...counts, { right: 0, n: 0 }])).toEqual(got);
    }));
});

/** The interval with the number of questions divided by an effect, and the quantile that so many clusters have. */
function withEffect(counts: readonly Count[], effect: number) {
  const { right, n } = pooled(counts);
  const z = 1.959964;
  return wilson({ right: right / effect, n: n / effect }, z + (z ** 3 + z) / (4 * (counts.length - 1)));
}
const expectInterval = (got: Proportion, expected: { readonly low: number; readonly high: number }) => {
  expect(got.low).toBeCloseTo(expected.low, 9);
  expect(got.high).toBeCloseTo(expected.high, 9);
};

describe('the design effect', () => {
  test('is at least that of a correlation of .05, which clusters that are all alike seem not to have', () => {
    const alike = Array.from({ length: 20 }, () => ({ right: 6, n: 8 }));
    expectInterval(proportion(alike), withEffect(alike, 1 + 7 * 0.05));
  });

  test('is the size of the clusters, where each stands or falls as a whole (Kish 1965)', () => {
    const whole = Array.from({ length: 400 }, (_, i) => ({ right: i % 4 === 0 ? 0 : 8, n: 8 }));
    expectInterval(proportion(whole), withEffect(whole, (8 * 400) / 399));
  });

  test('counts a question by the size of its own cluster, where sizes differ', () => {
    const uneven = [64, 1, 1, 1, 1].map((n) => ({ right: n, n }));
    expectInterval(proportion(uneven), withEffect(uneven, 1 + ((64 ** 2 + 4) / 68 - 1) * 0.05));
  });
});

describe('of nothing', () => {
  test('nothing is known', () => {
    expect(proportion([])).toEqual({ value: 0, low: 0, high: 1, n: 0 });
    expect(proportion([{ right: 0, n: 0 }])).toEqual({ value: 0, low: 0, high: 1, n: 0 });
  });
});

describe('all right or all wrong', () => {
  test.each([
    [1, 1],
    [20, 1],
    [1, 32],
    [4, 32],
    [32, 32],
  ])('in %i clusters of %i, the interval ends there and begins before', (count, size) => {
    const of = (right: number) => proportion(Array.from({ length: count }, () => ({ right, n: size })));
    const [right, wrong] = [of(size), of(0)];
    expect(right).toMatchObject({ value: 1, high: 1 });
    expect(wrong).toMatchObject({ value: 0, low: 0 });
    expect(wrong.high).toBeCloseTo(1 - right.low, 9);
    // Wilson at p = 1: n / (n + z²).
    expect(right.low).toBeLessThan((count * size) / (count * size + 1.959964 ** 2));
    expect(right.low).toBeGreaterThan(0);
  });

  test('the gate of a run, 1024 questions about 32 contexts, is as sure as it says', () => {
    const { low } = proportion(Array.from({ length: 32 }, () => ({ right: 32, n: 32 })));
    expect(low).toBeCloseTo(0.9898, 4);
  });
});

describe('in 2000 experiments the interval holds the truth in about 95 of 100', () => {
  /** How often it held, and how often all of it lay above: that is when a gate passes somebody it should not. The
   *  questions of a context have that correlation (beta-binomial, drawn from Pólya's urn). */
  function coverage(
    contexts: number,
    questions: number,
    rate: number,
    correlation: number,
    of: (counts: readonly Count[]) => Proportion = proportion,
  ): { readonly held: number; readonly above: number } {
    const random = Random.seeded(7);
    const urn = correlation === 0 ? 1e12 : (1 - correlation) / correlation;
    let [held, above] = [0, 0];
    for (let experiment = 0; experiment < 2000; experiment++) {
      const counts = Array.from({ length: contexts }, (): Count => {
        let right = 0;
        for (let i = 0; i < questions; i++) if (random.uniform() * (urn + i) < rate * urn + right) right++;
        return { right, n: questions };
      });
      const { low, high } = of(counts);
      if (low > rate) above++;
      else if (rate <= high) held++;
    }
    return { held: held / 2000, above: above / 2000 };
  }
  const plain = (counts: readonly Count[]) => ({ value: 0, n: 0, ...wilson(pooled(counts)) });

  test.each([0.5, 0.85, 0.9, 0.98])(
    'of 32 contexts with 32 questions at a rate of %f and a correlation of .1, where the plain interval misses it',
    (rate) => {
      const { held, above } = coverage(32, 32, rate, 0.1);
      expect(held).toBeGreaterThan(0.94);
      expect(held).toBeLessThan(0.975);
      expect(above).toBeLessThan(0.04);
      expect(coverage(32, 32, rate, 0.1, plain).held).toBeLessThan(0.75);
    },
  );

  test.each([
    [8, 32],
    [16, 16],
    [64, 8],
    [128, 8],
  ])('of %i contexts with %i questions, at correlations from .05 to .3', (contexts, questions) => {
    for (const correlation of [0.05, 0.1]) {
      const { held, above } = coverage(contexts, questions, 0.9, correlation);
      expect(held).toBeGreaterThan(0.945);
      expect(above).toBeLessThan(0.035);
    }
    // More than was ever measured, and few contexts to tell it from.
    expect(coverage(contexts, questions, 0.9, 0.3).held).toBeGreaterThan(0.89);
  });

  test('of independent questions more often: a little correlation is taken for granted', () => {
    expect(coverage(32, 32, 0.9, 0).held).toBeGreaterThan(0.99);
    expect(coverage(64, 1, 0.85, 0).held).toBeGreaterThan(0.94);
  });
});
