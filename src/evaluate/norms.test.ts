/** Norms that change, planted. */

import { describe, expect, test } from 'vitest';
import { Random } from '../base/random.ts';
import { halfLife, type NormAnswer, normLooks } from './norms.ts';

const TIMES = Array.from({ length: 21 }, (_, i) => i);
const CONTEXTS = 40;
const EACH = 25;

/** In each context the first so many of 25 flipped questions agree with the new norm; kept ones do unless said otherwise. */
function answers(uptake: (at: number) => number, retention = 1, times = TIMES): readonly NormAnswer[] {
  return times.flatMap((at) =>
    Array.from({ length: CONTEXTS }, (_, cluster) =>
      [true, false].flatMap((isFlipped) =>
        Array.from({ length: EACH }, (_, i): NormAnswer => {
          const agreesNew = i < Math.round(EACH * (isFlipped ? uptake(at) : retention));
          return { cluster, at, isFlipped, agreesNew, agreesOld: isFlipped ? !agreesNew : agreesNew };
        }),
      ),
    ).flat(),
  );
}

const random = Random.seeded(1);

describe('looks at changed norms', () => {
  test('tell uptake, stale rate, retention and their harmonic mean', () => {
    const [look] = normLooks(answers(() => 0.6, 0.8, [3]));
    expect(look).toMatchObject({
      at: 3,
      uptake: { value: 0.6 },
      stale: { value: 0.4 },
      retention: { value: 0.8 },
    });
    expect(look!.consistency!.value).toBeCloseTo((2 * 0.6 * 0.8) / 1.4, 12);
  });

  test('are in order of time, and want no keep set', () => {
    const only = answers(() => 0.5, 1, [7, 2]).filter((one) => one.isFlipped);
    const looks = normLooks(only);
    expect(looks.map(({ at }) => at)).toEqual([2, 7]);
    expect(looks[0]).toMatchObject({ retention: undefined, consistency: undefined });
    expect(normLooks([])).toEqual([]);
  });
});

describe('the half-life', () => {
  const of = (uptake: (at: number) => number, times = TIMES) =>
    halfLife(answers(uptake, 1, times), { steadyLooks: 4 }, random);

  test.each([2, 4])('of an uptake that halves its distance every %i is that long', (half) => {
    const found = of((at) => 0.96 * (1 - 2 ** (-at / half)))!;
    expect(Math.abs(found.value - half)).toBeLessThan(0.25);
  });

  test('of a line is where the line is half as high as its end', () => {
    // The last four of 0, .04, … .8 are .74 on the mean.
    expect(of((at) => 0.04 * at)!.value).toBeCloseTo(0.37 / 0.04, 9);
  });

  test('is 0 where half is there already, and undefined where nothing is taken up or there is one look', () => {
    expect(of((at) => 0.6 + 0.02 * at)!.value).toBe(0);
    expect(of(() => 0.2)).toBeUndefined();
    expect(of((at) => 0.8 - 0.02 * at)).toBeUndefined();
    expect(of(() => 0.5, [0])).toBeUndefined();
  });

  test('is not shortened by one lucky look early', () => {
    const smooth = of((at) => Math.min(0.8, 0.04 * at))!.value;
    const lucky = of((at) => (at === 3 ? 0.44 : Math.min(0.8, 0.04 * at)))!.value;
    expect(lucky).toBeGreaterThan(smooth - 2);
  });

  test('wants a look before the steady ones', () => {
    expect(() =>
      halfLife(
        answers((at) => at, 1, [0, 1]),
        { steadyLooks: 2 },
        random,
      ),
    ).toThrow(/from 1 to 1, got 2/);
  });
});
