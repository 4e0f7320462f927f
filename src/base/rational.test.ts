import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  add,
  compare,
  decimalUnit,
  divide,
  fromDecimal,
  isEqual,
  magnitude,
  multiply,
  negate,
  type Rational,
  rational,
  showRational,
  subtract,
  toNumber,
  ZERO,
} from './rational.ts';

const some: fc.Arbitrary<Rational> = fc
  .tuple(fc.bigInt({ min: -10_000n, max: 10_000n }), fc.bigInt({ min: 1n, max: 500n }))
  .map(([numerator, denominator]) => rational(numerator, denominator));

describe('a rational', () => {
  test('calculates as a field does', () => {
    fc.assert(
      fc.property(some, some, some, (a, b, c) => {
        expect(add(a, b)).toEqual(add(b, a));
        expect(multiply(a, add(b, c))).toEqual(add(multiply(a, b), multiply(a, c)));
        expect(subtract(add(a, b), b)).toEqual(a);
        if (!isEqual(b, ZERO)) expect(multiply(divide(a, b)!, b)).toEqual(a);
        expect(divide(a, ZERO)).toBeUndefined();
        expect(add(a, negate(a))).toEqual(ZERO);
      }),
    );
  });

  test('is near what floating point makes of it', () => {
    fc.assert(
      fc.property(some, some, (a, b) => {
        expect(toNumber(add(a, b))).toBeCloseTo(toNumber(a) + toNumber(b), 6);
        expect(toNumber(multiply(a, b))).toBeCloseTo(toNumber(a) * toNumber(b), 3);
        expect(Math.sign(compare(a, b))).toBe(Math.sign(toNumber(a) - toNumber(b)));
        expect(toNumber(magnitude(a))).toBe(Math.abs(toNumber(a)));
      }),
    );
  });

  test('is in lowest terms, whatever it is made of', () => {
    expect(rational(6n, -4n)).toEqual({ numerator: -3n, denominator: 2n });
    expect(rational(0n, -7n)).toEqual(ZERO);
    expect(showRational(rational(-10n, 4n))).toBe('-5/2');
    expect(showRational(rational(8n, 2n))).toBe('4');
  });

  test('reads what a decimal says, to every place', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 10n ** 40n }), fc.nat(60), (digits, places) => {
        const text = String(digits).padStart(places + 1, '0');
        const cut = text.length - places;
        const read = fromDecimal(`${text.slice(0, cut)}.${text.slice(cut)}`);
        expect(read).toEqual(multiply(rational(digits), decimalUnit(places)));
      }),
    );
    expect(fromDecimal('.5')).toEqual(rational(1n, 2n));
    expect(fromDecimal('7.')).toEqual(rational(7n));
    for (const text of ['', '.', '1.2.3', '-1', '1e5', 'x']) expect(fromDecimal(text)).toBeUndefined();
  });

  test('is shown as a number even where its parts are beyond one', () => {
    expect(toNumber(rational(10n ** 400n + 1n, 2n * 10n ** 400n))).toBeCloseTo(0.5, 12);
  });
});
