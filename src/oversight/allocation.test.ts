import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Random } from '../base/random.ts';
import { allocate, type Doubted, drawEach, drawFixed } from './allocation.ts';

const doubted: fc.Arbitrary<Doubted> = fc.record({
  doubt: fc.double({ min: 0, max: 1, noNaN: true }),
  weight: fc.double({ min: 0.1, max: 10, noNaN: true }),
  minutes: fc.double({ min: 0.1, max: 10, noNaN: true }),
});
const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
const spent = (items: readonly Doubted[], probabilities: readonly number[]) =>
  sum(items.map(({ minutes = 1 }, i) => minutes * probabilities[i]!));
/** What the estimator's variance would be if û were right. */
const variance = (items: readonly Doubted[], probabilities: readonly number[]) =>
  sum(
    items.map(({ doubt, weight = 1 }, i) => {
      const p = probabilities[i]!;
      return (weight ** 2 * doubt * (1 - doubt) * (1 - p)) / p;
    }),
  );

describe('allocation', () => {
  test('spends the minutes exactly, with probabilities above 0 and at most 1, or checks all', () => {
    fc.assert(
      fc.property(
        fc.array(doubted, { minLength: 1, maxLength: 30 }),
        fc.double({ min: 0.01, max: 1.5, noNaN: true }),
        fc.double({ min: 0.2, max: 1, noNaN: true }),
        (items, share, uniform) => {
          const all = sum(items.map(({ minutes = 1 }) => minutes));
          const probabilities = allocate(items, { minutes: share * all, uniform });
          for (const p of probabilities) {
            expect(p).toBeGreaterThan(0);
            expect(p).toBeLessThanOrEqual(1 + 1e-12);
          }
          expect(spent(items, probabilities)).toBeCloseTo(Math.min(1, share) * all, 8);
        },
      ),
    );
  });

  test('no other way to spend the minutes has less variance: as a numerical optimiser finds', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.record({
            doubt: fc.double({ min: 0.01, max: 0.99, noNaN: true }),
            weight: fc.double({ min: 0.3, max: 3, noNaN: true }),
            minutes: fc.double({ min: 0.3, max: 3, noNaN: true }),
          }),
          { minLength: 2, maxLength: 6 },
        ),
        fc.double({ min: 0.1, max: 0.9, noNaN: true }),
        (items, share) => {
          const minutes = share * sum(items.map((item) => item.minutes));
          const own = variance(items, allocate(items, { minutes, uniform: 0 }));
          const found = variance(items, descended(items, minutes));
          expect(own).toBeLessThanOrEqual(found * (1 + 1e-9) + 1e-12);
          expect(own).toBeGreaterThanOrEqual(found * (1 - 1e-3) - 1e-6);
        },
      ),
      { numRuns: 15 },
    );
  });

  test('the uniform share is a floor under every probability', () => {
    const items = [...Array(50)].map((_, i) => ({ doubt: i === 0 ? 0.5 : 0 }));
    for (const p of allocate(items, { minutes: 10, uniform: 0.2 })) expect(p).toBeGreaterThanOrEqual(0.04);
  });

  test('refuses no minutes and shares that are none', () => {
    expect(() => allocate([{ doubt: 0.1 }], { minutes: 0, uniform: 0.2 })).toThrow('minutes: expected');
    expect(() => allocate([{ doubt: 0.1 }], { minutes: 1, uniform: 1.1 })).toThrow('uniform share: expected');
  });
});

/** By moving minutes between two items at a time to where they help more, in ever smaller portions. */
function descended(items: readonly Doubted[], minutes: number): readonly number[] {
  const costs = items.map(({ minutes: cost = 1 }) => cost);
  const p = items.map(() => minutes / sum(costs));
  for (let portion = minutes / 4; portion > minutes * 1e-8; portion /= 2)
    for (let moved = true; moved; ) {
      moved = false;
      for (let i = 0; i < p.length; i++)
        for (let j = 0; j < p.length; j++) {
          const [more, less] = [p[i]! + portion / costs[i]!, p[j]! - portion / costs[j]!];
          if (i === j || more > 1 || less <= 0) continue;
          const next = p.map((value, k) => (k === i ? more : k === j ? less : value));
          if (variance(items, next) >= variance(items, p) - 1e-15) continue;
          [p[i], p[j]] = [more, less];
          moved = true;
        }
    }
  return p;
}

describe('drawing', () => {
  test('a fixed number: each item exactly with its probability, over all orders and all first marks', () => {
    const probabilities = [0.15, 0.4, 0.95, 0.3, 0.2];
    const drawn = probabilities.map(() => 0);
    let [orders, marks] = [0, 0];
    for (const order of permutations([0, 1, 2, 3, 4])) {
      orders++;
      marks = 0;
      // All probabilities are multiples of 1/20, so that marks within one of twenty parts draw the same.
      for (let part = 0; part < 20; part++, marks++)
        for (const item of drawFixed(probabilities, scripted(order, (part + 0.5) / 20))) drawn[item]!++;
    }
    drawn.forEach((count, i) => {
      expect(count / (orders * marks)).toBeCloseTo(probabilities[i]!, 12);
    });
  });

  test('as many as the probabilities sum to, or one of the two nearest', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0.001, max: 1, noNaN: true }), { minLength: 1, maxLength: 40 }),
        fc.integer({ min: 0, max: 2 ** 31 }),
        (probabilities, seed) => {
          const drawn = drawFixed(probabilities, Random.seeded(seed));
          expect(new Set(drawn).size).toBe(drawn.length);
          expect(Math.abs(drawn.length - sum(probabilities))).toBeLessThan(1);
        },
      ),
    );
  });

  test('each by itself: the frequencies are the probabilities', () => {
    const probabilities = [0, 0.1, 0.5, 1];
    const counts = probabilities.map(() => 0);
    const random = Random.seeded(3);
    for (let k = 0; k < 4000; k++) for (const i of drawEach(probabilities, random)) counts[i]!++;
    counts.forEach((count, i) => {
      expect(Math.abs(count / 4000 - probabilities[i]!)).toBeLessThan(0.03);
    });
  });
});

/** Chance whose shuffle and first number are these. */
function scripted(order: readonly number[], first: number): Random {
  const random = Random.seeded(1);
  random.shuffle = <T>(items: readonly T[]) => order.map((i) => items[i]!);
  random.uniform = () => first;
  return random;
}

function permutations(items: readonly number[]): readonly (readonly number[])[] {
  if (items.length <= 1) return [items];
  return items.flatMap((first) =>
    permutations(items.filter((one) => one !== first)).map((rest) => [first, ...rest]),
  );
}
