/** Minutes and leverage, by hand. */

import { describe, expect, test } from 'vitest';
import { declaredMinutes, labelLeverage, minutesPerThousand, type Worked } from './minutes.ts';

const work: readonly Worked[] = [
  { cluster: 1, minutes: { decompose: 8, audit: 1, override: 1 }, decisions: 20, examples: 30_000 },
  { cluster: 2, minutes: { decompose: 10, audit: 3, override: 1 }, decisions: 28, examples: 30_000 },
  { cluster: 3, minutes: { decompose: 12, audit: 0, override: 0 }, decisions: 24, examples: 20_000 },
];

describe('human minutes', () => {
  test('per 1,000 examples are all minutes over all examples', () => {
    const { value, low, high, n } = minutesPerThousand(work)!;
    expect([value, n]).toEqual([36 / 80, 80_000]);
    expect(low!).toBeLessThan(value);
    expect(value / low!).toBeCloseTo(high! / value, 9); // as far below as above, as a factor
  });

  test('twice as many per act are twice as many per example, with the interval', () => {
    const slow = work.map((one) => {
      const { decompose, audit, override } = one.minutes;
      return { ...one, minutes: { decompose: 2 * decompose, audit: 2 * audit, override: 2 * override } };
    });
    const [before, after] = [minutesPerThousand(work)!, minutesPerThousand(slow)!];
    expect(after.value).toBeCloseTo(2 * before.value, 12);
    expect(after.high).toBeCloseTo(2 * before.high!, 9);
  });

  test('of a simulated H are declared: 100 decisions, 50 checks and 2 corrections take 61 minutes', () => {
    expect(declaredMinutes({ decompose: 100, audit: 50, override: 2 })).toEqual({
      ...{ decompose: 50, audit: 10, override: 1 },
    });
  });

  test('are undefined without examples, and have no interval of one part or where nobody worked', () => {
    expect(minutesPerThousand([])).toBeUndefined();
    expect(minutesPerThousand([{ ...work[0]!, examples: 0 }])).toBeUndefined();
    expect(minutesPerThousand(work.slice(0, 1))).toMatchObject({ low: null, high: null });
    const idle = work.map((one) => ({ ...one, minutes: { decompose: 0, audit: 0, override: 0 } }));
    expect(minutesPerThousand(idle)).toMatchObject({ value: 0, low: null });
  });
});

test('label leverage is examples per decision, and undefined without one', () => {
  expect(labelLeverage(work)).toMatchObject({ value: 80_000 / 72, n: 72 });
  expect(labelLeverage(work.map((one) => ({ ...one, decisions: 0 })))).toBeUndefined();
});
