/** The short version of `npm run prove estimators`: a few studies of each kind, 200 times, with a seed. */

import { expect, test } from 'vitest';
import { Random } from '../src/base/random.ts';
import { coverageOf, kindOf, overContexts, type Study } from './estimators.ts';
import { STUDIES as CALIBRATION } from './estimators-calibration.ts';
import { STUDIES as OVERSEER } from './estimators-overseer.ts';
import { STUDIES as STATISTICS } from './estimators-statistics.ts';

const REPETITIONS = 200;
/** Of 200, 95 % cover fewer once in some thousand times. */
const LEAST = 178;

const SOME = [
  'Wilson with design effect, 0.95, 40 × 8',
  'weighted audits, Korn–Graubard, rate 0.2',
  'AUROC 0.86, 80 % right, 40 × 8',
  'K4 distillation ratio r, 0.05 of 0.1',
  'jackknife of a ratio in the logarithm, 40 skewed clusters',
  'K4 sensitivity by injection',
  'K5 slope of realised on predicted',
  'K8 tokens of the student over the teacher’s',
];

const studies: readonly Study[] = [...STATISTICS, ...OVERSEER, ...CALIBRATION];

test.each(SOME)('%s: intervals hold the truth as often as they say', (name) => {
  const study = studies.find(({ truths }) => name in truths)!;
  for (const { covered, intervals } of coverageOf(study, REPETITIONS, Random.seeded(7))) {
    expect(intervals).toBe(REPETITIONS);
    expect(covered).toBeGreaterThanOrEqual(LEAST);
  }
});

test('simulated contexts have the chances asked for, and their questions stand and fall together', () => {
  const random = Random.seeded(1);
  const pairs = Array.from({ length: 20_000 }, () => {
    const kind = kindOf(random);
    return [kind.happens(0.2), kind.happens(0.2)] as const;
  });
  const share = (of: (pair: readonly [boolean, boolean]) => boolean) =>
    pairs.filter(of).length / pairs.length;
  expect(share(([one]) => one)).toBeCloseTo(0.2, 1.7);
  expect(share(([one, two]) => one && two)).toBeCloseTo(
    overContexts(0.2, (chance) => chance ** 2),
    1.7,
  );
  expect(overContexts(0.2, (chance) => chance)).toBeCloseTo(0.2, 6);
});
