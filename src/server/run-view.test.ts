import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Entry } from '../ledger/entry.ts';
import { configure } from '../run/configuration.ts';
import { proportion } from '../statistics/proportion.ts';
import { upperOf, viewOf } from './run-view.ts';

describe("a gate's interval", () => {
  test('has the upper end that was measured, found again from the value and the lower end', () => {
    const count = fc.nat(4).map((right) => ({ right, n: 4 }));
    fc.assert(
      fc.property(fc.array(count, { minLength: 2, maxLength: 60 }), (counts) => {
        const { value, low, high } = proportion(counts);
        // Where none is right, the lower end says nothing.
        if (value > 0) expect(upperOf(value, low)).toBeCloseTo(high, 6);
        else expect(upperOf(value, low)).toBe(1);
      }),
    );
  });
});

describe('the minutes of people', () => {
  test('grow where training stood when they decided, one point for each such place', () => {
    const entry = (kind: Entry['kind'], figures: Entry['figures'] = {}): Entry => ({
      ...{ v: 1, seq: 0, time: '2026-01-31T12:00:00.000Z', kind, figures },
      actor: { id: 'person:ada', kind: 'person' },
    });
    const entries = [
      entry('action-taken', { seconds: 30 }),
      entry('training-started', { step: 0 }),
      entry('action-taken', { seconds: 30 }),
      entry('gate-looked', { step: 25 }),
      entry('action-taken', { seconds: 60 }),
      entry('action-taken', { seconds: 120 }),
    ];
    const configuration = configure({ task: 'permutation-powering', size: 8 });
    const { series, people } = viewOf({
      ...{ configuration, entries, levels: 4, state: undefined, decided: 4, waiting: 0 },
    });
    expect(series.find(({ name }) => name === 'minutes of people')?.points).toEqual([
      { step: 0, value: 1 },
      { step: 25, value: 4 },
    ]);
    expect(people.seconds).toBe(240);
  });
});
