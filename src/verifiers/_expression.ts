/** Arithmetic as people write it, read exactly:
 *      sum = product { («+» | «-») product }      product = factor { («*» | «/» | nothing) factor }
 *      factor = {«+» | «-»} (number | «(» sum «)») {«%»}
 *  Nothing stands for «*» beside a parenthesis. Words after a number are its unit, where that is allowed. */

import {
  add,
  divide,
  isEqual,
  multiply,
  negate,
  type Rational,
  rational,
  subtract,
} from '../base/rational.ts';
import { numberAt, type WrittenNumber } from '../text/numbers.ts';

export type Token = { readonly at: number; readonly end: number } & (
  | { readonly kind: 'number'; readonly number: WrittenNumber }
  | { readonly kind: 'operator'; readonly operator: Operator }
  /** A name is a letter that stands for a number. */
  | { readonly kind: '(' | ')' | '%' | '=' | 'word' | 'name' | 'stop' }
);

type Operator = '+' | '-' | '*' | '/';

/** Of parentheses and signs in each other; more is no calculation of a person's. */
const DEPTH_MAX = 50;

const OPERATORS: { readonly [character: string]: Operator } = {
  '+': '+',
  '-': '-',
  '−': '-',
  '–': '-',
  '*': '*',
  '×': '*',
  '·': '*',
  '/': '/',
  '÷': '/',
};

/** Never fails: what is nothing else is a stop. A currency sign before a number belongs to it. */
export function tokens(text: string): readonly Token[] {
  const found: Token[] = [];
  for (let at = 0; at < text.length; ) {
    const character = text[at]!;
    if (/\s/.test(character)) at++;
    else {
      const token = tokenAt(text, at, found.at(-1));
      found.push(token);
      at = token.end;
    }
  }
  return found;
}

function tokenAt(text: string, at: number, before: Token | undefined): Token {
  const currency = CURRENCY.exec(text.slice(at, at + 3));
  const number = numberAt(text, at + (currency?.[0].length ?? 0));
  if (number) return { kind: 'number', number, at, end: number.end };
  const character = text[at]!;
  const end = at + 1;
  const operator = OPERATORS[character];
  if (operator) return { kind: 'operator', operator, at, end };
  if (character === '(' || character === ')' || character === '%' || character === '=')
    return { kind: character, at, end };
  if (/[xX]/.test(character) && isTimes(text, at, before))
    return { kind: 'operator', operator: '*', at, end };
  WORD.lastIndex = at;
  const word = WORD.exec(text)?.[0];
  if (word === undefined) return { kind: 'stop', at, end };
  const isArticle =
    /^[aAI]$/.test(word) && /^\s\S?$/.test(text.slice(at + 1, at + 3)) && before?.kind !== 'operator';
  return { kind: word.length > 1 || isArticle ? 'word' : 'name', at, end: at + word.length };
}

const CURRENCY = /^[$£€] ?/;
const WORD = /[\p{L}_][\p{L}\p{M}_'’]*/uy;

/** «3 x 4», «3 friends x 8 slices»: between two numbers it is a cross and no name. */
function isTimes(text: string, at: number, before: Token | undefined): boolean {
  const kind = before?.kind;
  const isAfter =
    kind === 'number' || kind === ')' || kind === '%' || (kind === 'word' && text[at - 1] === ' ');
  return isAfter && /^\s*[$£€]?\s*[\d.(¼½¾⅐-⅞]/.test(text.slice(at + 1, at + 8));
}

/** What an expression comes to that all of the tokens make up, by each way to read it; none if they make none, or none with
 *  a value. «1 1/2 / 1/2» may be read as people write fractions: the narrow stroke first. */
export function evaluate(all: readonly Token[], units: boolean): readonly Rational[] {
  const values = [false, true].map((narrow) => {
    const reader = new Reader(all, units, narrow);
    const value = reader.sum(0);
    return reader.isAtEnd ? value : undefined;
  });
  const [plain, narrow] = values;
  if (!plain) return [];
  return narrow && !isEqual(plain, narrow) && all.some((token, i) => isWide(all, token, i))
    ? [plain, narrow]
    : [plain];
}

const HUNDRED = rational(100n);

/** A stroke with space around it. */
function isWide(all: readonly Token[], token: Token, i: number): boolean {
  if (token.kind !== 'operator' || token.operator !== '/') return false;
  return (all[i - 1]?.end ?? token.at) < token.at && token.end < (all[i + 1]?.at ?? token.end);
}

class Reader {
  readonly #tokens: readonly Token[];
  readonly #units: boolean;
  readonly #narrow: boolean;
  #next = 0;

  constructor(all: readonly Token[], units: boolean, narrow: boolean) {
    this.#tokens = all;
    this.#units = units;
    this.#narrow = narrow;
  }

  get isAtEnd(): boolean {
    return this.#next === this.#tokens.length;
  }

  sum(depth: number): Rational | undefined {
    let value = this.#product(depth);
    for (;;) {
      const operator = this.#operator('+', '-');
      if (!operator || !value) return value;
      const term = this.#product(depth);
      value = term && (operator === '+' ? add(value, term) : subtract(value, term));
    }
  }

  #product(depth: number): Rational | undefined {
    let value = this.#factor(depth);
    for (;;) {
      const operator = this.#isBesideParenthesis() ? '*' : this.#operator('*', '/');
      if (!operator || !value) return value;
      const factor = this.#factor(depth);
      value = factor && (operator === '*' ? multiply(value, factor) : divide(value, factor));
    }
  }

  #factor(depth: number): Rational | undefined {
    if (depth > DEPTH_MAX) return undefined;
    const sign = this.#operator('-', '+');
    if (sign) {
      const value = this.#factor(depth + 1);
      return value && (sign === '-' ? negate(value) : value);
    }
    let value = this.#primary(depth);
    while (value && this.#take('%')) value = divide(value, HUNDRED);
    while (this.#units && value && this.#unit());
    return value;
  }

  #primary(depth: number): Rational | undefined {
    const token = this.#tokens[this.#next];
    if (token?.kind === 'number') {
      this.#next++;
      return this.#narrow ? this.#fraction(token) : token.number.value;
    }
    if (!this.#take('(')) return undefined;
    const value = this.sum(depth + 1);
    return this.#take(')') ? value : undefined;
  }

  /** «1/2» without space. */
  #fraction({ end, number }: Token & { readonly kind: 'number' }): Rational | undefined {
    const [stroke, below] = [this.#tokens[this.#next], this.#tokens[this.#next + 1]];
    const isFraction =
      stroke?.kind === 'operator' && stroke.operator === '/' && stroke.at === end && below?.kind === 'number';
    if (!isFraction || below.at !== stroke.end) return number.value;
    this.#next += 2;
    return divide(number.value, below.number.value);
  }

  /** «apples», «/month» */
  #unit(): boolean {
    if (this.#take('word')) return true;
    const [stroke, word] = [this.#tokens[this.#next], this.#tokens[this.#next + 1]];
    const found = stroke?.kind === 'operator' && stroke.operator === '/' && word?.kind === 'word';
    if (found) this.#next += 2;
    return found;
  }

  /** «3(4)», «(3)4», «(3)(4)»: without space, or it is an aside. */
  #isBesideParenthesis(): boolean {
    const [before, token] = [this.#tokens[this.#next - 1], this.#tokens[this.#next]];
    if (!before || !token || before.end !== token.at) return false;
    if (token.kind === '(') return before.kind === 'number' || before.kind === ')';
    return token.kind === 'number' && before.kind === ')';
  }

  #take(kind: Token['kind']): boolean {
    const found = this.#tokens[this.#next]?.kind === kind;
    if (found) this.#next++;
    return found;
  }

  #operator<O extends Operator>(...wanted: readonly O[]): O | undefined {
    const token = this.#tokens[this.#next];
    const found = token?.kind === 'operator' ? wanted.find((one) => one === token.operator) : undefined;
    if (found) this.#next++;
    return found;
  }
}
