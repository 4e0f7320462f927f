import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  add,
  divide,
  multiply,
  negate,
  type Rational,
  rational,
  subtract,
  toNumber,
} from '../base/rational.ts';
import { evaluate, tokens } from './_expression.ts';

/** A calculation with its value, which is made beside the text and not from it. */
interface Sum {
  readonly text: string;
  readonly value: Rational | undefined;
  /** How tightly its outermost operator binds; 3 is a number. */
  readonly binds: 1 | 2 | 3;
}

const number: fc.Arbitrary<Sum> = fc.oneof(
  fc.nat(99_999).map((n): Sum => ({ text: String(n), value: rational(BigInt(n)), binds: 3 })),
  fc.nat(9_999_999).map((n): Sum => {
    const text = n.toLocaleString('en');
    return { text: `$${text}`, value: rational(BigInt(n)), binds: 3 };
  }),
  fc.tuple(fc.nat(999), fc.integer({ min: 10, max: 99 })).map(([whole, cents]): Sum => {
    return { text: `${whole}.${cents}`, value: rational(BigInt(whole * 100 + cents), 100n), binds: 3 };
  }),
  fc.nat(500).map((n): Sum => ({ text: `${n}%`, value: rational(BigInt(n), 100n), binds: 3 })),
  fc.constantFrom<Sum>(
    { text: '½', value: rational(1n, 2n), binds: 3 },
    { text: '2¾', value: rational(11n, 4n), binds: 3 },
    { text: '.5', value: rational(1n, 2n), binds: 3 },
  ),
);

const inside = (sum: Sum, least: number) => (sum.binds < least ? `(${sum.text})` : sum.text);

const { sum } = fc.letrec<{ sum: Sum }>((tie) => ({
  sum: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    number,
    fc
      .tuple(tie('sum'), tie('sum'), fc.constantFrom('+', '-', '*', '/', '×', '÷', '−'), fc.boolean())
      .map(([a, b, operator, isSpaced]): Sum => {
        const space = isSpaced ? ' ' : '';
        const [x, y] = [a.value, b.value];
        const isSum = '+-−'.includes(operator);
        // «a - (b - c)» and «a / (b * c)» need their parentheses on the right.
        const text = isSum
          ? `${inside(a, 1)}${space}${operator}${space}${inside(b, 2)}`
          : `${inside(a, 2)}${space}${operator}${space}${inside(b, 3)}`;
        const calculate = { '+': add, '-': subtract, '−': subtract, '*': multiply, '×': multiply };
        const value = x && y && (calculate[operator as '+'] ?? divide)(x, y);
        return { text, value, binds: isSum ? 1 : 2 };
      }),
    tie('sum').map((a): Sum => ({ text: `-${inside(a, 3)}`, value: a.value && negate(a.value), binds: 3 })),
  ),
}));

describe('an expression', () => {
  test('has the value that it has beside its text, or none where it divides by 0', () => {
    fc.assert(
      fc.property(sum, ({ text, value }) => {
        expect(evaluate(tokens(text), false)[0]).toEqual(value);
      }),
      { numRuns: 2000 },
    );
  });

  test('has about the value that JavaScript has for it', () => {
    const plain = fc.stringMatching(/^[1-9][0-9]?( ?[-+*/] ?[1-9][0-9]?){0,6}$/);
    fc.assert(
      fc.property(plain, (text) => {
        const found = evaluate(tokens(text), false)[0]!;
        const expected = new Function(`return ${text}`)() as number;
        expect(Math.abs(toNumber(found) - expected)).toBeLessThanOrEqual(
          1e-9 * Math.max(1, Math.abs(expected)),
        );
      }),
    );
  });

  test.each([
    ['1 1/2 + 2', 3.5],
    ['400 000 - 282 000', 118_000],
    ['2(3+4)', 14],
    ['(1/2)(4)', 2],
    ['(1/4)24', 6],
    ['12/20 x 100%', 0.6],
    ['+8', 8],
    ['1/3*3', 1],
  ])('%s is %d', (text, value) => {
    expect(toNumber(evaluate(tokens(text), false)[0]!)).toBe(value);
  });

  test('of fractions over fractions may be read as people write them, narrow strokes first', () => {
    expect(evaluate(tokens('1 1/2 / 1/2'), false).map(toNumber)).toEqual([0.75, 3]);
    expect(evaluate(tokens('1/2/2'), false).map(toNumber)).toEqual([0.25]);
  });

  test.each([
    'x+1',
    '2x',
    '5+',
    '30*',
    '1/0',
    '3*(2-2',
    '',
    '()',
    '2:15-2:38',
    '48/3-quarters',
    '4*50k',
    '1 2',
  ])('«%s» is none', (text) => {
    expect(evaluate(tokens(text), false)).toEqual([]);
  });

  test('of any text ends soon, with a value or without', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom(...'0123456789+-*/().%$ x=,½a'), maxLength: 300 }),
        (text) => {
          expect(evaluate(tokens(text), true).length).toBeLessThanOrEqual(2);
        },
      ),
    );
    const deep = '('.repeat(100_000);
    expect(evaluate(tokens(deep), false)).toEqual([]);
    expect(evaluate(tokens('-'.repeat(100_000)), false)).toEqual([]);
  });
});
