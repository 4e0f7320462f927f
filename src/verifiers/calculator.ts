/** Calculates again what an answer says it calculated, exactly. It knows nothing of what the numbers stand for: a right
 *  calculation of the wrong thing passes. */

import {
  compare,
  decimalUnit,
  isEqual,
  magnitude,
  multiply,
  type Rational,
  rational,
  showRational,
  subtract,
  toNumber,
} from '../base/rational.ts';
import type { Claim } from '../core/assistant.ts';
import type { Verdict, Verifier } from '../core/verifier.ts';
import { type Equation, equations, type Side } from './_equations.ts';

export { marksOf } from './_equations.ts';

/** How two sides stand to each other. */
export type Held =
  | 'exact'
  | 'rounded' // correctly, to the last of the places that are written, of which there is one at least
  | 'binary' // as exact as binary floating point is
  | 'about' // within one unit of the last place: cut off, or rounded to a whole number
  | 'off'
  | 'unreadable'; // no arithmetic: a variable, a time of day, a division by 0

export interface Calculation {
  /** «16-3-4» */
  readonly expression: string;
  /** «9», as it was written. */
  readonly value: string;
  /** Whether its writer marked it, or it was found in plain words. */
  readonly where: 'mark' | 'words';
  readonly held: Held;
  /** What the expression comes to, where that can be told. */
  readonly exact?: Rational;
}

/** All calculations in a text, in order: those that are marked, or if none is, those in its words. */
export function calculations(text: string): readonly Calculation[] {
  return equations(text).map((equation) => {
    const { left, right, where } = equation;
    const [exact] = left.values;
    return {
      expression: left.text,
      value: right.text,
      where,
      held: standing(equation),
      ...(exact && { exact }),
    };
  });
}

/** «pass» if every calculation holds and there is one, «fail» if one does not, «unsure» otherwise. */
export function calculator<Q>(): Verifier<Q, string> {
  return {
    name: NAME,
    groundTruth: false,
    verify: async (claims) => claims.map((claim: Claim<Q, string>) => verdictOf(calculations(claim.answer))),
  };
}

const NAME = 'calculator';

function verdictOf(found: readonly Calculation[]): Verdict {
  const off = found.find(({ held }) => held === 'off');
  if (off) return { verifier: NAME, kind: 'fail', reason: explain(off) };
  const doubtful = found.find(({ held }) => held === 'about' || held === 'unreadable');
  if (doubtful) return { verifier: NAME, kind: 'unsure', reason: explain(doubtful) };
  if (found.length === 0) return { verifier: NAME, kind: 'unsure', reason: 'there is no calculation in it' };
  return { verifier: NAME, kind: 'pass' };
}

/** «5*3: expected 15, got 14» */
export function explain({ expression, value, held, exact }: Calculation): string {
  const shown = `«${cut(expression)}»`;
  if (held === 'unreadable' || !exact)
    return `${shown} = «${cut(value)}»: expected arithmetic, it cannot be read as such`;
  return `${shown}: expected ${decimalOf(exact)}, got ${cut(value)}`;
}

/** Of an expression, so much is shown. */
const SHOWN = 80;

function cut(text: string): string {
  return text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text;
}

/** A decimal if it ends early, else the fraction with about what it is. */
export function decimalOf(value: Rational): string {
  const short = toNumber(value);
  const ends = multiply(value, rational(10n ** BigInt(PLACES))).denominator === 1n;
  return ends ? String(short) : `${showRational(value)} ≈ ${Number(short.toPrecision(PLACES))}`;
}

const PLACES = 6;
/** Of two numbers that differ only by what binary floating point loses; and then it is written with so many places. */
const LOST = rational(1n, 10n ** 12n);
const BINARY_PLACES = 9;
const HUNDRED = rational(100n);
const HALF = rational(1n, 2n);

function standing({ left, right }: Equation): Held {
  if (left.values.length === 0 || right.values.length === 0) return 'unreadable';
  // «12/20*100 = 60%»: people write the sign where the value has it already.
  const isAmbiguous = right.isPercent && !left.isPercent;
  const values = right.values.flatMap((value) => (isAmbiguous ? [value, multiply(value, HUNDRED)] : [value]));
  const found = left.values.flatMap((exact) => values.map((value) => compared(exact, value, right)));
  return ORDER.find((held) => found.includes(held))!;
}

const ORDER: readonly Held[] = ['exact', 'rounded', 'binary', 'about', 'off'];

function compared(exact: Rational, value: Rational, { places, isTruncated, isPercent }: Side): Held {
  if (isEqual(exact, value)) return 'exact';
  if (places === undefined) return 'off'; // two calculations
  const difference = magnitude(subtract(exact, value));
  const scale = isPercent && compare(magnitude(value), rational(1n)) <= 0 ? 2 : 0;
  const unit = decimalUnit(places + scale);
  if (places >= BINARY_PLACES && compare(difference, multiply(magnitude(exact), LOST)) <= 0) return 'binary';
  if (places > 0 && compare(difference, multiply(unit, HALF)) <= 0) return 'rounded';
  const isWholeAlready = places === 0 && multiply(exact, unit).denominator === 1n;
  if (compare(difference, unit) < 0 && !isWholeAlready) return isTruncated ? 'rounded' : 'about';
  return 'off';
}
