import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { rational, showRational } from '../base/rational.ts';
import { finalAnswer, finalNumber } from './final.ts';
import { numberAt, numberOf } from './numbers.ts';

const read = (text: string) => {
  const value = numberOf(text);
  return value && showRational(value);
};

describe('a number as people write it', () => {
  test.each([
    ['12', '12'],
    ['1,234', '1234'],
    ['400 000', '400000'],
    ['1,234,567.5', '2469135/2'],
    ['12.50', '25/2'],
    ['.5', '1/2'],
    ['$5.50', '11/2'],
    ['-$5', '-5'],
    ['$-5', '-5'],
    ['−3', '-3'],
    ['12 %', '12'],
    ['1 1/2', '3/2'],
    ['2½', '5/2'],
    ['¾', '3/4'],
    ['7.', '7'],
    ['5/2', '5/2'],
    ['-6/4', '-3/2'],
  ])('«%s» is %s', (text, value) => {
    expect(read(text)).toBe(value);
  });

  test.each(['', 'x', '1 2', '1/0', '1/2/3', '12 eggs', '1e5', '--1 2', '1,2,3', '2:15', '$'])(
    '«%s» is none',
    (text) => {
      expect(read(text)).toBeUndefined();
    },
  );

  test('reads back whatever JavaScript writes', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), fc.nat(99), (whole, cents) => {
        expect(numberOf(String(whole))).toEqual(rational(BigInt(whole)));
        expect(numberOf(whole.toLocaleString('en'))).toEqual(rational(BigInt(whole)));
        const hundredths = BigInt(Math.abs(whole)) * 100n + BigInt(cents);
        const text = `${Math.abs(whole).toLocaleString('en')}.${String(cents).padStart(2, '0')}`;
        expect(numberOf(text)).toEqual(rational(hundredths, 100n));
      }),
    );
  });

  test('is not read beyond its end, and never where none begins', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom(...'0123456789,. /$½x'), maxLength: 40 }),
        fc.nat(40),
        (text, at) => {
          const number = numberAt(text, at);
          if (number) expect(number.end).toBeGreaterThan(at);
          if (number) expect(number.end).toBeLessThanOrEqual(text.length);
        },
      ),
    );
    expect(numberAt('9'.repeat(10_000), 0)).toBeUndefined();
  });
});

describe('what an answer comes to', () => {
  test.each([
    ['2*3 = <<2*3=6>>6 eggs\nSo 7.\nA: 6', '6'],
    ['Some words\n#### 1,234', '1,234'],
    ['She makes 9 * 2 = $<<9*2=18>>18 in 5 days.', '18'],
    ['First <<1+1=2>>2, then 5 + 2 = 7 birds for 3 days.', '7'],
    ['so x = -3.', '-3'],
    ['It was -3 degrees at noon.', '-3'],
    ['There are 5 of them in 2 boxes', '2'],
    ['between 11 - 10 and', '10'],
    ['A: -10', '-10'],
  ])('of «%s» is %s', (text, value) => {
    expect(finalAnswer(text)).toBe(value);
  });

  test('may be nothing, or no number', () => {
    expect(finalAnswer('I do not know.')).toBeUndefined();
    expect(finalAnswer('A: none')).toBe('none');
    expect(finalNumber('A: none')).toBeUndefined();
    expect(finalNumber('-10')).toEqual(rational(-10n));
  });
});
