/** Sequential assignments: given x := f(y, z) and the like, what is the value of x?
 *                                                                    Christiano et al. 2018, §3.1 and code «eval»
 *  H resolves one thing at a time: the value of x := f(y, z) is f(y, z), f(y, z) is f(a, z) with a the value of y, and
 *  f(a, z) is f(a, b) with b the value of z, a look-up. The paper's H asks for both values and looks f(a, b) up itself;
 *  but a network that is taught only whole assignments never learns to join two look-ups to a third (docs/decisions/
 *  0006), and here each level adds one. A variable d assignments deep is of level 1 + 3d. */

import { CapstanError, expectInteger } from '../base/errors.ts';
import { Random } from '../base/random.ts';
import { type Answer, known, unknown } from '../core/answer.ts';
import type { Demand, Encoding, Split, Task } from '../core/task.ts';
import { type Script, scripted } from '../overseers/scripted.ts';
import { dealt } from './piles.ts';
import { vocabulary, type Words } from './vocabulary.ts';

/** Variables and values are their words throughout. */
export interface Program {
  /** The variables in the order they are assigned; the first ones get a value each. */
  readonly order: readonly number[];
  /** A(x) at x: the variable, or the value itself; the blank where the program has no x. */
  readonly first: readonly number[];
  /** B(x) at x, likewise. */
  readonly second: readonly number[];
  /** How many assignments deep x is, at x: 0 with a value of its own; −1 where the program has no x. */
  readonly depth: readonly number[];
  /** f(a, b) at `entryOf(a, b)`: the entries among the facts, or all if the table is the same for all programs. */
  readonly table: ReadonlyMap<number, number>;
  /** What f is applied to for each variable in order; undefined for one with a value of its own. */
  readonly applied: readonly (readonly [a: number, b: number] | undefined)[];
  readonly key: string;
}

export type AssignmentQuestion =
  | { readonly kind: VariableKind; readonly program: Program; readonly variable: number }
  | { readonly kind: 'apply'; readonly program: Program; readonly a: number; readonly b: number };

/** What is the value of x; what is A(x); what is B(x). Both arguments of `apply` are values, or variables. */
export type VariableKind = 'value' | 'first' | 'second';

/** Answers are the words of values, and of variables for A and B. */
export type AssignmentTask = Task<AssignmentQuestion, number>;

export interface AssignmentOptions {
  /** How many variables, 4 … 64. */
  readonly variables: number;
  /** How many values, 2 … 64; without it ⌊√variables⌋, at least 4. */
  readonly values?: number;
  /** 0: f is drawn afresh for every program, and what is used of it is among its facts. Else f is the same for all
   *  programs and no fact, and this is its seed. */
  readonly table?: number;
  /** How many assignments deep a variable may be, 1 … what a chain of all variables makes; without it
   *  2 log₂ variables − 1. */
  readonly depth?: number;
}

const VARIABLES_MIN = 4;
const VARIABLES_MAX = 64;
const VALUES_DEFAULT_MIN = 4;
const VALUES_MAX = 64;
/** Levels that one assignment adds. */
const LEVELS_PER_DEPTH = 3;
/** Questions about one context. */
const QUESTIONS_MIN = 32;
/** Programs to train on that show all of f. Where only the entries that are used are shown, guessing among them pays so
 *  well that a network hardly learns to look them up (docs/log.md). */
const FULL_SHARE = 0.5;

export function sequentialAssignments({
  variables,
  values = Math.max(VALUES_DEFAULT_MIN, Math.floor(Math.sqrt(variables))),
  table = 0,
  depth = Math.min(Math.round(2 * Math.log2(variables)) - 1, depthMax(variables)),
}: AssignmentOptions): AssignmentTask {
  expectInteger('size', variables, VARIABLES_MIN, VARIABLES_MAX);
  expectInteger('values', values, 2, VALUES_MAX);
  expectInteger('table', table, 0, Number.MAX_SAFE_INTEGER);
  expectInteger('depth', depth, 1, depthMax(variables));
  const words = wordsOf(variables, values);
  const fixed = table === 0 ? undefined : fixedTable(table, words);
  const language: Language = { words, fixed, levels: levelAt(depth) };
  const show = (word: number) => showWord(word, words);
  return {
    name: 'sequential-assignments',
    parameters: { variables, values, table, depth },
    levels: language.levels,
    levelsOfPrimitives: 1, // a value of its own is a look-up
    sizeMax: variables,
    overseer: scripted('H', decompose(words)),
    asksMax: 3,
    environment,
    encoding: encoding(language),
    level: levelOf,
    key: (question) => `${says(question, words).join()}/${question.program.key}`,
    show: (question) =>
      question.kind === 'apply'
        ? `f(${show(question.a)}, ${show(question.b)})`
        : `${SHOWN[question.kind]}(${show(question.variable)})`,
    showAnswer: show,
    parse: (text) => parse(text, language, depth),
    sample: (random, demand) => sample(random, demand, language),
    roots: (random, split) => roots(random, split, variables, depth, language),
  };
}

/** Where a program's table has f(a, b). */
export function entryOf(a: number, b: number): number {
  return a * ENTRY_ROW + b;
}

/** More than there are words of values. */
const ENTRY_ROW = 128;

/** How many variables have a value of their own. */
function owners(size: number): number {
  return Math.floor(Math.sqrt(size));
}

function depthMax(size: number): number {
  return size - owners(size);
}

/** The level of a variable so deep. */
function levelAt(depth: number): number {
  return 1 + LEVELS_PER_DEPTH * depth;
}

/** The depth that questions up to a level reach. */
function depthAt(level: number): number {
  return Math.max(1, Math.ceil((level - 1) / LEVELS_PER_DEPTH));
}

function levelOf(question: AssignmentQuestion): number {
  const { depth } = question.program;
  if (question.kind === 'value') return Math.max(1, levelAt(depth[question.variable]!));
  if (question.kind !== 'apply') return 1;
  // Each argument that is a variable is one thing to resolve, the first one first.
  const of = (word: number) => ((depth[word] ?? -1) < 0 ? 0 : levelAt(depth[word]!));
  const [a, b] = [of(question.a), of(question.b)];
  const rest = b === 0 ? 1 : 1 + b;
  return a === 0 ? rest : 1 + Math.max(a, rest);
}

type ProgramWords = ReturnType<typeof wordsOf>;

interface Language {
  readonly words: ProgramWords;
  /** f where it is the same for all programs. */
  readonly fixed: ReadonlyMap<number, number> | undefined;
  /** The highest level of a question. */
  readonly levels: number;
}

const KINDS = ['value', 'first', 'second', 'apply'] as const;

function wordsOf(variables: number, values: number) {
  return vocabulary({ blank: 1, function: 1, kind: KINDS.length, value: values, variable: variables });
}

const BLANK = 0;
/** The name of f. */
const F = 1;

function decompose(words: ProgramWords): Script<AssignmentQuestion, number> {
  const isValue = (word: number) => words.value.of(word) !== undefined;
  const isVariable = (word: number) => words.variable.of(word) !== undefined;
  return function* (question) {
    const { program } = question;
    if (question.kind === 'value') {
      const a: Answer<number> = (yield [{ ...question, kind: 'first' }])[0]!;
      if (a.kind === 'unknown' || isValue(a.value)) return a;
      const b: Answer<number> = (yield [{ ...question, kind: 'second' }])[0]!;
      if (b.kind === 'unknown') return b;
      return (yield [{ kind: 'apply', program, a: a.value, b: b.value }])[0]!;
    }
    if (question.kind !== 'apply') return (yield [question])[0]!;
    const open = isVariable(question.a) ? question.a : isVariable(question.b) ? question.b : undefined;
    if (open === undefined) return (yield [question])[0]!;
    const value: Answer<number> = (yield [{ kind: 'value', program, variable: open }])[0]!;
    if (value.kind === 'unknown') return value;
    if (!isValue(value.value)) return unknown('unsure'); // an assistant may name a variable
    const resolved =
      open === question.a ? { a: value.value, b: question.b } : { a: question.a, b: value.value };
    return (yield [{ kind: 'apply', program, ...resolved }])[0]!;
  };
}

/** An assistant may have led H to an entry that the facts do not have. */
function environment(question: AssignmentQuestion): Answer<number> | undefined {
  const { program, kind } = question;
  if (kind === 'value' || (kind === 'apply' && isOpen(question))) return undefined;
  const found =
    kind === 'apply' ? program.table.get(entryOf(question.a, question.b)) : program[kind][question.variable];
  return found === undefined || found === BLANK ? unknown('unsure') : known(found);
}

/** A fact x := f(y, z) takes part in two rounds, when its arguments have their values: in one it looks them up, in the
 *  other what f makes of them. Before and after that it sleeps, so that what a network learns for one depth is what it
 *  does at every depth. A question sleeps until the facts that it reads are done, so that it cannot do their work itself
 *  in a way that would not reach the next depth (docs/decisions/0012). */
const ROUNDS_PER_DEPTH = 2;
/** The most that a question takes then: a look-up of its arguments, and one of what f makes of them. */
const ROUNDS_AWAKE = 2;

function asleep(question: AssignmentQuestion): number {
  const { depth } = question.program;
  const read = question.kind === 'apply' ? [question.a, question.b] : [question.variable];
  return ROUNDS_PER_DEPTH * Math.max(0, ...read.map((word) => depth[word] ?? -1));
}

/** Values of their own and entries of f say all there is to say from the start. */
function awake({ order, depth }: Program): readonly (readonly [from: number, to: number])[] {
  return inOrder(order).map((x) => {
    const done = ROUNDS_PER_DEPTH * depth[x]!;
    return [Math.max(0, done - ROUNDS_PER_DEPTH), done];
  });
}

/** Whether an argument is a variable. */
function isOpen({ program, a, b }: { program: Program; a: number; b: number }): boolean {
  return (program.depth[a] ?? -1) >= 0 || (program.depth[b] ?? -1) >= 0;
}

/** The kind and what it is asked of. */
function says(question: AssignmentQuestion, words: ProgramWords): readonly number[] {
  const kind = words.kind.at(KINDS.indexOf(question.kind));
  return question.kind === 'apply' ? [kind, question.a, question.b] : [kind, question.variable, BLANK];
}

function encoding(language: Language): Encoding<AssignmentQuestion, number> {
  const { words } = language;
  const facts = new WeakMap<Program, readonly number[]>();
  const isAnswer = (word: number) =>
    words.value.of(word) !== undefined || words.variable.of(word) !== undefined;
  return {
    words: words.size,
    blank: BLANK,
    slots: ['name', 'first', 'second', 'holds'],
    context: ({ program }) => program,
    facts({ program }) {
      let tokens = facts.get(program);
      if (!tokens) {
        tokens = factsOf(program, language);
        facts.set(program, tokens);
      }
      return tokens;
    },
    awake: ({ program }) => awake(program),
    token: (question) =>
      question.kind === 'apply'
        ? [BLANK, question.a, question.b, BLANK]
        : [question.variable, BLANK, BLANK, BLANK],
    roundsAt: (level) => ROUNDS_PER_DEPTH * depthAt(level) + ROUNDS_AWAKE,
    rounds: (question) => asleep(question) + (question.kind === 'apply' ? ROUNDS_AWAKE : 1),
    word: (question, round) =>
      round < asleep(question) ? undefined : words.kind.at(KINDS.indexOf(question.kind)),
    range: ({ kind }) =>
      kind === 'value' || kind === 'apply'
        ? [words.value.first, words.value.last]
        : [words.value.first, words.variable.last],
    wordOf: (word) => word,
    answerOf: (word) => (isAnswer(word) ? word : undefined),
    sentence: (question) => says(question, words),
    sentenceLength: 3,
    names: [
      [words.value.first, words.value.last],
      [words.variable.first, words.variable.last],
    ],
    questionOf(sentence, { program }) {
      const [said = BLANK, a = BLANK, b = BLANK] = sentence;
      const kind = KINDS[words.kind.of(said) ?? KINDS.length];
      if (kind === undefined || sentence.length !== 3) return undefined;
      if (kind === 'apply') {
        const isArgument = (word: number) =>
          words.value.of(word) !== undefined || (program.depth[word] ?? -1) >= 0;
        const question = { kind, program, a, b };
        return isArgument(a) && isArgument(b) && levelOf(question) <= language.levels ? question : undefined;
      }
      // A variable of another program has no depth, so it is of no level.
      return (program.depth[a] ?? -1) >= 0 && b === BLANK ? { kind, program, variable: a } : undefined;
    },
  };
}

/** Variables by name, then the entries of f by what it is applied to, so that nothing tells the order of assignments;
 *  then blanks up to a full table. */
function factsOf(
  { order, first, second, depth, table }: Omit<Program, 'key'>,
  { words, fixed }: Language,
): readonly number[] {
  const variables = inOrder(order).flatMap((x) =>
    depth[x] === 0 ? [x, BLANK, BLANK, first[x]!] : [x, first[x]!, second[x]!, BLANK],
  );
  if (fixed) return variables;
  const entries = [...table]
    .sort(([a], [b]) => a - b)
    .flatMap(([entry, held]) => [F, Math.floor(entry / ENTRY_ROW), entry % ENTRY_ROW, held]);
  const values = words.value.last - words.value.first + 1;
  const blanks = new Array<number>(4 * values ** 2 - entries.length).fill(BLANK);
  return [...variables, ...entries, ...blanks];
}

function inOrder(variables: readonly number[]): readonly number[] {
  return [...variables].sort((x, y) => x - y);
}

/** Values of variables, and of f applied to what the assignments apply it to, resolved as far as H might have resolved
 *  it. Every other question is at the highest level there is up to `level`, the others at any. */
function sample(
  random: Random,
  { split, size, level }: Demand,
  language: Language,
): readonly AssignmentQuestion[] {
  const deepest = Math.min(depthAt(level), depthMax(size));
  const full = split === 'train' && random.uniform() < FULL_SHARE;
  const highest = Math.min(level, levelAt(depthMax(size)));
  const program = dealt(split, `programs of ${size} variables`, () => {
    let drawn = drawProgram(random, size, deepest, language, { reaching: true, full });
    // Some levels need the deeper of two arguments to be the second.
    while (!questionsAbout(drawn).some((question) => levelOf(question) === highest))
      drawn = drawProgram(random, size, deepest, language, { reaching: true, full });
    return drawn;
  });
  const asked = questionsAbout(program).filter((question) => levelOf(question) <= level);
  const top = Math.max(...asked.map(levelOf));
  const hardest = asked.filter((question) => levelOf(question) === top);
  return Array.from({ length: Math.max(QUESTIONS_MIN, size) }, (_, i) => {
    const pile = i % 2 === 0 ? hardest : asked;
    return pile[random.below(pile.length)]!;
  });
}

/** The paper's own questions: the value of every variable of a program that is as deep as it happens to be. */
function roots(
  random: Random,
  split: Split,
  size: number,
  deepest: number,
  language: Language,
): readonly AssignmentQuestion[] {
  const program = dealt(split, `programs of ${size} variables`, () =>
    drawProgram(random, size, deepest, language),
  );
  return inOrder(program.order).map((variable) => ({ kind: 'value', program, variable }));
}

function questionsAbout(program: Program): readonly AssignmentQuestion[] {
  const { order, first, second, applied } = program;
  const apply = (a: number, b: number) => ({ kind: 'apply' as const, program, a, b });
  return order.flatMap((variable, i): AssignmentQuestion[] => {
    const value = { kind: 'value' as const, program, variable };
    const [y, z, resolved] = [first[variable]!, second[variable]!, applied[i]];
    if (!resolved) return [value];
    const [a, b] = resolved;
    return [value, apply(y, z), apply(a, z), apply(y, b), apply(a, b)];
  });
}

/** Every variable is assigned from two that are drawn from those assigned before it, less those that would make it
 *  deeper than `deepest`. With `reaching`, the last ones are put on top of the deepest as far as that takes. */
function drawProgram(
  random: Random,
  size: number,
  deepest: number,
  language: Language,
  { reaching = false, full = false }: { readonly reaching?: boolean; readonly full?: boolean } = {},
): Program {
  const { words, fixed } = language;
  const pick = (items: readonly number[]) => items[random.below(items.length)]!;
  const values = all(words.value);
  const order = random.shuffle(all(words.variable)).slice(0, size);
  const blanks = () => new Array<number>(words.size).fill(BLANK);
  const [first, second, found, depth] = [blanks(), blanks(), blanks(), blanks().fill(-1)];
  const drawn = new Map<number, number>();
  const table = fixed ?? drawn;
  const applied: (readonly [number, number] | undefined)[] = [];
  const usable: number[] = [];
  let [top, reached] = [[] as number[], 0];
  order.forEach((x, i) => {
    if (i < owners(size)) {
      first[x] = second[x] = found[x] = pick(values);
      depth[x] = 0;
      applied.push(undefined);
    } else {
      const pair = [pick(usable), pick(usable)];
      if (reaching && deepest - reached >= size - i) pair[random.below(2)] = pick(top);
      const [y, z] = pair as [number, number];
      const [a, b] = [found[y]!, found[z]!];
      if (!table.has(entryOf(a, b))) drawn.set(entryOf(a, b), pick(values));
      applied.push([a, b]);
      [first[x], second[x], found[x]] = [y, z, table.get(entryOf(a, b))!];
      depth[x] = 1 + Math.max(depth[y]!, depth[z]!);
    }
    if (depth[x]! < deepest) usable.push(x);
    if (depth[x]! > reached) [top, reached] = [[], depth[x]!];
    if (depth[x] === reached) top.push(x);
  });
  if (full && !fixed)
    for (const a of values)
      for (const b of values) if (!drawn.has(entryOf(a, b))) drawn.set(entryOf(a, b), pick(values));
  const program = { order, first, second, depth, applied, table };
  return { ...program, key: factsOf(program, language).join(' ') };
}

/** f where it is the same for all programs. */
function fixedTable(seed: number, words: ProgramWords): ReadonlyMap<number, number> {
  const random = Random.seeded(seed).split('table');
  const values = all(words.value);
  return new Map(
    values.flatMap((a) => values.map((b) => [entryOf(a, b), values[random.below(values.length)]!] as const)),
  );
}

function all({ first, last }: Words): readonly number[] {
  return Array.from({ length: last - first + 1 }, (_, i) => first + i);
}

/** Values are numbers, variables are x0, x1, …. */
function showWord(word: number, { value, variable }: ProgramWords): string {
  const [v, x] = [value.of(word), variable.of(word)];
  return v !== undefined ? String(v) : x !== undefined ? `x${x}` : `word ${word}`;
}

const SHOWN: { readonly [kind in VariableKind]: string } = { value: 'value', first: 'A', second: 'B' };
const SYNTAX =
  'expected «value(xI)», «A(xI)», «B(xI)» or «f(V, W)», on an unseen program, or with « #N» on unseen program number N';

function parse(text: string, language: Language, depth: number): AssignmentQuestion {
  const match =
    /^\s*(?:(value|A|B)\s*\(\s*x(\d+)\s*\)|f\s*\(\s*(\d+)\s*,\s*(\d+)\s*\))\s*(?:#\s*(\d+))?\s*$/.exec(text);
  if (!match) throw new CapstanError('invalid', `question «${text}»: ${SYNTAX}`);
  const [, shown, name, left, right, hash = '0'] = match;
  const { value, variable } = language.words;
  const number = upTo(text, 'a number', hash, Number.MAX_SAFE_INTEGER);
  const size = variable.last - variable.first + 1;
  const random = Random.seeded(number).split('ask');
  const program = dealt('test', `programs of ${size} variables`, () =>
    drawProgram(random, size, depth, language),
  );
  if (name !== undefined) {
    const kind = (Object.keys(SHOWN) as VariableKind[]).find((one) => SHOWN[one] === shown)!;
    return { kind, program, variable: variable.at(upTo(text, 'a variable', name, size - 1)) };
  }
  const [a, b] = [left, right].map((typed) =>
    value.at(upTo(text, 'a value', typed!, value.last - value.first)),
  ) as [number, number];
  if (!program.table.has(entryOf(a, b))) {
    const entries = [...program.table.keys()]
      .sort((c, d) => c - d)
      .map((entry) => [Math.floor(entry / ENTRY_ROW), entry % ENTRY_ROW] as const)
      .map(([c, d]) => `f(${showWord(c, language.words)}, ${showWord(d, language.words)})`);
    throw new CapstanError(
      'invalid',
      `question «${text}»: expected what the program uses, ${entries.join(' or ')}`,
    );
  }
  return { kind: 'apply', program, a, b };
}

function upTo(text: string, what: string, typed: string, max: number): number {
  if (Number(typed) <= max) return Number(typed);
  throw new CapstanError('invalid', `question «${text}»: expected ${what} up to ${max}, got ${typed}`);
}
