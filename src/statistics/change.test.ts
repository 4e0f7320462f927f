import { describe, expect, test } from 'vitest';
import { Random } from '../base/random.ts';
import { evidenceOf, settled, stakesOf, UNDECIDED } from './bets.ts';
import { type Change, changeOf, UNCHANGED, watched } from './change.ts';

const STAKES = stakesOf({ exceeds: 0.1, least: 0, sought: 0.3 });
const owned = (moments: readonly (readonly number[])[]) =>
  moments.reduce((change, values) => watched(change, values, STAKES), UNCHANGED);

describe('evidence of a rise since an unknown moment', () => {
  test('is what bets from each moment own, weighted by 1/(k(k+1)), and what is not bet yet', () => {
    const moments = [[0, 1], [], [1, 0, 1], [1]];
    const from = (k: number) =>
      moments
        .slice(k)
        .flat()
        .reduce((bets, x) => settled(bets, x, STAKES), UNDECIDED);
    const parts = moments.map((_, i) => Math.exp(evidenceOf(from(i))) / ((i + 1) * (i + 2)));
    const total = parts.reduce((sum, part) => sum + part, 0) + 1 / (moments.length + 1);
    expect(Math.exp(changeOf(owned(moments)))).toBeCloseTo(total, 12);
  });

  test('is fair: as long as the mean is the bound, it is expected to stay 1', () => {
    let expected = 0;
    for (let path = 0; path < 2 ** 10; path++) {
      const values = Array.from({ length: 10 }, (_, i) => (path >> i) & 1);
      const ones = values.filter((value) => value === 1).length;
      const moments = [values.slice(0, 3), values.slice(3, 4), values.slice(4)];
      expected += 0.1 ** ones * 0.9 ** (10 - ones) * Math.exp(changeOf(owned(moments)));
    }
    expect(expected).toBeCloseTo(1, 12);
  });

  test('is false with a chance of at most α, and finds a rise that comes late', () => {
    const alarmed = (random: Random, rate: (moment: number) => number) => {
      let change: Change = UNCHANGED;
      for (let moment = 1; moment <= 12; moment++) {
        const values = Array.from({ length: 40 }, () => Number(random.uniform() < rate(moment)));
        change = watched(change, values, STAKES);
        if (changeOf(change) >= Math.log(20)) return true;
      }
      return false;
    };
    const share = (rate: (moment: number) => number) =>
      Array.from({ length: 300 }, (_, i) => Number(alarmed(Random.seeded(i), rate))).reduce((a, b) => a + b) /
      300;
    expect(share(() => 0.1)).toBeLessThan(0.1); // 5 %, and four standard deviations
    expect(share((moment) => (moment > 8 ? 0.3 : 0.1))).toBeGreaterThan(0.95);
  });

  test('is plain data', () => {
    const change = owned([[1], []]);
    expect(JSON.parse(JSON.stringify(change))).toEqual(change);
    expect(JSON.parse(JSON.stringify(UNCHANGED))).toEqual(UNCHANGED);
    expect(changeOf(UNCHANGED)).toBe(0);
  });
});
