import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Random } from '../base/random.ts';
import { type BetOptions, evidenceOf, fewestFor, settled, stakesOf, UNDECIDED } from './bets.ts';

const OPTIONS: BetOptions = { exceeds: 0.9, least: 0, sought: 0.95 };
const STAKES = stakesOf(OPTIONS);

const owned = (values: readonly number[], stakes = STAKES) =>
  values.reduce((bets, value) => settled(bets, value, stakes), UNDECIDED);

describe('bets on a mean', () => {
  test('are fair: where the mean is just that, what all own is expected to stay as it is', () => {
    // Over all 2^10 ways that ten numbers, each 1 or 0 with a mean of .9, can fall.
    let expected = 0;
    for (let path = 0; path < 2 ** 10; path++) {
      const values = Array.from({ length: 10 }, (_, i) => (path >> i) & 1);
      const ones = values.filter((value) => value === 1).length;
      expected += 0.9 ** ones * 0.1 ** (10 - ones) * Math.exp(evidenceOf(owned(values)));
    }
    expect(expected).toBeCloseTo(1, 12);
  });

  test('are wrong with a chance of at most α, whenever one stops', () => {
    const runs = 500;
    const ever = (random: Random, draw: () => number) => {
      let bets = UNDECIDED;
      for (let i = 0; i < 200; i++) {
        bets = settled(bets, draw(), STAKES);
        if (evidenceOf(bets) >= Math.log(20)) return 1;
      }
      return 0 * random.uint32();
    };
    const shares = [
      (random: Random) => () => Number(random.uniform() < 0.9),
      // A mean of .9 otherwise than by ones: small steps, and all or little.
      (random: Random) => () => 0.9 + 0.2 * (random.uniform() - 0.5),
      (random: Random) => () => (random.uniform() < 0.5 ? 1 : 0.8),
    ].map((draw) => {
      const streams = Array.from({ length: runs }, (_, i) => Random.seeded(i));
      return streams.reduce((sum, random) => sum + ever(random, draw(random)), 0) / runs;
    });
    // At most 5 %; four standard deviations of it are 3.9 %.
    for (const share of shares) expect(share).toBeLessThan(0.089);
  });

  test('never lose all: whatever comes, some is left, and JSON keeps it', () => {
    const numbers = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 200 });
    fc.assert(
      fc.property(numbers, (values) => {
        const bets = owned(values);
        expect(Number.isFinite(evidenceOf(bets))).toBe(true);
        expect(JSON.parse(JSON.stringify(bets))).toEqual(bets);
      }),
    );
  });

  test('own more, the larger any of the numbers', () => {
    const numbers = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 50 });
    fc.assert(
      fc.property(numbers, fc.nat(), (values, at) => {
        const raised = values.map((value, i) => (i === at % values.length ? (1 + value) / 2 : value));
        expect(evidenceOf(owned(raised))).toBeGreaterThanOrEqual(evidenceOf(owned(values)));
      }),
    );
  });

  test('stake at what is hoped for what makes the log of the gain largest (Kelly)', () => {
    const gain = (stake: number) => 0.95 * Math.log1p(stake * 0.1) + 0.05 * Math.log1p(-stake * 0.9);
    const [kelly] = STAKES.each;
    for (const other of [0.9, 0.99, 1.01, 1.1]) expect(gain(kelly! * other)).toBeLessThan(gain(kelly!));
  });

  test('say how few numbers can be enough', () => {
    const fewest = fewestFor(0.05, OPTIONS);
    const ones = (count: number) => owned(Array.from({ length: count }, () => 1));
    expect(evidenceOf(ones(fewest))).toBeGreaterThanOrEqual(Math.log(20));
    expect(evidenceOf(ones(fewest - 1))).toBeLessThan(Math.log(20));
  });

  test.each([
    { exceeds: 0, least: 0, sought: 0.5 },
    { exceeds: 0.5, least: 0, sought: 0.5 },
    { exceeds: 0.5, least: 0, sought: 1.1 },
  ])('want values that rise: %o', (options) => {
    expect(() => stakesOf(options)).toThrow('bets: expected');
  });
});
