/** List summary: given a list of numbers, what is the greatest in a part of it, or how often does one occur there?
 *                                                    Ought, "Factored Cognition": long lists under a limit of context
 *  H reads at most eight words at once, four that say the question and four answers: it looks up up to four numbers, and
 *  asks for the halves of a longer part. Level 1 holds the parts of up to four numbers, level ℓ those of up to 2^(ℓ+1). */

import { CapstanError, expectInteger } from '../base/errors.ts';
import { Random } from '../base/random.ts';
import { type Answer, known, unknown } from '../core/answer.ts';
import type { Demand, Encoding, Split, Task } from '../core/task.ts';
import { type Script, scripted } from '../overseers/scripted.ts';
import { dealt } from './piles.ts';
import { vocabulary } from './vocabulary.ts';

export interface NumberList {
  /** Each 0 … VALUE_MAX. */
  readonly values: readonly number[];
  readonly key: string;
}

/** The numbers at places `from` to `to`, both included. */
interface Part {
  readonly list: NumberList;
  readonly from: number;
  readonly to: number;
}

export type SummaryQuestion =
  | (Part & { readonly kind: 'max' })
  | (Part & { readonly kind: 'count'; readonly value: number });

/** Answers are numbers. */
export type SummaryTask = Task<SummaryQuestion, number>;

export interface SummaryOptions {
  /** How many numbers a full-size list has, 4 … 64. */
  readonly items: number;
  /** How many rounds a network takes for any question, 1 … 64. */
  readonly rounds?: number;
}

/** Counts are clamped to this, so that adding clamped halves is exact. */
export const COUNT_MAX = 15;

const ITEMS_MIN = 4;
const ITEMS_MAX = 64;
const VALUE_MAX = 9;
/** Numbers that H looks up for one question; a longer part it halves. */
const LOOK_UPS_MAX = 4;
const ROUNDS_DEFAULT = 3;
const ROUNDS_MAX = 64;
/** Questions about a context, at least. */
const QUESTIONS_MIN = 32;

export function listSummary({ items, rounds = ROUNDS_DEFAULT }: SummaryOptions): SummaryTask {
  expectInteger('size', items, ITEMS_MIN, ITEMS_MAX);
  expectInteger('rounds', rounds, 1, ROUNDS_MAX);
  return {
    name: 'list-summary',
    parameters: { items, rounds },
    levels: levelOf(items),
    levelsOfPrimitives: 1, // up to four look-ups
    sizeMax: items,
    overseer: scripted('H', decompose),
    asksMax: LOOK_UPS_MAX,
    environment,
    encoding: encoding(items, rounds),
    level: (question) => levelOf(lengthOf(question)),
    key: (question) => `${show(question)}/${question.list.key}`,
    show,
    showAnswer: String,
    parse: (text) => parse(text, items),
    sample,
  };
}

/** Halvings of a part of this length until four numbers are left, and one. */
function levelOf(length: number): number {
  return 1 + Math.max(0, Math.ceil(Math.log2(length / LOOK_UPS_MAX)));
}

/** The longest part of a level. */
function longest(level: number): number {
  return LOOK_UPS_MAX * 2 ** (level - 1);
}

function lengthOf({ from, to }: Part): number {
  return to - from + 1;
}

function* decompose(question: SummaryQuestion): ReturnType<Script<SummaryQuestion, number>> {
  if (isSimple(question)) return (yield [question])[0]!;
  const looksUp = lengthOf(question) <= LOOK_UPS_MAX;
  let total = 0;
  for (const part of looksUp ? numbersOf(question) : halvesOf(question)) {
    const answer: Answer<number> = (yield [part])[0]!;
    if (answer.kind === 'unknown') return answer;
    const { value } = answer;
    if (!(value >= 0 && value <= mostOf(part))) return unknown('unsure');
    if (question.kind === 'max') total = Math.max(total, value);
    else total += looksUp ? Number(value === question.value) : value;
  }
  return known(Math.min(total, mostOf(question)));
}

/** The greatest of one number is that number: a look-up. */
function isSimple(question: SummaryQuestion): boolean {
  return question.kind === 'max' && question.from === question.to;
}

function numbersOf(question: SummaryQuestion): readonly SummaryQuestion[] {
  const { list, from } = question;
  return Array.from({ length: lengthOf(question) }, (_, i) => {
    return { kind: 'max', list, from: from + i, to: from + i };
  });
}

function halvesOf(question: SummaryQuestion): readonly SummaryQuestion[] {
  const middle = (question.from + question.to) >> 1;
  return [
    { ...question, to: middle },
    { ...question, from: middle + 1 },
  ];
}

function mostOf({ kind }: SummaryQuestion): number {
  return kind === 'max' ? VALUE_MAX : COUNT_MAX;
}

function environment(question: SummaryQuestion): Answer<number> | undefined {
  return isSimple(question) ? known(question.list.values[question.from]!) : undefined;
}

const KINDS = ['max', 'count'] as const;
const BLANK = 0;

function encoding(items: number, rounds: number): Encoding<SummaryQuestion, number> {
  const facts = new WeakMap<NumberList, readonly number[]>();
  const words = vocabulary({
    blank: 1,
    kind: KINDS.length,
    number: 1 + Math.max(VALUE_MAX, COUNT_MAX),
    place: items,
  });
  const kindOf = ({ kind }: SummaryQuestion) => words.kind.at(KINDS.indexOf(kind));
  const sought = (question: SummaryQuestion) =>
    question.kind === 'count' ? words.number.at(question.value) : BLANK;
  const ends = ({ from, to }: Part) => [words.place.at(from), words.place.at(to)];
  return {
    words: words.size,
    blank: BLANK,
    slots: ['from', 'to', 'sought', 'number'],
    context: ({ list }) => list,
    facts({ list }) {
      let tokens = facts.get(list);
      if (!tokens) {
        tokens = list.values.flatMap((value, i) => [
          ...ends({ list, from: i, to: i }),
          BLANK,
          words.number.at(value),
        ]);
        facts.set(list, tokens);
      }
      return tokens;
    },
    token: (question) => [...ends(question), sought(question), BLANK],
    roundsAt: () => rounds,
    rounds: () => rounds,
    word: kindOf,
    range: (question) => [words.number.at(0), words.number.at(mostOf(question))],
    wordOf: (value) => words.number.at(value),
    answerOf: (word) => words.number.of(word),
    sentence: (question) => [kindOf(question), sought(question), ...ends(question)],
    sentenceLength: 4,
    questionOf(sentence, { list }) {
      const [said = BLANK, soughtWord = BLANK, ...endWords] = sentence;
      const kind = KINDS[words.kind.of(said) ?? KINDS.length];
      const [from, to] = endWords.map((word) => words.place.of(word));
      if (sentence.length !== 4 || from === undefined || to === undefined) return undefined;
      if (from > to || to >= list.values.length) return undefined;
      if (kind === 'max') return soughtWord === BLANK ? { kind, list, from, to } : undefined;
      const value = words.number.of(soughtWord) ?? Number.POSITIVE_INFINITY;
      return kind === 'count' && value <= VALUE_MAX ? { kind, list, value, from, to } : undefined;
    },
  };
}

function show(question: SummaryQuestion): string {
  const { from, to } = question;
  return question.kind === 'max' ? `max(${from}, ${to})` : `count(${question.value}, ${from}, ${to})`;
}

/** Parts of every level alike, and of every length at a level. */
function sample(random: Random, { split, size, level }: Demand): readonly SummaryQuestion[] {
  const list = sampleList(random, split, size);
  const highest = Math.min(level, levelOf(size));
  return Array.from({ length: Math.max(QUESTIONS_MIN, size) }, (_, i) => {
    const at = i === 0 ? highest : 1 + random.below(highest);
    const shortest = at === 1 ? 1 : longest(at - 1) + 1;
    const length = shortest + random.below(Math.min(longest(at), size) - shortest + 1);
    const from = random.below(size - length + 1);
    const part = { list, from, to: from + length - 1 };
    return random.below(2) === 0
      ? { ...part, kind: 'max' }
      : { ...part, kind: 'count', value: random.below(VALUE_MAX + 1) };
  });
}

function sampleList(random: Random, split: Split, size: number): NumberList {
  return dealt(split, `lists of ${size} numbers`, () => {
    const values = Array.from({ length: size }, () => random.below(VALUE_MAX + 1));
    return { values, key: values.join(' ') };
  });
}

const SYNTAX =
  'expected «max(A, B)» or «count(X, A, B)» of the numbers at places A to B of an unseen list, or with « #N» of unseen list number N';

function parse(text: string, items: number): SummaryQuestion {
  const match = /^\s*(?:max\s*\(|count\s*\(\s*(\d+)\s*,)\s*(\d+)\s*,\s*(\d+)\s*\)\s*(?:#\s*(\d+))?\s*$/.exec(
    text,
  );
  if (!match) throw new CapstanError('invalid', `question «${text}»: ${SYNTAX}`);
  const [, sought, first = '', last = '', hash = '0'] = match;
  const number = within(text, 'a number', hash, 0, Number.MAX_SAFE_INTEGER);
  const from = within(text, 'a first place', first, 0, items - 1);
  const to = within(text, 'a last place', last, from, items - 1);
  const value = sought && within(text, 'a number to count', sought, 0, VALUE_MAX);
  const part = { list: sampleList(Random.seeded(number).split('ask'), 'test', items), from, to };
  return typeof value === 'number' ? { ...part, kind: 'count', value } : { ...part, kind: 'max' };
}

function within(text: string, what: string, typed: string, min: number, max: number): number {
  if (Number(typed) >= min && Number(typed) <= max) return Number(typed);
  throw new CapstanError(
    'invalid',
    `question «${text}»: expected ${what} from ${min} to ${max}, got ${typed}`,
  );
}
