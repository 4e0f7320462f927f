/** The short version of `npm run prove gates`. */

import { expect, test } from 'vitest';
import { Random } from '../src/base/random.ts';
import {
  clustered,
  decide,
  ERROR_RATE,
  gate,
  independent,
  passed,
  promotedAt,
  SETTINGS,
  unclustered,
} from './gates.ts';

const [EASY] = SETTINGS;
const RUNS = 200;
const EACH = 8;

test('a gate of audits lets bad candidates through no more often than α, good ones nearly always', () => {
  const bad = passed(decide(gate(), (random) => independent(0.85, random), EASY!, RUNS, 1));
  const good = decide(gate(), (random) => independent(0.95, random), EASY!, RUNS, 1);
  expect(bad).toBeLessThan(ERROR_RATE + 4 * Math.sqrt((ERROR_RATE * (1 - ERROR_RATE)) / RUNS));
  expect(passed(good)).toBeGreaterThan(0.95);
  expect(Math.max(...good.map(({ audits }) => audits))).toBeLessThanOrEqual(400);
});

test('audits of one context are one number: told apart they let through far more than is said', () => {
  const of = (numbers: typeof clustered) =>
    passed(decide(gate(), (random) => numbers(0.85, EACH, random), EASY!, RUNS, 2));
  expect(of(clustered)).toBeLessThan(0.11);
  expect(of(unclustered)).toBeGreaterThan(0.2);
});

test('over iterations, with one level of many that is bad, the chances add up to no more than α', () => {
  const ever = Array.from({ length: 60 }, (_, i) =>
    promotedAt([0.85, 1], 5, EASY!, Random.seeded(3).split(i)),
  ).filter((at) => at !== undefined);
  expect(ever.length / 60).toBeLessThan(0.16);
});
