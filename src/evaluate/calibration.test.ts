/** Calibration by hand, its identity, and what is known of forecasters that say the base rate. */

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Random } from '../base/random.ts';
import { calibration, scoresOf } from './calibration.ts';
import { calibrationError, classwiseCalibrationError, type Forecast } from './calibration-error.ts';

const forecasts = fc
  .array(
    fc.record({
      cluster: fc.nat(8),
      confidence: fc.double({ min: 0, max: 1, noNaN: true }),
      right: fc.boolean(),
    }),
    {
      minLength: 1,
      maxLength: 30,
    },
  )
  .map((items): readonly Forecast[] => items);

/** Four at .9, of which three are right, and two at .6, of which one is. */
const SIX: readonly Forecast[] = [0.9, 0.9, 0.9, 0.9, 0.6, 0.6].map((confidence, cluster) => ({
  ...{ cluster, confidence, right: cluster !== 3 && cluster !== 5 },
}));

describe('calibration error', () => {
  test('by hand: 4/6 · |.75 − .9| + 2/6 · |.5 − .6|', () => {
    const { plain, bins } = calibrationError(SIX)!;
    expect(plain).toBeCloseTo((4 / 6) * 0.15 + (2 / 6) * 0.1, 12);
    expect(bins.map(({ n }) => n)).toEqual([2, 4]);
    expect(calibrationError(SIX, 'equal-width', 2)!.plain).toBeCloseTo(Math.abs(4 / 6 - 0.8), 12);
  });

  test('bins of equal mass hold as many each', () => {
    const many = Array.from({ length: 45 }, (_, i) => ({
      cluster: i,
      confidence: ((i * 7) % 45) / 45,
      right: true,
    }));
    expect(calibrationError(many)!.bins.map(({ n }) => n)).toEqual(new Array(15).fill(3));
  });

  test('of one who is calibrated looks like .03, and is told to be about 0', () => {
    const random = Random.seeded(4);
    const items = Array.from({ length: 1000 }, (_, cluster) => {
      const confidence = 0.5 + random.uniform() / 2;
      return { cluster, confidence, right: random.uniform() < confidence };
    });
    const { plain, debiased } = calibrationError(items)!;
    expect(plain).toBeGreaterThan(0.02);
    expect(debiased.low).toBe(0);
    expect(debiased.value).toBeLessThan(plain / 2);
  });

  test('its value is inside its interval, and that within 0 … 1', () => {
    fc.assert(
      fc.property(forecasts, (items) => {
        const { debiased } = calibrationError(items)!;
        const { value, low, high } = debiased;
        expect(0 <= low && low <= value && value <= high && high <= 1).toBe(true);
      }),
      { numRuns: 30 },
    );
    expect(calibrationError([])).toBeUndefined();
  });

  test('class-wise, of two answers, is the same for both', () => {
    const [first, second] = classwiseCalibrationError(
      SIX.map(({ cluster, confidence, right }) => ({
        ...{ cluster, probabilities: [confidence, 1 - confidence], truth: right ? 0 : 1 },
      })),
    );
    expect(first!.plain).toBeCloseTo(calibrationError(SIX)!.plain, 12);
    expect(second!.plain).toBeCloseTo(first!.plain, 12);
  });
});

describe('calibration', () => {
  test('Brier is reliability − resolution + uncertainty, and nothing is hidden where each bin holds one confidence', () => {
    const { brier, parts } = calibration(SIX)!;
    expect(brier.value).toBeCloseTo((3 * 0.01 + 0.81 + 0.16 + 0.36) / 6, 12);
    expect(parts.within).toBeCloseTo(0, 12);
    expect(parts.reliability.plain).toBeCloseTo((4 / 6) * 0.15 ** 2 + (2 / 6) * 0.1 ** 2, 12);
    expect(parts.uncertainty).toBeCloseTo((4 / 6) * (2 / 6), 12);
  });

  test('one who always says the base rate is calibrated, and of no use', () => {
    const { error, parts, auroc, excess } = calibration(
      Array.from({ length: 100 }, (_, i) => ({ cluster: i, confidence: 0.8, right: i % 5 > 0 })),
    )!;
    expect(error.plain).toBeCloseTo(0, 12);
    expect(parts.resolution.plain).toBeCloseTo(0, 12);
    expect(auroc!.value).toBe(0.5);
    expect(excess.value).toBeGreaterThan(0.1);
  });

  test('of whole distributions: Brier’s two extremes, and the loss of one half', () => {
    const one = (probabilities: readonly number[]) => scoresOf([{ cluster: 1, probabilities, truth: 0 }])!;
    expect(one([1, 0]).brier.value).toBe(0);
    expect(one([0, 1]).brier.value).toBe(2);
    expect(one([0.5, 0.5]).logLoss.value).toBeCloseTo(Math.LN2, 12);
    expect(Number.isFinite(one([0, 1]).logLoss.value)).toBe(true);
    expect(scoresOf([])).toBeUndefined();
    expect(calibration([])).toBeUndefined();
  });
});
