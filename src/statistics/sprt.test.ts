import { describe, expect, test } from 'vitest';
import { expected, fixedSize, sprt, type TwoShares, upperTail } from './sprt.ts';

const CASES: readonly TwoShares[] = [
  { low: 0.85, high: 0.95, errorRate: 0.05, missRate: 0.1 },
  { low: 0.9, high: 0.95, errorRate: 0.05, missRate: 0.1 },
  { low: 0.94, high: 0.97, errorRate: 0.05, missRate: 0.1 },
];

/** By going through all counts, number by number, until next to nothing is undecided: exact. */
function exactly({ low, high, errorRate, missRate }: TwoShares, share: number) {
  const { agreed, disagreed, pass, refuse } = sprt({ low, high, errorRate, missRate });
  let open = new Map([[0, 1]]); // chances by how many disagree
  let [passes, numbers] = [0, 0];
  for (let n = 1; n < 3000; n++) {
    const next = new Map<number, number>();
    for (const [wrong, chance] of open) {
      numbers += chance;
      for (const [more, weight] of [
        [0, share],
        [1, 1 - share],
      ] as const) {
        const ratio = (n - wrong - more) * agreed + (wrong + more) * disagreed;
        if (ratio >= pass) passes += chance * weight;
        else if (ratio > refuse) next.set(wrong + more, (next.get(wrong + more) ?? 0) + chance * weight);
      }
    }
    open = next;
  }
  return { passes, numbers };
}

describe('Wald’s test', () => {
  test.each(CASES)('keeps its error rates, together exactly and each nearly: %o', (shares) => {
    const { low, high, errorRate, missRate } = shares;
    const [wrongly, missed] = [exactly(shares, low).passes, 1 - exactly(shares, high).passes];
    expect(wrongly).toBeLessThanOrEqual(errorRate / (1 - missRate));
    expect(missed).toBeLessThanOrEqual(missRate / (1 - errorRate));
    expect(wrongly + missed).toBeLessThanOrEqual(errorRate + missRate);
  });

  test('takes about as many numbers, and passes about as often, as Wald says, who leaves out the excess over the bounds', () => {
    const shares = CASES[2]!;
    for (const share of [0.93, 0.94, 0.955, 0.97, 0.98]) {
      const [wald, exact] = [expected(sprt(shares), share), exactly(shares, share)];
      expect(Math.abs(wald.passes - exact.passes)).toBeLessThan(0.03);
      expect(Math.abs(wald.numbers / exact.numbers - 1)).toBeLessThan(0.12);
    }
  });

  test('says at its two shares just what it was told, and at that of no drift the limit', () => {
    const shares = CASES[1]!;
    const test = sprt(shares);
    expect(expected(test, shares.low).passes).toBeCloseTo(shares.errorRate, 9);
    expect(expected(test, shares.high).passes).toBeCloseTo(1 - shares.missRate, 9);
    const flat = -test.disagreed / (test.agreed - test.disagreed);
    const [at, beside] = [expected(test, flat), expected(test, flat + 1e-4)];
    expect(beside.passes / at.passes).toBeCloseTo(1, 1);
    expect(beside.numbers / at.numbers).toBeCloseTo(1, 1);
  });
});

describe('a fixed number', () => {
  test('is the fewest that keeps both error rates', () => {
    expect(CASES.map((one) => fixedSize(one).numbers)).toEqual([76, 239, 401]);
    for (const one of CASES) {
      const { numbers, atLeast } = fixedSize(one);
      expect(upperTail(numbers, atLeast, one.low)).toBeLessThanOrEqual(one.errorRate);
      expect(upperTail(numbers, atLeast, one.high)).toBeGreaterThanOrEqual(1 - one.missRate);
    }
  });

  test('adds up binomial chances', () => {
    // Five of a fair coin: 1, 5, 10, 10, 5, 1 of 32.
    expect([0, 1, 3, 5, 6].map((k) => upperTail(5, k, 0.5) * 32)).toEqual(
      [32, 31, 16, 1, 0].map((x) => expect.closeTo(x, 9)),
    );
    // P(≥ 12 of 20 at .3), R: pbinom(11, 20, .3, lower = FALSE) = 0.005138
    expect(upperTail(20, 12, 0.3)).toBeCloseTo(0.005138, 6);
    expect(upperTail(0, 0, 0.5)).toBe(1);
  });
});
