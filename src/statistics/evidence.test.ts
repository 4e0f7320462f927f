import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Random } from '../base/random.ts';
import { Evidence } from './evidence.ts';

const OPTIONS = { exceeds: -0.05, least: -1 };

/** The largest wealth that ever was, and how many numbers it took to reach `enough`, if ever. */
function bet(draw: (i: number) => number, many: number, enough = Infinity) {
  const evidence = new Evidence(OPTIONS);
  let [largest, reached] = [0, undefined as number | undefined];
  for (let i = 0; i < many; i++) {
    evidence.add(draw(i));
    const wealth = Math.exp(evidence.log);
    largest = Math.max(largest, wealth);
    if (wealth >= enough) reached ??= i + 1;
  }
  return { largest, reached };
}

/** Differences of a mean: sparse and large, or small and often; whatever lies between −1 and 1. */
const SHAPES: { readonly [name: string]: (random: Random, mean: number) => number } = {
  'one in many falls by all': (random, mean) => (random.uniform() < -mean ? -1 : 0),
  'up or down by all': (random, mean) => (random.uniform() < (1 + mean) / 2 ? 1 : -1),
  'small steps': (random, mean) => mean + 0.1 * (random.uniform() - 0.5),
  'always the same': (_, mean) => mean,
};

describe('evidence that a mean is more', () => {
  test.each(Object.entries(SHAPES))(
    'is false with a chance of at most 1/wealth, whenever one stops: %s',
    (_, draw) => {
      const runs = 2000;
      const wrong = Array.from({ length: runs }, (_, i) => {
        const random = Random.seeded(i);
        return bet(() => draw(random, -0.05), 300).largest >= 20;
      }).filter(Boolean).length;
      // At most 5 %; four standard deviations of it are 2 %.
      expect(wrong / runs).toBeLessThan(0.07);
    },
  );

  test('is found where there is some, the sooner the larger the mean', () => {
    const reached = [-0.02, 0, 0.2].map((mean) => {
      const all = Array.from({ length: 100 }, (_, i) => {
        const random = Random.seeded(i);
        return bet(() => SHAPES['small steps']!(random, mean), 1000, 20).reached ?? Infinity;
      });
      return all.sort((a, b) => a - b)[50]!;
    });
    expect(reached[0]!).toBeLessThan(400);
    expect(reached[1]!).toBeLessThan(100);
    expect(reached[2]!).toBeLessThan(20);
    expect(reached).toEqual([...reached].sort((a, b) => b - a));
  });

  test('never bets more than it has: whatever comes, some is left', () => {
    const numbers = fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { maxLength: 200 });
    fc.assert(
      fc.property(numbers, (values) => {
        const evidence = new Evidence(OPTIONS);
        for (const value of values) evidence.add(value);
        expect(Number.isFinite(evidence.log)).toBe(true);
        expect(evidence.count).toBe(values.length);
        const mean = values.reduce((a, b) => a + b, 0) / Math.max(1, values.length);
        expect(evidence.mean).toBeCloseTo(mean, 9);
      }),
    );
  });

  test('is fair: on a mean of just that, the wealth is expected to stay as it is', () => {
    // Over all 2^10 ways that ten numbers, each -1 or 0.9 with a mean of -0.05, can fall.
    let expected = 0;
    for (let path = 0; path < 2 ** 10; path++) {
      const evidence = new Evidence(OPTIONS);
      for (let i = 0; i < 10; i++) evidence.add((path >> i) & 1 ? 0.9 : -1);
      expected += Math.exp(evidence.log) / 2 ** 10;
    }
    expect(expected).toBeCloseTo(1, 12);
  });
});
