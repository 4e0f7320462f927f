/** Numbers as people write them: «1,234», «$5.50», «12 %», «1 1/2», «¾», «.5», «0.333...», read exactly. */

import { add, divide, fromDecimal, negate, type Rational, rational } from '../base/rational.ts';

export interface WrittenNumber {
  readonly value: Rational;
  /** Places after the point: how exactly it was written. */
  readonly places: number;
  /** Whether «...» after it says that more places follow. */
  readonly isTruncated: boolean;
  /** Where the text goes on. */
  readonly end: number;
}

/** A number with more digits is none: no text that makes sense has it. */
const DIGITS_MAX = 2000;

// A whole number and a fraction («1 1/2»), groups of three («1,234», «400 000»), or plain digits with a point. What
// follows must not make another number of it.
const MIXED = /(\d{1,9}) (\d{1,9})\/(\d{1,9})(?![\d./])/y;
const GROUPED = /\d{1,3}(?:([, ])\d{3})(?:\1\d{3})*(?!\d)(?:\.\d+)?/y;
const PLAIN = /\d+(?:\.\d+)?|\.\d+/y;
const VULGAR = /[¼½¾⅐-⅞]/y;
const ELLIPSIS = /\.{3}|…/y;

/** The number that begins there, without a sign. */
export function numberAt(text: string, at: number): WrittenNumber | undefined {
  const read = mixedAt(text, at) ?? decimalAt(text, at) ?? vulgarAt(text, at);
  if (!read) return undefined;
  const more = matchAt(ELLIPSIS, text, read.end);
  return more ? { ...read, isTruncated: true, end: read.end + more[0].length } : read;
}

/** What a text says that is a number or a fraction and nothing else, a sign, a currency and «%» aside; undefined for any
 *  other. */
export function numberOf(text: string): Rational | undefined {
  const [sign, minus, minusAfter] = /^\s*([-−+]?)\s*[$£€]?\s*([-−]?)/.exec(text)!;
  const number = numberAt(text, sign.length);
  const [rest, below] = /^\s*(?:\/(\d{1,99})|%|\.)?\s*/.exec(text.slice(number?.end ?? 0))!;
  if (!number || number.end + rest.length < text.length) return undefined;
  const value = below === undefined ? number.value : divide(number.value, rational(BigInt(below)));
  const isNegative = (minus === '-' || minus === '−') !== (minusAfter !== '');
  return value && isNegative ? negate(value) : value;
}

/** All of them, in order. */
export function numbersIn(text: string): readonly (WrittenNumber & { readonly at: number })[] {
  const found: (WrittenNumber & { readonly at: number })[] = [];
  for (let at = 0; at < text.length; ) {
    const number = numberAt(text, at);
    if (number) found.push({ ...number, at });
    at = number?.end ?? at + 1;
  }
  return found;
}

function mixedAt(text: string, at: number): WrittenNumber | undefined {
  const match = matchAt(MIXED, text, at);
  if (!match) return undefined;
  const part = divide(rational(BigInt(match[2]!)), rational(BigInt(match[3]!)));
  return part && whole(add(rational(BigInt(match[1]!)), part), at + match[0].length);
}

function decimalAt(text: string, at: number): WrittenNumber | undefined {
  const match = matchAt(GROUPED, text, at) ?? matchAt(PLAIN, text, at);
  if (!match || match[0].length > DIGITS_MAX) return undefined;
  const digits = match[0].replace(/[, ]/g, '');
  const end = at + match[0].length;
  const vulgar = vulgarAt(text, end);
  const value = fromDecimal(digits)!;
  if (vulgar) return whole(add(value, vulgar.value), vulgar.end);
  const point = digits.indexOf('.');
  return { value, places: point < 0 ? 0 : digits.length - point - 1, isTruncated: false, end };
}

function vulgarAt(text: string, at: number): WrittenNumber | undefined {
  const match = matchAt(VULGAR, text, at);
  if (!match) return undefined;
  // Unicode takes «¾» apart: 3, U+2044, 4.
  const [numerator, denominator] = match[0].normalize('NFKC').split('⁄');
  return whole(rational(BigInt(numerator!), BigInt(denominator!)), at + 1);
}

function whole(value: Rational, end: number): WrittenNumber {
  return { value, places: 0, isTruncated: false, end };
}

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}
