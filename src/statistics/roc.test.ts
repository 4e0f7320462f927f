/** The area under the curve, and the curve of risk against coverage: against counting out, and by hand. */

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Random } from '../base/random.ts';
import {
  areaUnderRiskCoverage,
  coverageAtRisk,
  excessAreaUnderRiskCoverage,
  riskCoverage,
  riskCoverageArea,
} from './risk-coverage.ts';
import { areaUnderRoc, type Scored } from './roc.ts';
import { studentQuantile } from './student.ts';

const scored = fc
  .array(fc.record({ score: fc.nat(6), right: fc.boolean() }), { minLength: 2, maxLength: 40 })
  .map((items): readonly Scored[] => items.map((item, cluster) => ({ ...item, cluster })));

const beats = (a: Scored, b: Scored) => (a.score > b.score ? 1 : a.score === b.score ? 0.5 : 0);
const mean = (values: readonly number[]) => values.reduce((sum, x) => sum + x, 0) / values.length;
const variance = (values: readonly number[]) =>
  values.reduce((sum, x) => sum + (x - mean(values)) ** 2, 0) / (values.length - 1);

describe('the area under the curve', () => {
  test('is the share of pairs in order; its ends are where a test with the variance of DeLong et al. turns', () => {
    fc.assert(
      fc.property(scored, (items) => {
        const rights = items.filter(({ right }) => right);
        const wrongs = items.filter(({ right }) => !right);
        const found = areaUnderRoc(items);
        if (rights.length === 0 || wrongs.length === 0) {
          expect(found).toBeUndefined();
          return;
        }
        const overRights = rights.map((a) => mean(wrongs.map((b) => beats(a, b))));
        const overWrongs = wrongs.map((b) => mean(rights.map((a) => beats(a, b))));
        const area = mean(overRights);
        expect(found!.value).toBeCloseTo(area, 12);
        const [m, n] = [rights.length, wrongs.length];
        if (area === 0 || area === 1 || Math.min(m, n) < 2) return;
        // Newcombe 2006, method 5, with the observed variance (DeLong et al. 1988, equation 5) where that is larger.
        const usual = (a: number) =>
          (a * (1 - a) * (1 + ((m + n) / 2 - 1) * ((1 - a) / (2 - a) + a / (1 + a)))) / (m * n);
        const observed = variance(overRights) / m + variance(overWrongs) / n;
        const effect = Math.max(1, observed / usual(area));
        for (const end of [found!.low!, found!.high!]) {
          const distance = (end - area) ** 2;
          const turns = studentQuantile(Math.min(m, n) - 1) ** 2 * effect * usual(end);
          expect(Math.abs(distance - turns)).toBeLessThan(1e-9);
        }
      }),
    );
  });

  test('with every item twice in its cluster, knows hardly more than with every item once', () => {
    const random = Random.seeded(5);
    const once = Array.from({ length: 60 }, (_, cluster): Scored => {
      const right = random.uniform() < 0.6;
      return { cluster, right, score: random.normal() + (right ? 1 : 0) };
    });
    const [one, twice] = [areaUnderRoc(once)!, areaUnderRoc([...once, ...once.map((x) => ({ ...x }))])!];
    expect(twice.value).toBeCloseTo(one.value, 12);
    expect(twice.low).toBeCloseTo(one.low!, 2);
  });

  test('of a perfect score is bounded below, and of none above', () => {
    const items = Array.from({ length: 40 }, (_, i) => ({ cluster: i, score: i, right: i >= 20 }));
    const { value, low, high } = areaUnderRoc(items)!;
    expect([value, high]).toEqual([1, 1]);
    expect(low! > 0.8 && low! < 0.95).toBe(true);
    expect(areaUnderRoc(items.map((item) => ({ ...item, right: !item.right })))!.high).toBeCloseTo(
      1 - low!,
      9,
    );
  });
});

const FOUR: readonly Scored[] = [
  { cluster: 1, score: 0.9, right: true },
  { cluster: 2, score: 0.8, right: false },
  { cluster: 3, score: 0.8, right: true },
  { cluster: 4, score: 0.3, right: false },
];

describe('risk against coverage', () => {
  test('by hand: 1 right, then a tie of right and wrong, then 1 wrong', () => {
    expect(riskCoverage(FOUR).map(({ coverage, risk }) => [coverage, risk])).toEqual([
      [0.25, 0],
      [0.75, 1 / 3],
      [1, 0.5],
    ]);
    expect(areaUnderRiskCoverage(FOUR)).toBeCloseTo((0 + 0.5 / 2 + 1 / 3 + 2 / 4) / 4, 12);
    // In the best order the two mistakes come last.
    expect(excessAreaUnderRiskCoverage(FOUR)).toBeCloseTo(
      areaUnderRiskCoverage(FOUR)! - (1 / 3 + 2 / 4) / 4,
      12,
    );
  });

  test('its area is the mean over all orders of what is tied', () => {
    fc.assert(
      fc.property(scored, fc.integer({ min: 0, max: 1000 }), (items, seed) => {
        const area = areaUnderRiskCoverage(items)!;
        const inOrder = mean(
          Array.from({ length: 30 }, (_, i) => {
            const order = Random.seeded(seed)
              .split(i)
              .shuffle(items)
              .sort((a, b) => b.score - a.score);
            return areaUnderRiskCoverage(order.map((item, rank) => ({ ...item, score: -rank })))!;
          }),
        );
        expect(Math.abs(area - inOrder)).toBeLessThan(0.2);
        expect(excessAreaUnderRiskCoverage(items)).toBeGreaterThanOrEqual(-1e-12);
      }),
    );
  });

  test('at a risk, as much as can be answered', () => {
    const items = Array.from({ length: 250 }, (_, i) => ({ cluster: i, score: -i, right: i < 200 }));
    const found = coverageAtRisk(items, 0.05)!;
    expect(found.value).toBeCloseTo(0.84, 12); // 10 of 210 are wrong
    expect(found.low).toBeLessThan(0.84);
    expect(found.high).toBeGreaterThan(0.84);
    expect(coverageAtRisk([], 0.05)).toBeUndefined();
    expect(
      coverageAtRisk(
        items.map((item) => ({ ...item, right: false })),
        0.05,
      )!.value,
    ).toBe(0);
  });

  test('its area has an interval', () => {
    const { value, low, high } = riskCoverageArea(FOUR, areaUnderRiskCoverage)!;
    expect(low! <= value && value <= high!).toBe(true);
  });
});
