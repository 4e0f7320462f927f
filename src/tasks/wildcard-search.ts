/** Wildcard search: given strings with values, what is the sum over those that match a pattern?
 *                                                                     Christiano et al. 2018, §3.1 and code «sum»
 *  H splits: the sum of a*b* is that of aab* and that of abb*. A pattern without `*` is simple: a look-up, 0 if absent.
 *  Level ℓ holds the patterns with ℓ times `*`; those without are of level 1. */

import { CapstanError, expectInteger } from '../base/errors.ts';
import { Random } from '../base/random.ts';
import { type Answer, known, unknown } from '../core/answer.ts';
import type { Demand, Encoding, Split, Task } from '../core/task.ts';
import { type Script, scripted } from '../overseers/scripted.ts';
import { dealt } from './piles.ts';
import { vocabulary } from './vocabulary.ts';

/** Some of the strings over {a, b} of one length, each with the value +1 or −1. */
export interface ValuedStrings {
  /** At index i the value of the string whose letters are the binary digits of i, a for 0; 0 if it is absent. */
  readonly values: readonly number[];
  /** How many letters each has. */
  readonly letters: number;
  /** Sums are clamped to ± this. */
  readonly sumMax: number;
  readonly key: string;
}

export interface PatternQuestion {
  readonly strings: ValuedStrings;
  /** Over {a, b, *}, as long as the strings. */
  readonly pattern: string;
}

/** Answers are the words of sums. */
export type WildcardTask = Task<PatternQuestion, number>;

export interface WildcardOptions {
  /** How many strings, 4 … 64. */
  readonly strings: number;
  /** As many as keep `strings` apart, 3 … 6; without it, at least 4. */
  readonly letters?: number;
  /** How many rounds a network takes for any question, 1 … 64. */
  readonly rounds?: number;
}

const STRINGS_MIN = 4;
const LETTERS_MIN = 3;
const LETTERS_DEFAULT = 4;
/** Of 64 strings, the paper's size. Half of them never exceed SUM_MAX, so that adding clamped halves is exact. */
const LETTERS_MAX = 6;
const SUM_MAX = 32;
const ROUNDS_DEFAULT = 3;
const ROUNDS_MAX = 64;
/** Questions about a context, at least. */
const QUESTIONS_MIN = 32;

export function wildcardSearch({
  strings,
  letters = Math.max(LETTERS_DEFAULT, Math.ceil(Math.log2(strings))),
  rounds = ROUNDS_DEFAULT,
}: WildcardOptions): WildcardTask {
  expectInteger('size', strings, STRINGS_MIN, 2 ** LETTERS_MAX);
  expectInteger('letters', letters, Math.max(LETTERS_MIN, Math.ceil(Math.log2(strings))), LETTERS_MAX);
  expectInteger('rounds', rounds, 1, ROUNDS_MAX);
  const sumMax = Math.min(strings, SUM_MAX);
  return {
    name: 'wildcard-search',
    parameters: { strings, letters, rounds },
    levels: letters,
    levelsOfPrimitives: 1, // both halves of one `*` are look-ups
    sizeMax: strings,
    overseer: scripted('H', decompose(sumMax)),
    asksMax: 2,
    environment,
    encoding: encoding(letters, sumMax, rounds),
    level: ({ pattern }) => Math.max(1, stars(pattern)),
    key: ({ strings, pattern }) => `${pattern}/${strings.key}`,
    show: ({ pattern }) => pattern,
    showAnswer: (word) => String(sumOf(word, sumMax)),
    parse: (text) => parse(text, strings, letters, sumMax),
    sample: (random, demand) => sample(random, demand, letters, sumMax),
  };
}

/** The answer that says this sum, clamped. */
export function wordOfSum(sum: number, sumMax: number): number {
  return WORDS.size + sumMax + Math.max(-sumMax, Math.min(sumMax, sum));
}

/** All words but the sums, which follow. */
const WORDS = vocabulary({ blank: 1, kind: 1, symbol: 3 });
const BLANK = WORDS.blank.at(0);
const SUM = WORDS.kind.at(0);
const SYMBOLS = 'ab*';

function sumOf(word: number, sumMax: number): number {
  return word - WORDS.size - sumMax;
}

/** What `*` stands for. */
const LETTERS = ['a', 'b'];

function decompose(sumMax: number): Script<PatternQuestion, number> {
  return function* ({ strings, pattern }) {
    if (stars(pattern) === 0) return (yield [{ strings, pattern }])[0]!;
    let sum = 0;
    for (const letter of LETTERS) {
      const half: Answer<number> = (yield [{ strings, pattern: pattern.replace('*', letter) }])[0]!;
      if (half.kind === 'unknown') return half;
      const value = sumOf(half.value, sumMax);
      if (!(Math.abs(value) <= sumMax)) return unknown('unsure');
      sum += value;
    }
    return known(wordOfSum(sum, sumMax));
  };
}

function environment({ strings, pattern }: PatternQuestion): Answer<number> | undefined {
  if (stars(pattern) > 0) return undefined;
  let index = 0;
  for (const symbol of pattern) index = 2 * index + SYMBOLS.indexOf(symbol);
  return known(wordOfSum(strings.values[index]!, strings.sumMax));
}

function stars(pattern: string): number {
  let count = 0;
  for (const symbol of pattern) if (symbol === '*') count++;
  return count;
}

function encoding(letters: number, sumMax: number, rounds: number): Encoding<PatternQuestion, number> {
  const facts = new WeakMap<ValuedStrings, readonly number[]>();
  const places = Array.from({ length: letters }, (_, place) => place);
  const sentence = (pattern: string) =>
    places.map((place) => WORDS.symbol.at(SYMBOLS.indexOf(pattern[place]!)));
  return {
    words: WORDS.size + 2 * sumMax + 1,
    blank: BLANK,
    slots: [...places.map((place) => `letter${place}`), 'sum'],
    context: ({ strings }) => strings,
    facts({ strings }) {
      let words = facts.get(strings);
      if (!words) {
        words = strings.values.flatMap((value, index) =>
          value === 0 ? [] : [...sentence(text(index, 0, letters)), wordOfSum(value, sumMax)],
        );
        facts.set(strings, words);
      }
      return words;
    },
    token: ({ pattern }) => [...sentence(pattern), BLANK],
    roundsAt: () => rounds,
    rounds: () => rounds,
    word: () => SUM,
    range: () => [WORDS.size, WORDS.size + 2 * sumMax],
    wordOf: (word) => word,
    answerOf: (word) => (Math.abs(sumOf(word, sumMax)) <= sumMax ? word : undefined),
    sentence: ({ pattern }) => sentence(pattern),
    sentenceLength: letters,
    questionOf(words, { strings }) {
      const pattern = words.map((word) => SYMBOLS[WORDS.symbol.of(word) ?? SYMBOLS.length] ?? '').join('');
      return words.length === letters && pattern.length === letters ? { strings, pattern } : undefined;
    },
  };
}

/** The string with these binary digits as letters, and `*` where the other number has a one. */
function text(digits: number, starred: number, letters: number): string {
  let text = '';
  for (let place = letters - 1; place >= 0; place--)
    text += SYMBOLS[(starred >> place) & 1 ? 2 : (digits >> place) & 1];
  return text;
}

/** Numbers of LETTERS_MAX binary digits by how many of them are ones, ascending. */
const BY_ONES = Array.from({ length: LETTERS_MAX + 1 }, (_, ones) =>
  Array.from({ length: 2 ** LETTERS_MAX }, (_, number) => number).filter(
    (number) => number.toString(2).replaceAll('0', '').length === ones,
  ),
);

function sample(
  random: Random,
  { split, size, level }: Demand,
  letters: number,
  sumMax: number,
): readonly PatternQuestion[] {
  const strings = sampleStrings(random, split, size, letters, sumMax);
  const placings = BY_ONES.map((numbers) => numbers.filter((number) => number < 2 ** letters));
  return Array.from({ length: Math.max(QUESTIONS_MIN, size) }, (_, i) => {
    const starred = placings[i === 0 ? level : 1 + random.below(level)]!;
    const at = starred[random.below(starred.length)]!;
    return { strings, pattern: text(random.below(2 ** letters), at, letters) };
  });
}

function sampleStrings(
  random: Random,
  split: Split,
  size: number,
  letters: number,
  sumMax: number,
): ValuedStrings {
  const all = Array.from({ length: 2 ** letters }, (_, index) => index);
  return dealt(split, `${size} valued strings of ${letters} letters`, () => {
    const values = all.map(() => 0);
    for (const index of size < all.length ? random.shuffle(all).slice(0, size) : all)
      values[index] = random.below(2) === 0 ? 1 : -1;
    return { values, letters, sumMax, key: values.map((value) => '-0+'[value + 1]).join('') };
  });
}

const SYNTAX = 'for unseen strings, or with « #N» for unseen strings number N';

function parse(typed: string, strings: number, letters: number, sumMax: number): PatternQuestion {
  const match = /^\s*([ab*]+)\s*(?:#\s*(\d+))?\s*$/.exec(typed);
  if (match?.[1]?.length !== letters)
    throw new CapstanError('invalid', `question «${typed}»: expected ${letters} of a, b and * ${SYNTAX}`);
  const number = Number(match[2] ?? 0);
  if (!Number.isSafeInteger(number))
    throw new CapstanError(
      'invalid',
      `question «${typed}»: expected a number up to 2^53 − 1, got ${match[2]}`,
    );
  const random = Random.seeded(number).split('ask');
  return { strings: sampleStrings(random, 'test', strings, letters, sumMax), pattern: match[1] };
}
