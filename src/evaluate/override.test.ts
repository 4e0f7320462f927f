/** Overrides: reviews stand for what they were drawn from, and escalated ones mislead by as much as is said. */

import { expect, test } from 'vitest';
import { overrides, type Review } from './override.ts';

const review = (cluster: number, escalated: boolean, overridden: boolean): Review => ({
  ...{ cluster, level: 1, escalated, overridden, probability: escalated ? 1 : 0.1 },
});

const DECIDED = Array.from({ length: 10 }, (_, cluster) => ({
  cluster,
  level: 1,
  decisions: 21,
  escalated: 1,
}));
/** Of each context, one escalated decision (half are changed) and two of twenty others (one in twenty is). */
const REVIEWS = DECIDED.flatMap(({ cluster }) => [
  review(cluster, true, cluster % 2 === 0),
  review(cluster, false, cluster === 0),
  review(cluster, false, false),
]);

test('each review counts for as many decisions as it stands for', () => {
  const { frequency, escalatedOnly, bias, escalationRate } = overrides(REVIEWS, DECIDED, []);
  expect(frequency!.value).toBeCloseTo((5 + 10) / 210, 12);
  expect(escalatedOnly!.value).toBe(0.5);
  expect(bias!.value).toBeCloseTo(0.5 - 15 / 210, 12);
  expect(bias!.low).toBeGreaterThan(0);
  expect(escalationRate!.value).toBeCloseTo(1 / 21, 12);
});

test('without a shadow audit there is no frequency to tell', () => {
  const found = overrides(
    REVIEWS.filter(({ escalated }) => escalated),
    DECIDED,
    [],
  );
  expect(found.escalatedOnly!.value).toBe(0.5);
  expect([found.frequency, found.reasons, found.bias]).toEqual([undefined, undefined, undefined]);
  expect(overrides([], [], [])).toEqual({
    ...{ frequency: undefined, reasons: undefined, escalatedOnly: undefined, bias: undefined },
    ...{ escalationRate: undefined, precision: undefined, missRate: undefined },
  });
});

test('reasons add up to the overrides; precision and misses are of what is known', () => {
  const reasoned = REVIEWS.map((one, i) => ({
    ...one,
    ...(one.overridden ? { reason: i % 2 === 0 ? ('policy' as const) : ('decomposition' as const) } : {}),
    ...(i < 10 ? { endedRight: i > 3 } : {}),
  }));
  const found = overrides(reasoned, DECIDED, [
    { cluster: 1, level: 1, later: true },
    { cluster: 2, level: 1, later: false },
  ]);
  const sum = Object.values(found.reasons!).reduce((total, { value }) => total + value, 0);
  expect(sum).toBeCloseTo(found.frequency!.value, 12);
  expect(found.precision).toMatchObject({ value: 1 / 3, n: 3 });
  expect(found.missRate).toMatchObject({ value: 0.5, n: 2 });
});
