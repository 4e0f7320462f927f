/** Horizons, and whether they ever fall. */

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Random } from '../base/random.ts';
import { horizonOf, rising } from './horizon.ts';

/** At difficulty i + 1: so many right of 200, one to a context. */
const graded = (...rights: readonly number[]) =>
  rights.flatMap((right, i) =>
    Array.from({ length: 200 }, (_, cluster) => ({ cluster, difficulty: i + 1, isRight: cluster < right })),
  );

describe('the horizon', () => {
  test('is the largest difficulty at which .9 is shown, not only measured', () => {
    // Of 200, 190 show .9 (Wilson: .910) and 184 do not (.874); 176 do not rule it out (.918), 170 do (.893).
    const found = horizonOf(graded(200, 190, 184, 176, 170));
    expect(found).toMatchObject({ shown: 2, measured: 3, possible: 4, gaps: [] });
    expect(found.grades.map(({ difficulty }) => difficulty)).toEqual([1, 2, 3, 4, 5]);
  });

  test('names what it leaps over, and is undefined where nothing is shown', () => {
    expect(horizonOf(graded(200, 100, 200))).toMatchObject({ shown: 3, gaps: [2] });
    expect(horizonOf(graded(100, 50))).toMatchObject({
      shown: undefined,
      measured: undefined,
      possible: undefined,
    });
    expect(horizonOf([])).toMatchObject({ shown: undefined, grades: [] });
    expect(horizonOf(graded(160), 0.7).shown).toBe(1);
  });

  test('counts contexts, not questions: the same right answers in few contexts show less', () => {
    const few = graded(195).map((one) => ({ ...one, cluster: Math.floor(one.cluster / 40) }));
    expect(horizonOf(graded(195)).shown).toBe(1);
    expect(horizonOf(few).shown).toBeUndefined();
  });
});

describe('rising horizons', () => {
  const random = Random.seeded(1);

  test('of one row that always rises have as small a p as its length allows: 1 of 5!', () => {
    const found = rising([[1, 2, 3, 4, 5]], random);
    expect(found).toMatchObject({ explained: 1, falls: [], meanFalls: [] });
    expect(Math.abs(found.p - 1 / 120)).toBeLessThan(0.004);
  });

  test('of three seeds with one fall report it, and are still no chance', () => {
    const found = rising(
      [
        [1, 2, 3, 4],
        [1, 3, 2, 4],
        [1, 2, 3, 4],
      ],
      random,
      999,
    );
    expect(found.falls).toEqual([{ row: 1, iteration: 2, from: 3, to: 2 }]);
    expect(found.meanFalls).toEqual([]);
    expect(found.p).toBeLessThan(0.01);
  });

  test('that fall on the mean say by how much, and whether it is more than chance', () => {
    const rows = Array.from({ length: 8 }, () => [1, 3, 2, 4]);
    const [fall, ...more] = rising(rows, random, 99).meanFalls;
    expect(more).toEqual([]);
    expect(fall).toMatchObject({ iteration: 2, fall: 1, p: 2 / 2 ** 8 });
    expect(rising(rows.slice(0, 1), random, 99).meanFalls[0]!.p).toBe(1);
  });

  test('have a p of at most α in at most α of the cases where there is no order', () => {
    const ps = Array.from({ length: 60 }, (_, i) => {
      const stream = Random.seeded(i).split('rows');
      const rows = Array.from({ length: 3 }, () => Array.from({ length: 5 }, () => stream.normal()));
      return rising(rows, random.split(i), 199).p;
    });
    for (const level of [0.1, 0.5])
      expect(ps.filter((p) => p <= level).length / 60).toBeLessThan(
        level + 4 * Math.sqrt((level * (1 - level)) / 60),
      );
  });

  test('never fall in the isotonic sequence, and lie between none and all of the spread', () => {
    const rows = fc.array(fc.array(fc.nat(6), { minLength: 4, maxLength: 4 }), {
      minLength: 1,
      maxLength: 4,
    });
    fc.assert(
      fc.property(rows, (given) => {
        const found = rising(given, random, 99);
        found.isotonic.forEach((value, i) => {
          if (i > 0) expect(value).toBeGreaterThanOrEqual(found.isotonic[i - 1]!);
        });
        expect(found.explained).toBeGreaterThanOrEqual(0);
        expect(found.explained).toBeLessThanOrEqual(1 + 1e-12);
        if (found.meanFalls.length === 0) expect(found.explained).toBeCloseTo(1, 9);
      }),
      { numRuns: 10 },
    );
  });

  test('want two iterations, as many in each row', () => {
    expect(() => rising([[1]], random)).toThrow(/at least 2, got 1/);
    expect(() => rising([[1, 2], [1]], random)).toThrow(/got 2,1/);
    expect(rising([[2, 2, 2]], random, 99)).toMatchObject({ explained: 1, p: 1 });
  });
});
