import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Random } from '../base/random.ts';
import { scope } from '../core/budget.ts';
import { isotonic } from '../statistics/isotonic.ts';
import { logit, sigmoid } from '../statistics/logistic.ts';
import { calibratedAssistant } from './calibrated.ts';
import { calibrate, calibrated, fitMap, type Judged, METHODS, mapped } from './calibration.ts';
import { numbers, wrapperContract } from './wrapper.contract.ts';

/** Right as often as `truth` of what is said. */
function planted(n: number, truth: (said: number) => number, seed: number, level = 1): readonly Judged[] {
  const random = Random.seeded(seed);
  return Array.from({ length: n }, () => {
    const confidence = random.uniform();
    return { level, confidence, right: random.uniform() < truth(confidence) };
  });
}

describe('calibration', () => {
  test('temperature finds a planted one', () => {
    for (const temperature of [0.5, 1, 2.5]) {
      const map = fitMap(
        'temperature',
        planted(8000, (said) => sigmoid(logit(said) / temperature), 1),
      );
      if (map.kind !== 'temperature') throw new Error('another map');
      expect(Math.abs(map.temperature / temperature - 1)).toBeLessThan(0.08);
    }
  });

  test('whatever was said, isotonic and histogram come to the share that is right', () => {
    const truth = (said: number) => said ** 2 / 2 + 0.2;
    for (const method of ['isotonic', 'histogram'] as const) {
      const map = fitMap(method, planted(8000, truth, 2));
      for (const said of [0.1, 0.3, 0.5, 0.7, 0.9])
        expect(Math.abs(mapped(map, said) - truth(said))).toBeLessThan(0.05);
    }
  });

  test('isotonic maps are pool adjacent violators at the middles of its pools, and never reach 0 or 1', () => {
    const judged = fc.array(
      fc.record({
        level: fc.constant(1),
        confidence: fc.integer({ min: 0, max: 20 }).map((n) => n / 20),
        right: fc.boolean(),
      }),
      { minLength: 1, maxLength: 30 },
    );
    fc.assert(
      fc.property(judged, (given) => {
        const map = fitMap('isotonic', given);
        if (map.kind !== 'isotonic') throw new Error('another map');
        const all = [...given, { confidence: 0, right: true }, { confidence: 1, right: false }];
        const places = [...new Set(all.map(({ confidence }) => confidence))].sort((a, b) => a - b);
        const counts = places.map((place) => {
          const own = all.filter(({ confidence }) => confidence === place);
          return { value: own.filter(({ right }) => right).length / own.length, weight: own.length };
        });
        expect(map.points.map(({ probability }) => probability)).toEqual([...new Set(isotonic(counts))]);
        for (const { probability } of map.points) {
          expect(probability).toBeGreaterThan(0);
          expect(probability).toBeLessThan(1);
        }
        const said = places.map((place) => mapped(map, place));
        expect(said.every((value, i) => i === 0 || value >= said[i - 1]! - 1e-12)).toBe(true);
      }),
    );
  });

  test('each level has its own map, and one with few questions that of all together', () => {
    const judged = [
      ...planted(500, () => 0.9, 3, 1),
      ...planted(500, () => 0.3, 4, 2),
      ...planted(9, () => 0, 5, 3),
    ];
    for (const method of METHODS) {
      const calibration = calibrate(method, judged, false);
      expect(Object.keys(calibration.levels)).toEqual(['1', '2']);
      const of = (level: number) => calibrated(calibration, level, 0.5);
      if (method !== 'temperature') expect(of(1)).toBeGreaterThan(of(2) + 0.3);
      expect(of(3)).toBe(mapped(calibration.otherwise, 0.5));
    }
    expect(() => calibrate('isotonic', [], false)).toThrow('expected at least one known answer, got none');
  });

  test('answers stay as they are, unknown ones too; a map that ground truth shaped says so', async () => {
    const judged = planted(500, (said) => said / 2, 6);
    const wrapped = calibratedAssistant(numbers(), calibrate('histogram', judged, true), () => 1);
    const [own, sure] = [await numbers().answer([7, 13], scope()), await wrapped.answer([7, 13], scope())];
    expect(sure[1]).toEqual(own[1]);
    expect(sure[0]).toMatchObject({ kind: 'known', value: 7 });
    expect(Math.abs((sure[0]!.kind === 'known' ? sure[0]!.confidence : 0) - 0.375)).toBeLessThan(0.12);
    expect(wrapped.origin.groundTruth).toBe(true);
  });
});

for (const method of METHODS)
  wrapperContract(`calibrated by ${method}`, (assistant) =>
    calibratedAssistant(
      assistant,
      calibrate(
        method,
        planted(300, (said) => said, 7),
        false,
      ),
      () => 1,
    ),
  );
