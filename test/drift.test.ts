/** The short version of `npm run prove drift`, on simulated anchors and audits. */

import { expect, test } from 'vitest';
import { DRIFTS, ITERATIONS, JUMP, repetitions } from './drift.ts';

const RUNS = 40;
const scenario = (name: string, churn: number) => ({
  drift: DRIFTS[name]!,
  base: 0.02,
  churn,
  anchors: 1000,
  audits: 50,
});

test('drift is alarmed about before it is reached, and nothing that harms nobody is', () => {
  const share = (name: string, churn: number, latest: number) =>
    repetitions(scenario(name, churn), RUNS, 1).filter(({ iteration = 99 }) => iteration <= latest).length /
    RUNS;
  expect(share('linear', 0, ITERATIONS - 1)).toBeGreaterThan(0.95);
  expect(share('jump', 0.2, JUMP)).toBeGreaterThan(0.95);
  // 5 %, and four standard deviations.
  expect(share('none', 0.2, ITERATIONS)).toBeLessThan(0.19);
  expect(share('none', 1, ITERATIONS)).toBeLessThan(0.19);
});
