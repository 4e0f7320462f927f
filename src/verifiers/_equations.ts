/** The calculations in a text: «<<16-3-4=9>>» where its writer marked them, and «16 - 3 - 4 = 9 eggs» in plain words where
 *  there is no mark. In words only what is plainly a calculation is taken for one: a letter beside an operator is a
 *  variable, «half of 20 + 4» is not 24, and such are left alone. */

import type { Rational } from '../base/rational.ts';
import { evaluate, type Token, tokens } from './_expression.ts';

/** One side of a calculation. */
export interface Side {
  readonly text: string;
  /** By each way to read it; none where it is no arithmetic: a variable, a time of day, a division by 0. */
  readonly values: readonly Rational[];
  /** Places after the point, where it is a number and no calculation. */
  readonly places: number | undefined;
  readonly isTruncated: boolean;
  readonly isPercent: boolean;
}

/** Two sides of which is said that they are equal. */
export interface Equation {
  readonly left: Side;
  readonly right: Side;
  readonly where: 'mark' | 'words';
}

/** Longer than any mark that a calculator was asked with. */
const MARK_MAX = 4000;
/** Tokens of a sentence that are looked at from an equals sign, to either side. */
const REACH = 60;

export function equations(text: string): readonly Equation[] {
  const marks = marksOf(text);
  return marks.length > 0 ? marks.flatMap(marked) : inWords(text);
}

/** What stands between «<<» and «>>», in order. */
export function marksOf(text: string): readonly string[] {
  const found: string[] = [];
  for (let at = text.indexOf('<<'); at >= 0; at = text.indexOf('<<', at)) {
    const end = text.indexOf('>>', at);
    if (end < 0) break;
    found.push(text.slice(at + 2, end));
    at = end + 2;
  }
  return found;
}

function marked(mark: string): readonly Equation[] {
  const parts = mark.split('=');
  const sides = parts.map((part): Side => {
    const all = mark.length > MARK_MAX ? [] : tokens(part);
    return side(part.trim(), all, false);
  });
  if (sides.length === 1) sides.push(side('', [], false));
  return sides.slice(1).map((right, i) => ({ left: sides[i]!, right, where: 'mark' }));
}

function inWords(text: string): readonly Equation[] {
  const all = tokens(text);
  return all.flatMap((token, i): readonly Equation[] => {
    if (token.kind !== '=') return [];
    const before = ending(text, all.slice(Math.max(0, i - REACH), i));
    const after = beginning(all.slice(i + 1, i + 1 + REACH));
    if (!before || !after || !calculates(before)) return [];
    const [left, right] = [before, after].map((part) =>
      side(text.slice(part[0]!.at, part.at(-1)!.end), part, true),
    );
    return [{ left: left!, right: right!, where: 'words' }];
  });
}

/** The longest end of it that is an expression, if what stands before lets it be one. */
function ending(text: string, part: readonly Token[]): readonly Token[] | undefined {
  const from = part.findLastIndex(({ kind }) => kind === '=' || kind === 'stop') + 1;
  if (from === 0 && part.length === REACH) return undefined; // its beginning is out of reach
  for (let i = from; i < part.length; i++) {
    const found = part.slice(i);
    if (found[0]!.kind === 'word' || evaluate(found, true).length === 0) continue;
    return i === from || mayPrecede(text, part[i - 1]!, found[0]!) ? found : undefined;
  }
  return undefined;
}

/** The longest beginning of it that is an expression, if what stands after lets it be one. */
function beginning(part: readonly Token[]): readonly Token[] | undefined {
  const stop = part.findIndex(({ kind }) => kind === '=' || kind === 'stop');
  if (stop < 0 && part.length === REACH) return undefined; // its end is out of reach
  const to = stop < 0 ? part.length : stop;
  for (let i = to; i > 0; i--) {
    const found = part.slice(0, i);
    if (found[0]!.kind === 'word' || found.at(-1)!.kind === 'word') continue;
    if (evaluate(found, true).length === 0) continue;
    return i === to || mayFollow(part, i) ? found : undefined;
  }
  return undefined;
}

/** A word ends what came before, unless it changes what follows: a sign, and «of», «twice» and their like. */
function mayPrecede(text: string, before: Token, first: Token): boolean {
  if (before.kind !== 'word' || first.kind === 'operator') return false;
  return !CHANGING.test(text.slice(before.at, before.end));
}

const CHANGING = /^(?:of|times|twice|thrice|double|half|by|than|into|minus|plus)$/i;

/** A dash before a word is one; any other operator would want a number that is not there. */
function mayFollow(part: readonly Token[], i: number): boolean {
  const next = part[i]!;
  if (next.kind === 'word' || next.kind === ')') return true;
  return next.kind === 'operator' && next.operator === '-' && part[i + 1]?.kind === 'word';
}

function calculates(part: readonly Token[]): boolean {
  return part.some(({ kind }, i) => (kind === 'operator' && i > 0) || (kind === '(' && i > 0));
}

function side(text: string, all: readonly Token[], units: boolean): Side {
  const plain = all.filter(({ kind }) => kind !== 'word');
  const rest = plain[0]?.kind === 'operator' ? plain.slice(1) : plain;
  const [number, percent] = rest;
  const isNumber = number?.kind === 'number' && rest.length === (percent?.kind === '%' ? 2 : 1);
  return {
    text,
    values: evaluate(all, units),
    places: isNumber ? number.number.places : undefined,
    isTruncated: isNumber && number.number.isTruncated,
    isPercent: isNumber && percent?.kind === '%',
  };
}
