import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { proportion } from '../base/proportion.ts';
import { upperOf } from './run-view.ts';

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
