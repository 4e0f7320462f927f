/** Permutation powering: given the facts x → σ(x), what is σ^k(x)?     Christiano et al. 2018, §3.1 and code «iter»
 *  H can look up one fact and combine: σ^k(x) is σ^m(σ^m(x)) with m = ⌊k/2⌋, and one look-up more if k is odd.
 *  Level ℓ holds the powers of ℓ binary digits, 2^(ℓ−1) ≤ k < 2^ℓ. */

import { CapstanError, expectInteger } from '../base/errors.ts';
import { Random } from '../base/random.ts';
import { type Answer, known, unknown } from '../core/answer.ts';
import type { Demand, Encoding, Split, Task } from '../core/task.ts';
import { type Script, scripted } from '../overseers/scripted.ts';
import { permutationCheck, permutationSecond } from './permutation-check.ts';
import { dealt } from './piles.ts';

/** A permutation of some of the elements 0 … elements − 1. */
export interface Permutation {
  /** The elements it moves, ascending. */
  readonly domain: readonly number[];
  /** σ(x) at index x; −1 outside the domain. */
  readonly image: readonly number[];
  readonly key: string;
}

export interface PowerQuestion {
  readonly permutation: Permutation;
  /** 1 ≤ power < powers */
  readonly power: number;
  readonly element: number;
}

export type PowerTask = Task<PowerQuestion, number>;

export interface PowerOptions {
  /** How many elements a full-size permutation moves, 4 … 1024. */
  readonly elements: number;
  /** Names that elements are drawn from, `elements` … 1024; without it as many as there are elements, and 7 at least:
   *  fewer have too few permutations to hold any out. */
  readonly names?: number;
  /** Powers asked are below this, 4 … 2^30, a power of two. */
  readonly powers: number;
}

const ELEMENTS_MIN = 4;
/** Fewer have too few permutations to hold any out: one pile would be empty, or the same few over and over. */
const NAMES_MIN = 7;

export function permutationPowering({
  elements,
  powers,
  names = Math.max(elements, NAMES_MIN),
}: PowerOptions): PowerTask {
  expectInteger('size', elements, ELEMENTS_MIN, 1024);
  expectInteger('names', names, Math.max(elements, NAMES_MIN), 1024);
  if (!Number.isInteger(powers) || powers < 4 || powers > 2 ** 30 || !Number.isInteger(Math.log2(powers)))
    throw new CapstanError('invalid', `powers: expected a power of two from 4 to 2^30, got ${powers}`);
  return {
    name: 'permutation-powering',
    parameters: names === elements ? { elements, powers } : { elements, powers, names },
    levels: Math.log2(powers),
    levelsOfPrimitives: 2, // halves of 2 and 3 are 1: a look-up
    sizeMax: elements,
    overseer: scripted('H', decompose),
    asksMax: 3,
    environment,
    check: permutationCheck,
    second: permutationSecond,
    encoding: encoding(names, Math.log2(powers)),
    level: ({ power }) => digits(power),
    key: ({ permutation, power, element }) => `${power}/${element}/${permutation.key}`,
    show: ({ power, element }) => `σ${superscript(power)}(${element})`,
    showAnswer: String,
    parse: (text) => parse(text, elements, names, powers),
    sample: (random, demand) => sample(random, demand, names),
  };
}

function* decompose({
  permutation,
  power,
  element,
}: PowerQuestion): ReturnType<Script<PowerQuestion, number>> {
  const half = power >> 1;
  let reached: Answer<number> = known(element);
  for (const step of half === 0 ? [1] : [half, half, power % 2]) {
    if (reached.kind === 'unknown' || step === 0) break;
    reached = (yield [{ permutation, power: step, element: reached.value }])[0]!;
  }
  return reached;
}

/** One step is a look-up. An assistant may name an element that this context does not have. */
function environment({ permutation, power, element }: PowerQuestion): Answer<number> | undefined {
  if (power !== 1) return undefined;
  const image = permutation.image[element] ?? -1;
  return image < 0 ? unknown('unsure') : known(image);
}

/** Words: 0 is the blank, 1 and 2 are the binary digits of powers, 3 + x is the element x. */
const BLANK = 0;
const DIGIT = 1;
const ELEMENT = 3;

function encoding(elements: number, powerDigits: number): Encoding<PowerQuestion, number> {
  const facts = new WeakMap<Permutation, readonly number[]>();
  return {
    words: ELEMENT + elements,
    blank: BLANK,
    slots: ['left', 'right'],
    context: ({ permutation }) => permutation,
    facts({ permutation }) {
      let words = facts.get(permutation);
      if (!words) {
        words = permutation.domain.flatMap((x) => [ELEMENT + x, ELEMENT + permutation.image[x]!]);
        facts.set(permutation, words);
      }
      return words;
    },
    token: ({ element }) => [BLANK, ELEMENT + element],
    roundsAt: (level) => level,
    rounds: ({ power }) => digits(power),
    // Least significant digit first: by the round that reads digit r, facts can have become σ^(2^r).
    word: ({ power }, round) => DIGIT + ((power >> round) & 1),
    wordOf: (element) => ELEMENT + element,
    answerOf: (word) => (word >= ELEMENT ? word - ELEMENT : undefined),
    sentence: ({ power, element }) => [
      ELEMENT + element,
      ...Array.from({ length: powerDigits }, (_, digit) => DIGIT + ((power >> digit) & 1)),
    ],
    sentenceLength: 1 + powerDigits,
    names: [[ELEMENT, ELEMENT + elements - 1]],
    questionOf([first = BLANK, ...powerWords], { permutation }) {
      const element = first - ELEMENT;
      const power = powerWords.reduce((sum, word, digit) => sum + (word - DIGIT) * 2 ** digit, 0);
      const isPower = power > 0 && powerWords.every((word) => word === DIGIT || word === DIGIT + 1);
      return isPower && element >= 0 ? { permutation, power, element } : undefined;
    },
  };
}

function sample(random: Random, { split, size, level }: Demand, names: number): readonly PowerQuestion[] {
  const permutation = samplePermutation(random, split, size, names);
  const [half, odd] = [sampleHalf(random, level), level > 1];
  return permutation.domain.map((element) => {
    const power = odd ? 2 * half + random.below(2) : 1;
    return { permutation, power, element };
  });
}

/** One half-power for a whole context, so that H needs one sub-answer per element and not two. */
function sampleHalf(random: Random, level: number): number {
  return level < 2 ? 0 : 2 ** (level - 2) + random.below(2 ** (level - 2));
}

function samplePermutation(random: Random, split: Split, size: number, elements: number): Permutation {
  const all = Array.from({ length: elements }, (_, x) => x);
  return dealt(split, `permutations of ${size} out of ${elements}`, () => {
    const domain =
      size === elements
        ? all
        : random
            .shuffle(all)
            .slice(0, size)
            .sort((a, b) => a - b);
    return permute(domain, random.shuffle(domain), elements);
  });
}

function permute(domain: readonly number[], images: readonly number[], elements: number): Permutation {
  const image = new Array<number>(elements).fill(-1);
  domain.forEach((x, i) => {
    image[x] = images[i]!;
  });
  return { domain, image, key: domain.map((x, i) => `${x}>${images[i]!}`).join(' ') };
}

const SYNTAX =
  'expected «s^K(X)» on an unseen permutation, «s^K(X) #N» on unseen permutation number N, or «s^K(X) [a b c …]» with the images of 0, 1, 2, …';

function parse(text: string, elements: number, names: number, powers: number): PowerQuestion {
  const match = /^\s*[sσ]\s*\^\s*(\d+)\s*\(\s*(\d+)\s*\)\s*(?:#\s*(\d+)|\[([\d\s,]+)\])?\s*$/u.exec(text);
  if (!match) throw new CapstanError('invalid', `question «${text}»: ${SYNTAX}`);
  const power = Number(match[1]);
  const element = Number(match[2]);
  if (power < 1 || power >= powers)
    throw new CapstanError(
      'invalid',
      `question «${text}»: expected a power from 1 to ${powers - 1}, got ${power}`,
    );
  const number = Number(match[3] ?? 0);
  if (!Number.isSafeInteger(number))
    throw new CapstanError(
      'invalid',
      `question «${text}»: expected a number up to 2^53 − 1, got ${match[3]}`,
    );
  const permutation = match[4]
    ? readPermutation(match[4], elements, names)
    : samplePermutation(Random.seeded(number).split('ask'), 'test', elements, names);
  if ((permutation.image[element] ?? -1) < 0)
    throw new CapstanError(
      'invalid',
      `question «${text}»: expected an element that the permutation moves, got ${element}`,
    );
  return { permutation, power, element };
}

function readPermutation(text: string, elements: number, names: number): Permutation {
  const images = text
    .split(/[\s,]+/)
    .filter(Boolean)
    .map(Number);
  const domain = images.map((_, x) => x);
  if (
    images.length < 2 ||
    images.length > elements ||
    [...images].sort((a, b) => a - b).some((image, x) => image !== x)
  )
    throw new CapstanError(
      'invalid',
      `permutation [${text.trim()}]: expected each of 0 to n − 1 once, with n from 2 to ${elements}`,
    );
  return permute(domain, images, names);
}

/** Binary digits, of a power from 1. */
function digits(power: number): number {
  return 32 - Math.clz32(power);
}

function superscript(power: number): string {
  return [...String(power)].map((digit) => '⁰¹²³⁴⁵⁶⁷⁸⁹'[Number(digit)]).join('');
}
