/** Exact fractions, so that a third of nine is three and nothing is lost to binary places. */

import { invariant } from './errors.ts';

/** In lowest terms, with a denominator above 0: equal numbers are equal fields. */
export interface Rational {
  readonly numerator: bigint;
  readonly denominator: bigint;
}

export const ZERO: Rational = { numerator: 0n, denominator: 1n };

/** `denominator` is not 0. */
export function rational(numerator: bigint, denominator = 1n): Rational {
  invariant(denominator !== 0n, 'a fraction has a denominator other than 0');
  const sign = denominator < 0n ? -1n : 1n;
  const divisor = sign * gcd(absolute(numerator), absolute(denominator));
  return { numerator: numerator / divisor, denominator: denominator / divisor };
}

export function add(a: Rational, b: Rational): Rational {
  return rational(a.numerator * b.denominator + b.numerator * a.denominator, a.denominator * b.denominator);
}

export function negate({ numerator, denominator }: Rational): Rational {
  return { numerator: -numerator, denominator };
}

export function subtract(a: Rational, b: Rational): Rational {
  return add(a, negate(b));
}

export function multiply(a: Rational, b: Rational): Rational {
  return rational(a.numerator * b.numerator, a.denominator * b.denominator);
}

/** Undefined where it has no value: by 0. */
export function divide(a: Rational, b: Rational): Rational | undefined {
  if (b.numerator === 0n) return undefined;
  return rational(a.numerator * b.denominator, a.denominator * b.numerator);
}

export function isEqual(a: Rational, b: Rational): boolean {
  return a.numerator === b.numerator && a.denominator === b.denominator;
}

/** Below 0 if a < b, above 0 if a > b. */
export function compare(a: Rational, b: Rational): number {
  const difference = a.numerator * b.denominator - b.numerator * a.denominator;
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

export function magnitude({ numerator, denominator }: Rational): Rational {
  return { numerator: absolute(numerator), denominator };
}

/** 10^−places, places ≥ 0. */
export function decimalUnit(places: number): Rational {
  return { numerator: 1n, denominator: 10n ** BigInt(places) };
}

/** Reads digits with at most one point, «1234», «12.50», «.5», «7.»; undefined for anything else. */
export function fromDecimal(text: string): Rational | undefined {
  const match = /^(\d*)(?:\.(\d*))?$/.exec(text);
  const [whole, places] = [match?.[1] ?? '', match?.[2] ?? ''];
  if (whole === '' && places === '') return undefined;
  return rational(BigInt(whole + places), 10n ** BigInt(places.length));
}

/** «-5/2»; «4» where it is whole. */
export function showRational({ numerator, denominator }: Rational): string {
  return denominator === 1n ? String(numerator) : `${numerator}/${denominator}`;
}

/** The nearest of the numbers that JavaScript has, for people to look at. */
export function toNumber({ numerator, denominator }: Rational): number {
  const [a, b] = [Number(numerator), Number(denominator)];
  if (Number.isFinite(a) && Number.isFinite(b)) return a / b;
  // Both are cut to what fits; what is lost is far below the last place that is shown.
  const shift = BigInt(Math.max(0, String(denominator).length - DIGITS));
  return Number(numerator / 10n ** shift) / Number(denominator / 10n ** shift);
}

const DIGITS = 30;

function absolute(value: bigint): bigint {
  return value < 0n ? -value : value;
}

function gcd(a: bigint, b: bigint): bigint {
  let [x, y] = [a, b];
  while (y !== 0n) [x, y] = [y, x % y];
  return x;
}
