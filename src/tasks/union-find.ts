/** Union find: given equalities between variables and one value for each class, what is the value of x?
 *      Christiano et al. 2018, §3.1 and code «equals»
 *  The equalities of a class are a tree. Its root is the variable with the value: x has a parent and a depth. X proposes
 *  a parent, H verifies it by a look-up and takes the best of it and two random neighbours. */

import { CapstanError, expectInteger } from '../base/errors.ts';
import { Random } from '../base/random.ts';
import { type Answer, known, unknown } from '../core/answer.ts';
import type { Demand, Encoding, Split, Task } from '../core/task.ts';
import { type Script, scripted } from '../overseers/scripted.ts';
import { chance } from './chance.ts';
import { dealt } from './piles.ts';
import { vocabulary } from './vocabulary.ts';

/** A forest of equalities between some of the variables 0 … variables − 1, with one value in each tree. */
export interface Forest {
  /** Ascending. */
  readonly variables: readonly number[];
  /** Ascending, in the orientation that the facts have. */
  readonly equalities: readonly (readonly [left: number, right: number])[];
  /** The value given to the variable at its index; −1 where none is. */
  readonly given: readonly number[];
  /** The variables that a fact equates with the one at the index, either way round. */
  readonly neighbours: readonly (readonly number[])[];
  readonly key: string;
}

const KINDS = ['value', 'parent', 'depth', 'guess', 'own', 'edge', 'neighbour0', 'neighbour1'] as const;

export interface UnionQuestion {
  /** `guess` is `parent`, answered by some variable whatever X thinks. Simple: the value that x is given as its `own`,
   *  whether an `edge` joins it to another, and two random neighbours. */
  readonly kind: (typeof KINDS)[number];
  readonly forest: Forest;
  readonly variable: number;
  /** Only of `edge`. */
  readonly other?: number;
}

/** Answers are words. */
export type UnionTask = Task<UnionQuestion, number>;

export interface UnionOptions {
  /** How many variables, 4 … 64. */
  readonly variables: number;
  /** How many values, at least one for each class, up to 64. */
  readonly values?: number;
  /** Rounds of the network, 1 … 64: no fewer than the depths to be found. */
  readonly rounds?: number;
}

const VARIABLES_MIN = 4;
const VARIABLES_MAX = 64;
/** The paper's. */
const VALUES = 8;
const VALUES_MAX = 64;
const CLASSES_MAX = 8;
/** One round each for the depths that are common among 8 to 16 elements: fewer rounds do not reach them. */
const ROUNDS = 6;
const ROUNDS_MAX = 64;
const QUESTIONS_MIN = 32;
/** Random recursive trees of 64 are about e·ln 64 = 11 high, from their first variable; deeper ones are drawn again. */
const DEPTH_MAX = 16;

/** No variable of a sampled forest is deeper. */
export function depthMax(variables: number): number {
  return Math.min(variables - 1, DEPTH_MAX);
}

/** Number i is the depth i. */
export function unionWords(variables: number, values: number) {
  const number = depthMax(variables) + 1;
  return vocabulary({
    blank: 1,
    kind: KINDS.length,
    no: 1,
    yes: 1,
    none: 1,
    number,
    value: values,
    variable: variables,
  });
}

type UnionWords = ReturnType<typeof unionWords>;

/** The paper's: the square root of the size, at most 8. */
function classes(size: number): number {
  return Math.min(CLASSES_MAX, Math.floor(Math.sqrt(size)));
}

export function unionFind({ variables, values = VALUES, rounds = ROUNDS }: UnionOptions): UnionTask {
  expectInteger('size', variables, VARIABLES_MIN, VARIABLES_MAX);
  expectInteger('values', values, classes(variables), VALUES_MAX);
  expectInteger('rounds', rounds, 1, ROUNDS_MAX);
  const words = unionWords(variables, values);
  return {
    name: 'union-find',
    parameters: { variables, values, rounds },
    levels: 1,
    levelsOfPrimitives: 0,
    sizeMax: variables,
    overseer: scripted('H', decompose(words)),
    asksMax: 8, // of `parent`: own, guess, edge, two neighbours, three depths
    environment: (question) => environment(question, words),
    encoding: encoding(words, rounds),
    level: () => 1,
    key: ({ kind, forest, variable, other = '' }) => `${kind}/${variable}/${other}/${forest.key}`,
    show: ({ kind, variable, other }) =>
      `${kind}(${other === undefined ? variable : `${variable}, ${other}`})`,
    showAnswer: (word) => showAnswer(word, words),
    parse: (text) => parse(text, variables, values),
    sample: (random, demand) => sample(random, demand, variables, values),
  };
}

type Asking<T> = Generator<readonly UnionQuestion[], T, readonly Answer<number>[]>;

function decompose(words: UnionWords): Script<UnionQuestion, number> {
  const { yes, number, value: values, variable: variables } = words;
  /** Undefined for unknown. */
  function* ask(question: UnionQuestion): Asking<number | undefined> {
    const answer = (yield [question])[0]!;
    return answer.kind === 'known' ? answer.value : undefined;
  }
  function* variableOf(question: UnionQuestion): Asking<number | undefined> {
    return variables.of((yield* ask(question)) ?? words.blank.first);
  }
  /** Undefined for whatever is no depth. */
  function* depthOf(question: UnionQuestion): Asking<number | undefined> {
    return number.of((yield* ask({ ...question, kind: 'depth' })) ?? words.blank.first);
  }
  /** X's guess, if it is a neighbour at all. */
  function* proposed(question: UnionQuestion): Asking<number | undefined> {
    const other = yield* variableOf({ ...question, kind: 'guess' });
    if (other === undefined) return undefined;
    return (yield* ask({ ...question, kind: 'edge', other })) === yes.first ? other : undefined;
  }

  function* value(question: UnionQuestion): Asking<Answer<number>> {
    const parent = yield* proposed(question);
    if (parent === undefined) return unknown('unsure');
    const answer = (yield [{ ...question, variable: parent }])[0]!;
    return answer.kind === 'known' && values.of(answer.value) === undefined ? unknown('unsure') : answer;
  }
  function* depth(question: UnionQuestion): Asking<Answer<number>> {
    const parent = yield* proposed(question);
    const above = parent === undefined ? undefined : yield* depthOf({ ...question, variable: parent });
    if (above === undefined || number.at(above) === number.last) return unknown('unsure');
    return known(number.at(above + 1));
  }
  function* parent(question: UnionQuestion): Asking<Answer<number>> {
    const candidates = new Set([yield* proposed(question)]);
    for (const kind of ['neighbour0', 'neighbour1'] as const)
      candidates.add(yield* variableOf({ ...question, kind }));
    let best: Answer<number> = unknown('unsure');
    let least = Number.POSITIVE_INFINITY;
    for (const variable of candidates) {
      if (variable === undefined) continue;
      const above = (yield* depthOf({ ...question, variable })) ?? Number.POSITIVE_INFINITY;
      if (above < least) [best, least] = [known(variables.at(variable)), above];
    }
    return best;
  }
  const compound = { value, depth, parent, guess: parent };

  return function* (question) {
    const { kind, variable } = question;
    if (!isCompound(kind)) return (yield [question])[0]!;
    const own = (yield* ask({ ...question, kind: 'own' })) ?? words.none.first;
    if (values.of(own) === undefined) return yield* compound[kind](question);
    const root = { value: own, depth: number.at(0), parent: variables.at(variable) };
    return known(root[kind === 'guess' ? 'parent' : kind]);
  };
}

function isCompound(kind: UnionQuestion['kind']): kind is 'value' | 'parent' | 'depth' | 'guess' {
  return KINDS.indexOf(kind) < KINDS.indexOf('own');
}

/** A question may name a variable that this forest does not have: it is equal to none. */
function environment(question: UnionQuestion, words: UnionWords): Answer<number> | undefined {
  const { kind, forest, variable, other = -1 } = question;
  const neighbours = forest.neighbours[variable] ?? [];
  switch (kind) {
    case 'own': {
      const value = forest.given[variable] ?? -1;
      return known(value < 0 ? words.none.first : words.value.at(value));
    }
    case 'edge':
      return known(neighbours.includes(other) ? words.yes.first : words.no.first);
    case 'neighbour0':
    case 'neighbour1':
      if (neighbours.length === 0) return known(words.none.first);
      return known(
        words.variable.at(neighbours[chance(forest, [variable, KINDS.indexOf(kind)]) % neighbours.length]!),
      );
    default:
      return undefined;
  }
}

function encoding(words: UnionWords, rounds: number): Encoding<UnionQuestion, number> {
  const { kind: kinds, no, value: values, variable: variables } = words;
  const blank = words.blank.first;
  const facts = new WeakMap<Forest, readonly number[]>();
  const kindWord = (kind: UnionQuestion['kind']) => kinds.at(KINDS.indexOf(kind));
  const otherWord = (other: number | undefined) => (other === undefined ? blank : variables.at(other));
  return {
    words: words.size,
    blank,
    slots: ['name', 'other', 'holds'],
    context: ({ forest }) => forest,
    facts({ forest }) {
      let tokens = facts.get(forest);
      if (!tokens) {
        const given = forest.variables.filter((x) => forest.given[x]! >= 0);
        tokens = [
          ...forest.equalities.flatMap(([left, right]) => [variables.at(left), variables.at(right), blank]),
          ...given.flatMap((x) => [variables.at(x), blank, values.at(forest.given[x]!)]),
          ...forest.variables.flatMap((x) => [variables.at(x), blank, blank]),
        ];
        facts.set(forest, tokens);
      }
      return tokens;
    },
    token: ({ variable, other }) => [variables.at(variable), otherWord(other), blank],
    roundsAt: () => rounds,
    rounds: () => rounds,
    word: ({ kind }) => kindWord(kind === 'guess' ? 'parent' : kind),
    // The others may be answered with the blank, "unknown".
    range: ({ kind }) => (kind === 'guess' ? [variables.first, variables.last] : [0, words.size - 1]),
    wordOf: (answer) => answer,
    answerOf: (word) => (word >= no.first && word <= variables.last ? word : undefined),
    sentence: ({ kind, variable, other }) => [kindWord(kind), variables.at(variable), otherWord(other)],
    sentenceLength: 3,
    names: [
      [values.first, values.last],
      [variables.first, variables.last],
    ],
    questionOf([first = -1, second = -1, third = -1], { forest }) {
      const kind = KINDS[kinds.of(first) ?? -1];
      const [variable, other] = [variables.of(second), variables.of(third)];
      if (!kind || variable === undefined) return undefined;
      if (kind === 'edge') return other === undefined ? undefined : { kind, forest, variable, other };
      return third === blank ? { kind, forest, variable } : undefined;
    },
  };
}

function showAnswer(word: number, { no, yes, none, number, value, variable }: UnionWords): string {
  const given = value.of(word);
  if (given !== undefined) return `v${given}`;
  const names = new Map([
    [no.first, 'no'],
    [yes.first, 'yes'],
    [none.first, 'none'],
  ]);
  return names.get(word) ?? String(number.of(word) ?? variable.of(word) ?? 'unknown');
}

function sample(
  random: Random,
  { split, size }: Demand,
  variables: number,
  values: number,
): readonly UnionQuestion[] {
  const forest = sampleForest(random, split, size, variables, values);
  const kinds = ['value', 'parent', 'depth'] as const;
  const all = kinds.flatMap((kind) => forest.variables.map((variable) => ({ kind, forest, variable })));
  return random.shuffle(all).slice(0, Math.max(QUESTIONS_MIN, size));
}

function sampleForest(random: Random, split: Split, size: number, variables: number, values: number): Forest {
  const [names, allValues] = [variables, values].map((count) => Array.from({ length: count }, (_, i) => i));
  return dealt(split, `forests of ${size} out of ${variables} variables`, () => {
    for (;;) {
      const shuffled = random.shuffle(names!).slice(0, size);
      const forest = grow(random, shuffled, random.shuffle(allValues!).slice(0, classes(size)), variables);
      if (forest) return forest;
    }
  });
}

/** A random recursive tree for each value; undefined if one is too deep. */
function grow(
  random: Random,
  shuffled: readonly number[],
  values: readonly number[],
  variables: number,
): Forest | undefined {
  const trees: number[][] = values.map((_, i) => [shuffled[i]!]);
  const equalities: (readonly [number, number])[] = [];
  const neighbours = Array.from({ length: variables }, (): number[] => []);
  for (const x of shuffled.slice(values.length)) {
    const tree = trees[random.below(trees.length)]!;
    const y = tree[random.below(tree.length)]!;
    tree.push(x);
    neighbours[x]!.push(y);
    neighbours[y]!.push(x);
    equalities.push(random.below(2) === 0 ? [x, y] : [y, x]);
  }
  const roots = trees.map((tree) => tree[random.below(tree.length)]!);
  if (roots.some((root) => height(root, neighbours) > depthMax(variables))) return undefined;
  const given = new Array<number>(variables).fill(-1);
  roots.forEach((root, i) => {
    given[root] = values[i]!;
  });
  equalities.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  const some = [...shuffled].sort((a, b) => a - b);
  const facts = some.map((x) => (given[x]! < 0 ? x : `${x}:${given[x]!}`));
  const key = `${facts.join(' ')}, ${equalities.map(([left, right]) => `${left}=${right}`).join(' ')}`;
  return { variables: some, equalities, given, neighbours, key };
}

/** Of the tree below x, when hung up at x. */
function height(x: number, neighbours: readonly (readonly number[])[], above = -1): number {
  let highest = 0;
  for (const y of neighbours[x]!) if (y !== above) highest = Math.max(highest, 1 + height(y, neighbours, x));
  return highest;
}

const SYNTAX =
  'expected «value(X)», «parent(X)» or «depth(X)» in an unseen forest, or one with « #N» for unseen forest number N';

function parse(text: string, variables: number, values: number): UnionQuestion {
  const match = /^\s*(value|parent|depth)\s*\(\s*(\d+)\s*\)\s*(?:#\s*(\d+))?\s*$/u.exec(text);
  if (!match) throw new CapstanError('invalid', `question «${text}»: ${SYNTAX}`);
  const variable = Number(match[2]);
  if (variable >= variables)
    throw new CapstanError(
      'invalid',
      `question «${text}»: expected a variable from 0 to ${variables - 1}, got ${variable}`,
    );
  const number = Number(match[3] ?? 0);
  if (!Number.isSafeInteger(number))
    throw new CapstanError(
      'invalid',
      `question «${text}»: expected a number up to 2^53 − 1, got ${match[3]}`,
    );
  const forest = sampleForest(Random.seeded(number).split('ask'), 'test', variables, variables, values);
  return { kind: match[1] as 'value' | 'parent' | 'depth', forest, variable };
}
