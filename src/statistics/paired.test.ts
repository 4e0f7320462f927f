/** Two assistants on the same questions: against brute force, and against made-up assistants whose difference is known. */

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Random } from '../base/random.ts';
import { type PairedCount, paired, signFlips } from './paired.ts';

const random = Random.seeded(1);

/** Every way to give signs, one after the other. */
function bruteForce(differences: readonly number[]): number {
  const sums = differences.reduce<readonly number[]>(
    (all, one) => all.flatMap((sum) => [sum + one, sum - one]),
    [0],
  );
  const observed = Math.abs(differences.reduce((total, one) => total + one, 0));
  return sums.filter((sum) => Math.abs(sum) >= observed).length / sums.length;
}

const small = fc.array(fc.integer({ min: -9, max: 9 }), { maxLength: 12 });
const context = fc
  .tuple(fc.nat(9), fc.nat(9), fc.nat(9), fc.nat(9))
  .map(
    ([both, onlyFirst, onlySecond, neither]): PairedCount => ({
      n: both + onlyFirst + onlySecond + neither,
      first: both + onlyFirst,
      second: both + onlySecond,
      onlyFirst,
      onlySecond,
    }),
  )
  .filter(({ n }) => n > 0);
const contexts = fc.array(context, { minLength: 1, maxLength: 30 });

describe('the sign-flip test', () => {
  test('is exact for few contexts', () => {
    fc.assert(
      fc.property(small, (differences) => {
        expect(signFlips(differences, random)).toBeCloseTo(bruteForce(differences), 12);
      }),
    );
  });

  test('comes close to it by chance for more of them', () => {
    const differences = [3, -1, 2, 2, -2, 1, 4, -3, 1, 1, 2, -1, 1, 2, 1, 3];
    expect(signFlips(differences, random)).toBeCloseTo(bruteForce(differences), 1.5);
  });
});

describe('two assistants side by side', () => {
  test('turned round, the difference is turned round and everything else stays', () => {
    fc.assert(
      fc.property(contexts, (counts) => {
        const turned = counts.map(({ n, first, second, onlyFirst, onlySecond }) => ({
          ...{ n, first: second, second: first, onlyFirst: onlySecond, onlySecond: onlyFirst },
        }));
        const [one, two] = [paired(counts, random), paired(turned, random)];
        expect(two.difference).toBeCloseTo(-one.difference, 12);
        expect(two.low).toBeCloseTo(-one.high, 12);
        expect([two.first, two.onlyFirst]).toEqual([one.second, one.onlySecond]);
        expect(one.p).toBeGreaterThan(0);
        expect(one.low).toBeLessThanOrEqual(one.difference);
      }),
    );
  });

  test('of 20 contexts in which both are as good, the interval misses 0 in some 5 %, and p is below .05 in at most as many', () => {
    const draws = 400;
    let [missed, low] = [0, 0];
    for (let draw = 0; draw < draws; draw++) {
      const stream = random.split('draw').split(draw);
      const counts = Array.from({ length: 20 }, (): PairedCount => {
        const hard = stream.uniform(); // what belongs to one context stands or falls together
        const right = () => Array.from({ length: 16 }, () => stream.uniform() < hard);
        const [a, b] = [right(), right()];
        return {
          n: 16,
          first: a.filter(Boolean).length,
          second: b.filter(Boolean).length,
          onlyFirst: a.filter((is, i) => is && !b[i]).length,
          onlySecond: b.filter((is, i) => is && !a[i]).length,
        };
      });
      const { low: least, high, p } = paired(counts, stream.split('flips'));
      if (least > 0 || high < 0) missed++;
      if (p < 0.05) low++;
    }
    expect(missed / draws).toBeLessThan(0.08);
    expect(missed / draws).toBeGreaterThan(0.02);
    expect(low / draws).toBeLessThan(0.08);
  });
});
