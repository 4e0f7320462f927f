import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Random } from '../base/random.ts';
import { bootstraps, errorCorrelation, sharesOf } from './ensemble.ts';

describe('bootstraps', () => {
  test('let a member see a lesson as often as Poisson says, and members apart', () => {
    const [first, second] = bootstraps(2, 20_000, Random.seeded(1)) as [number[], number[]];
    // e^−1/k! of 0, 1, 2, 3 times; five standard deviations are .018 at most
    for (const [times, share] of [0.3679, 0.3679, 0.1839, 0.0613].entries())
      expect(Math.abs(first.filter((count) => count === times).length / 20_000 - share)).toBeLessThan(0.018);
    const mean = (row: readonly number[]) => row.reduce((a, b) => a + b, 0) / row.length;
    const product = mean(first.map((count, i) => (count - 1) * (second[i]! - 1)));
    expect(Math.abs(product)).toBeLessThan(0.036);
  });

  test('are the same for the same chance, and leave no member without a lesson', () => {
    expect(bootstraps(3, 8, Random.seeded(4))).toEqual(bootstraps(3, 8, Random.seeded(4)));
    for (let seed = 0; seed < 200; seed++)
      for (const row of bootstraps(3, 1, Random.seeded(seed))) expect(Math.max(...row)).toBeGreaterThan(0);
  });
});

test('members count as often as they agree, and alike where none does', () => {
  expect([...sharesOf([0.9, 0.6, 0.5])]).toEqual([0.45, 0.3, 0.25].map((x) => expect.closeTo(x, 6)));
  expect([...sharesOf([0, 0])]).toEqual([0.5, 0.5]);
});

describe('the correlation of errors', () => {
  const row = (length: number) => fc.array(fc.constantFrom(0, 1), { minLength: length, maxLength: length });

  test('is φ of the table of two members: ad − bc over the root of the margins (Yule 1912)', () => {
    fc.assert(
      fc.property(row(12), row(12), (one, other) => {
        const count = (x: number, y: number) =>
          one.filter((value, i) => value === x && other[i] === y).length;
        const [a, b, c, d] = [count(1, 1), count(1, 0), count(0, 1), count(0, 0)];
        const root = Math.sqrt((a + b) * (c + d) * (a + c) * (b + d));
        const found = errorCorrelation([one, other]);
        if (root === 0) expect(found).toBeUndefined();
        else expect(found).toBeCloseTo((a * d - b * c) / root, 9);
      }),
    );
  });

  test('is 1 of equal members, and the mean over pairs of more', () => {
    const [x, y] = [
      [1, 0, 0, 1, 0, 0],
      [1, 0, 1, 0, 0, 0],
    ];
    expect(errorCorrelation([x, x, x])).toBeCloseTo(1, 12);
    expect(errorCorrelation([x, x, y])).toBeCloseTo((1 + 2 * errorCorrelation([x, y])!) / 3, 12);
  });

  test('of one member, or of different questions, is refused', () => {
    expect(() => errorCorrelation([[1, 0]])).toThrow('two members at least');
    expect(() => errorCorrelation([[1, 0], [1]])).toThrow('got 2, 1');
  });
});
