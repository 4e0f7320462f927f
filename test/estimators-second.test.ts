/** A glance at each interval of the second half; `npm run prove estimators` looks properly. */

import { expect, test } from 'vitest';
import { Random } from '../src/base/random.ts';
import { STUDIES } from './estimators-second.ts';

const REPETITIONS = 20;
/** Fewer of 20 have a chance of 3 in 10,000 where an interval holds in 95 %. */
const LEAST = 15;

test.each(
  STUDIES.flatMap((study) => Object.entries(study.truths).map(([name, truth]) => ({ name, truth, study }))),
)('$name: intervals hold the truth about as often as they say', ({ name, truth, study }) => {
  const random = Random.seeded(7).split(name);
  const held = Array.from({ length: REPETITIONS }, (_, i) => {
    const { low, high } = study.carryOut(random.split(i))[name] ?? { low: null, high: null };
    return low !== null && high !== null && low <= truth && truth <= high;
  });
  expect(held.filter(Boolean).length).toBeGreaterThanOrEqual(LEAST);
});
