/** Chains: given facts in words («Ada's mentor is Bob», «Bob lives in Rome»), what is at the end of a chain of them («Where does
 *  Ada's mentor live?»)? The words are somebody else's (`own.ts` reads them from a folder), and so are the contexts.
 *  H sees no facts: a chain of one is a look-up; of a longer one it asks for the beginning, and for the rest from there. */

import { CapstanError } from '../base/errors.ts';
import { Random } from '../base/random.ts';
import { type Answer, known, unknown } from '../core/answer.ts';
import type { Overseer } from '../core/assistant.ts';
import type { Demand, Encoding, Split, Task } from '../core/task.ts';
import { type Script, scripted } from '../overseers/scripted.ts';
import { pile } from './piles.ts';
import { vocabulary } from './vocabulary.ts';

/** Names of one sort; all names are numbered 0, 1, …, sort after sort. */
export interface Sort {
  readonly name: string;
  readonly first: number;
  readonly count: number;
}

/** Everything of one sort has one thing of another: everybody has a mentor. */
export interface Relation {
  readonly name: string;
  readonly from: Sort;
  readonly to: Sort;
  /** «{from}'s mentor is {to}» */
  readonly fact: string;
  /** «Who is {}'s mentor?» */
  readonly question: string;
  /** «{}'s mentor», where a chain may go on from there. */
  readonly phrase?: string;
}

export const DECOMPOSITIONS = ['halves', 'last'] as const;

export interface ChainDefinition {
  readonly name: string;
  readonly names: readonly string[];
  readonly sorts: readonly Sort[];
  readonly relations: readonly Relation[];
  /** Facts in the longest chain that is asked, 2 at least. */
  readonly longest: number;
  /** How the script takes a chain apart: in the middle, or before its last fact. Without it only people can be H. */
  readonly decomposition?: (typeof DECOMPOSITIONS)[number];
  /** No two alike. */
  readonly contexts: readonly ChainContext[];
}

export interface ChainContext {
  /** For each relation and each name the number of the name that it leads to; −1 from other sorts than its own. */
  readonly values: readonly (readonly number[])[];
  readonly key: string;
}

export interface ChainQuestion {
  readonly context: ChainContext;
  /** The name where the chain begins. */
  readonly name: number;
  /** Relations by number, in the order in which they are followed. */
  readonly path: readonly number[];
}

/** Answers are names, by number. */
export type ChainTask = Task<ChainQuestion, number>;

/** Before the task's own name. */
export const OWN = 'own-';

/** Questions about a context. */
const QUESTIONS = 32;
/** Every question is kept as a text, so that what people type is found. */
export const QUESTIONS_MAX = 100_000;

export function contextOf(values: ChainContext['values']): ChainContext {
  return { values, key: values.map((row) => row.join(' ')).join('/') };
}

export function chains(definition: ChainDefinition): ChainTask {
  const { name, names, relations, longest, decomposition, contexts } = definition;
  const forms = formsOf(definition);
  const piles = new Piles(definition);
  const levelOf = decomposition === 'last' ? (length: number) => length : halvings;
  const show = ({ name: start, path }: Pick<ChainQuestion, 'name' | 'path'>) =>
    wordsOf(definition, start, path);
  const numbered = numberedBy(definition, forms);
  return {
    name: `${OWN}${name}`,
    parameters: { names: names.length, relations: relations.length, longest, contexts: contexts.length },
    levels: levelOf(longest),
    levelsOfPrimitives: 2, // a chain of two is two look-ups
    sizeMax: names.length,
    overseer: overseer(definition),
    asksMax: 2,
    environment: ({ context, name: start, path }) =>
      path.length === 1 ? known(context.values[path[0]!]![start]!) : undefined,
    encoding: encoding(definition, levelOf),
    level: ({ path }) => levelOf(path.length),
    key: (question) => `${question.path.join(' ')}/${question.name}/${question.context.key}`,
    show,
    showAnswer: (answer) => names[answer] ?? '',
    parse: (text) => parse(text, numbered, (random) => piles.draw(random, 'test')),
    sample(random, { split, level }: Demand) {
      const context = piles.draw(random, split);
      return Array.from({ length: QUESTIONS }, (_, i) => {
        const at = i === 0 ? level : 1 + random.below(level);
        const lengths = forms.filter((_, length) => levelOf(length + 1) === at);
        const paths = lengths[random.below(lengths.length)]!;
        const path = paths[random.below(paths.length)]!;
        const { first, count } = relations[path[0]!]!.from;
        return { context, name: first + random.below(count), path };
      });
    },
  };
}

/** 1 for one fact, 2 for two, and 1 more for each halving until two are left. */
function halvings(length: number): number {
  return length === 1 ? 1 : 1 + Math.ceil(Math.log2(length));
}

/** The chains that can be said, by length from 1. */
function formsOf({
  relations,
  longest,
  names,
}: ChainDefinition): readonly (readonly (readonly number[])[])[] {
  const forms: (readonly number[])[][] = [relations.map((_, i) => [i])];
  for (let [length, total] = [2, 0]; length <= longest; length++) {
    const longer = forms.at(-1)!.flatMap((path) => {
      const last = relations[path.at(-1)!]!;
      const goesOn = last.phrase === undefined ? [] : relations.map((_, i) => i);
      return goesOn.filter((next) => relations[next]!.from === last.to).map((next) => [...path, next]);
    });
    if (longer.length === 0)
      throw new CapstanError(
        'invalid',
        `longest: expected at most ${length - 1}, since no chain of ${length} can be said, got ${longest}`,
      );
    total += longer.length * names.length;
    if (total > QUESTIONS_MAX)
      throw new CapstanError(
        'invalid',
        `longest: expected chains of which there are ${QUESTIONS_MAX} questions at most, got ${total} at ${length} of ${longest}`,
      );
    forms.push(longer);
  }
  return forms;
}

/** A question is the last relation's question about a phrase that names the rest. */
export function wordsOf(
  { relations, names }: Pick<ChainDefinition, 'relations' | 'names'>,
  start: number,
  path: readonly number[],
): string {
  const about = path
    .slice(0, -1)
    .reduce((said, one) => relations[one]!.phrase!.replace('{}', () => said), names[start]!);
  return relations[path.at(-1)!]!.question.replace('{}', () => about);
}

/** All that can be asked, by its words. */
function numberedBy(
  definition: ChainDefinition,
  forms: readonly (readonly (readonly number[])[])[],
): ReadonlyMap<string, Pick<ChainQuestion, 'name' | 'path'>> {
  const numbered = new Map<string, Pick<ChainQuestion, 'name' | 'path'>>();
  for (const path of forms.flat()) {
    const { first, count } = definition.relations[path[0]!]!.from;
    for (let name = first; name < first + count; name++) {
      const said = wordsOf(definition, name, path);
      if (numbered.has(plain(said)))
        throw new CapstanError(
          'invalid',
          `relations: expected words in which every question reads otherwise, got two that read «${said}»`,
        );
      numbered.set(plain(said), { name, path });
    }
  }
  return numbered;
}

/** What stays of a text when spaces and a mark at its end do not count. */
export function plain(text: string): string {
  return text
    .replaceAll(/\s+/gu, ' ')
    .trim()
    .replace(/ ?[?.]?$/u, '');
}

function overseer(definition: ChainDefinition): Overseer<ChainQuestion, number> {
  const { relations, decomposition } = definition;
  if (decomposition === undefined) return scripted('no script', giveUp);
  function* decompose({ context, name, path }: ChainQuestion): ReturnType<Script<ChainQuestion, number>> {
    const cut = decomposition === 'last' ? path.length - 1 : Math.ceil(path.length / 2);
    if (path.length === 1) return (yield [{ context, name, path }])[0]!;
    const reached: Answer<number> = (yield [{ context, name, path: path.slice(0, cut) }])[0]!;
    if (reached.kind === 'unknown') return reached;
    if (!isOf(relations[path[cut]!]!.from, reached.value)) return unknown('unsure');
    const end = (yield [{ context, name: reached.value, path: path.slice(cut) }])[0]!;
    return end.kind === 'known' && !isOf(relations[path.at(-1)!]!.to, end.value) ? unknown('unsure') : end;
  }
  return scripted('H', decompose);
}

// biome-ignore lint/correctness/useYield: a script that asks nothing
function* giveUp(): ReturnType<Script<ChainQuestion, number>> {
  return unknown('unsure');
}

function isOf({ first, count }: Sort, name: number): boolean {
  return name >= first && name < first + count;
}

const BLANK = 0;

function encoding(
  { names, sorts, relations, longest }: ChainDefinition,
  levelOf: (length: number) => number,
): Encoding<ChainQuestion, number> {
  const facts = new WeakMap<ChainContext, readonly number[]>();
  const words = vocabulary({ blank: 1, relation: relations.length, name: names.length });
  const lengths = Array.from({ length: longest }, (_, i) => i + 1);
  const wordsIn = ({ first, count }: Sort) =>
    [words.name.at(first), words.name.at(first + count - 1)] as const;
  return {
    words: words.size,
    blank: BLANK,
    slots: ['relation', 'from', 'to'],
    context: ({ context }) => context,
    facts({ context }) {
      let tokens = facts.get(context);
      if (!tokens) {
        tokens = context.values.flatMap((row, relation) =>
          row.flatMap((value, name) =>
            value < 0 ? [] : [words.relation.at(relation), words.name.at(name), words.name.at(value)],
          ),
        );
        facts.set(context, tokens);
      }
      return tokens;
    },
    // Chains are followed one fact a round, in facts that stay as they are.
    awake: () => [],
    token: ({ name }) => [BLANK, words.name.at(name), BLANK],
    roundsAt: (level) => Math.max(...lengths.filter((length) => levelOf(length) <= level)),
    rounds: ({ path }) => path.length,
    word: ({ path }, round) => words.relation.at(path[round]!),
    range: ({ path }) => wordsIn(relations[path.at(-1)!]!.to),
    wordOf: (name) => words.name.at(name),
    answerOf: (word) => words.name.of(word),
    sentence: ({ name, path }) => [
      words.name.at(name),
      ...lengths.map((_, i) => (i < path.length ? words.relation.at(path[i]!) : BLANK)),
    ],
    sentenceLength: 1 + longest,
    names: sorts.map(wordsIn),
    questionOf([first = BLANK, ...rest], { context }) {
      const name = words.name.of(first);
      const said = rest.slice(0, rest.findLastIndex((word) => word !== BLANK) + 1);
      const path = said.map((word) => words.relation.of(word) ?? -1);
      if (name === undefined || path.length === 0 || path.length > longest || path.includes(-1))
        return undefined;
      const isSaid = path.every((one, i) => {
        const before = i === 0 ? undefined : relations[path[i - 1]!]!;
        const { from } = relations[one]!;
        return before ? before.to === from && before.phrase !== undefined : isOf(from, name);
      });
      return isSaid ? { context, name, path } : undefined;
    },
  };
}

/** The contexts of each split. Those that are trained on come with their names changed places within each sort: names are
 *  nothing but names, so that is another context, and a few hundred are as good as many. */
class Piles {
  readonly #definition: ChainDefinition;
  readonly #piles: Readonly<Record<Split, readonly ChainContext[]>>;
  readonly #heldOut: ReadonlySet<string>;

  constructor(definition: ChainDefinition) {
    this.#definition = definition;
    const of = (split: Split) => definition.contexts.filter(({ key }) => pile(key) === split);
    this.#piles = { train: of('train'), gate: of('gate'), test: of('test') };
    this.#heldOut = new Set([...this.#piles.gate, ...this.#piles.test].map(({ key }) => key));
    for (const [split, pile] of Object.entries(this.#piles))
      if (pile.length === 0)
        throw new CapstanError(
          'invalid',
          `contexts: expected enough for three piles (dealt by their content, one in 16 each to «gate» and «test»), got ${definition.contexts.length} with none for «${split}»`,
        );
  }

  draw(random: Random, split: Split): ChainContext {
    for (;;) {
      const context = this.#piles[split][random.below(this.#piles[split].length)]!;
      if (split !== 'train') return { ...context };
      const renamed = this.#renamed(context, random);
      if (!this.#heldOut.has(renamed.key)) return renamed;
    }
  }

  #renamed({ values }: ChainContext, random: Random): ChainContext {
    const other = this.#definition.sorts.flatMap(({ first, count }) =>
      random.shuffle(Array.from({ length: count }, (_, i) => first + i)),
    );
    return contextOf(
      values.map((row) => {
        const renamed = [...row];
        row.forEach((value, name) => {
          renamed[other[name]!] = value < 0 ? value : other[value]!;
        });
        return renamed;
      }),
    );
  }
}

function parse(
  text: string,
  numbered: ReadonlyMap<string, Pick<ChainQuestion, 'name' | 'path'>>,
  draw: (random: Random) => ChainContext,
): ChainQuestion {
  const [, said = '', number = '0'] = /^(.*?)(?:#\s*(\d+)\s*)?$/su.exec(text) ?? [];
  const found = numbered.get(plain(said));
  if (!found || !Number.isSafeInteger(Number(number))) {
    const [example = ''] = [...numbered.keys()].slice(-1);
    throw new CapstanError(
      'invalid',
      `question «${text}»: expected one as in «${example}?», about an unseen context, or with « #N» about unseen context number N`,
    );
  }
  return { ...found, context: draw(Random.seeded(Number(number)).split('ask')) };
}
