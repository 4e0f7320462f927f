/** A task of one's own: a folder outside of Capstan with
 *      task.json        names by sort, relations in words, how a chain is taken apart       docs/own-task.schema.json
 *      contexts.jsonl   one context a line, its facts in words: {"facts": ["Ada's mentor is Bob", …]}
 *  Here its two texts become a task; whoever reads and keeps them does it elsewhere (`run/own.ts`). */

import type { Json } from '../base/canonical.ts';
import { CapstanError } from '../base/errors.ts';
import {
  inside,
  type JsonObject,
  jsonFile,
  jsonLines,
  kindOf,
  objectAt,
  type Place,
  shown,
  textAt,
  textsAt,
  wrong,
} from '../text/lines.ts';
import {
  type ChainContext,
  type ChainDefinition,
  chains,
  contextOf,
  DECOMPOSITIONS,
  OWN,
  plain,
  type Relation,
  type Sort,
} from './chain.ts';
import { CLIMBING, opaquely, type TaskEntry } from './tasks.ts';

export const TASK_FILE = 'task.json';
export const CONTEXTS_FILE = 'contexts.jsonl';

/** The texts of the two files. */
export interface OwnTexts {
  readonly task: string;
  readonly contexts: string;
}

/** What a name may be: it is a part of a path. */
const TASK_NAME = /^[a-z][a-z0-9-]{0,39}$/;
const NAME_LENGTH_MAX = 100;
const NAMES_MAX = 256;
const RELATIONS_MAX = 32;
const LONGEST_MAX = 16;
const CONTEXTS_MAX = 100_000;
/** Every fact that can be said is kept as a text, so that those of a context are found. */
const FACTS_MAX = 200_000;

/** The task in these texts; `folder` is said in messages. Throws «invalid» with file, line and field. */
export function ownEntry(texts: OwnTexts, folder: string): TaskEntry {
  const definition = definitionOf(texts, folder);
  const { name, relations, names, longest, decomposition } = definition;
  // Once: all chains that can be said are numbered.
  const task = told(folder, () => opaquely(chains(definition)));
  const last = relations.at(-1)!;
  return {
    name: `${OWN}${name}`,
    summary: `chains of up to ${longest} facts, by ${folder}`,
    syntax: last.question.replace('{}', () => names[last.from.first]!),
    parameters: ({ size }) => {
      if (size !== undefined)
        throw new CapstanError('usage', '--size: expected nothing, a context has the facts of its folder');
      return task.parameters;
    },
    open: () => task,
    // All levels at once: who first learns to look up once sits there for hundreds of steps before it looks up twice.
    learning: { ...CLIMBING, byLevel: false, steps: 1500, labelSteps: 500 },
    ...(decomposition === undefined && { hasNoScript: true }),
  };
}

function told<T>(folder: string, act: () => T): T {
  try {
    return act();
  } catch (error) {
    if (!(error instanceof CapstanError) || error.code !== 'invalid') throw error;
    throw new CapstanError('invalid', `${folder}: ${error.message}`, { cause: error });
  }
}

export function definitionOf({ task, contexts }: OwnTexts, folder: string): ChainDefinition {
  const [value, place] = jsonFile(task, `${folder}/${TASK_FILE}`);
  const fields = ['$schema', 'name', 'names', 'relations', 'longest', 'decomposition'];
  const object = objectAt(value, place, fields);
  const name = textAt(object, 'name', place);
  if (!TASK_NAME.test(name))
    throw wrong(inside(place, 'name'), 'small letters, digits and hyphens, 40 at most', shown(name));
  const [sorts, names] = sortsIn(object, place);
  const relations = relationsIn(object, place, sorts);
  const longest = object.longest;
  if (typeof longest !== 'number' || !Number.isInteger(longest) || longest < 2 || longest > LONGEST_MAX)
    throw wrong(inside(place, 'longest'), `an integer from 2 to ${LONGEST_MAX}`, kindOf(longest));
  const decomposition = DECOMPOSITIONS.find((one) => one === object.decomposition);
  if (object.decomposition !== undefined && !decomposition)
    throw wrong(
      inside(place, 'decomposition'),
      `one of ${DECOMPOSITIONS.join(', ')}, or nothing where only people take questions apart`,
      kindOf(object.decomposition),
    );
  const words = { names, relations };
  return {
    ...{ name, names, sorts, relations, longest },
    ...(decomposition && { decomposition }),
    contexts: contextsIn(contexts, `${folder}/${CONTEXTS_FILE}`, words),
  };
}

function sortsIn(task: JsonObject, at: Place): readonly [readonly Sort[], readonly string[]] {
  const place = inside(at, 'names');
  const object = objectAt(task.names, place);
  const names: string[] = [];
  const sorts = Object.keys(object).map((name): Sort => {
    const own = textsAt(object, name, place);
    const first = names.length;
    own.forEach((one, i) => {
      const here = inside(place, `${name}[${i}]`);
      if (one.length > NAME_LENGTH_MAX || one !== plain(one) || /[\p{Cc}#]/u.test(one) || one === 'unknown')
        throw wrong(
          here,
          `a name of at most ${NAME_LENGTH_MAX} characters, without «#», a mark at its end or spaces around it, and not «unknown»`,
          shown(one),
        );
      if (names.includes(one)) throw wrong(here, 'a name that is not there yet', shown(one));
      names.push(one);
    });
    if (own.length < 2) throw wrong(inside(place, name), 'two names at least', String(own.length));
    return { name, first, count: own.length };
  });
  if (sorts.length === 0) throw wrong(place, 'a sort of names at least', 'none');
  if (names.length > NAMES_MAX) throw wrong(place, `at most ${NAMES_MAX} names`, String(names.length));
  return [sorts, names];
}

function relationsIn(task: JsonObject, at: Place, sorts: readonly Sort[]): readonly Relation[] {
  const all = inside(at, 'relations');
  const object = objectAt(task.relations, all);
  const relations = Object.entries(object).map(([name, value]): Relation => {
    const place = inside(all, name);
    const own = objectAt(value, place, ['from', 'to', 'fact', 'question', 'phrase']);
    const sortAt = (field: string) => {
      const said = textAt(own, field, place);
      const sort = sorts.find((one) => one.name === said);
      if (!sort)
        throw wrong(
          inside(place, field),
          `a sort of names (${sorts.map((one) => one.name).join(', ')})`,
          shown(said),
        );
      return sort;
    };
    const template = (field: string, ...blanks: readonly string[]) => {
      const said = textAt(own, field, place);
      const isOnce = blanks.every((blank) => said.split(blank).length === 2) && !/[\p{Cc}#]/u.test(said);
      if (!isOnce)
        throw wrong(
          inside(place, field),
          `one line with ${blanks.join(' and ')}, each once, and without «#»`,
          shown(said),
        );
      return said;
    };
    return {
      name,
      from: sortAt('from'),
      to: sortAt('to'),
      fact: template('fact', '{from}', '{to}'),
      question: template('question', '{}'),
      ...(own.phrase !== undefined && { phrase: template('phrase', '{}') }),
    };
  });
  if (relations.length === 0 || relations.length > RELATIONS_MAX)
    throw wrong(all, `1 to ${RELATIONS_MAX} relations`, String(relations.length));
  return relations;
}

type Words = Pick<ChainDefinition, 'names' | 'relations'>;

interface Fact {
  readonly relation: number;
  readonly from: number;
  readonly to: number;
}

/** All facts that can be said, by their words. */
function factsSaid({ names, relations }: Words, file: string): ReadonlyMap<string, Fact> {
  const facts = new Map<string, Fact>();
  const count = relations.reduce((sum, { from, to }) => sum + from.count * to.count, 0);
  if (count > FACTS_MAX)
    throw new CapstanError(
      'invalid',
      `${file}: expected names and relations that can say ${FACTS_MAX} facts at most, got ${count}`,
    );
  relations.forEach(({ fact, from, to }, relation) => {
    for (let i = from.first; i < from.first + from.count; i++)
      for (let j = to.first; j < to.first + to.count; j++) {
        const blanks = { '{from}': names[i]!, '{to}': names[j]! };
        const said = plain(fact.replace(/\{from\}|\{to\}/g, (blank) => blanks[blank as keyof typeof blanks]));
        if (facts.has(said))
          throw new CapstanError(
            'invalid',
            `${file}: expected relations in words of which every fact reads otherwise, got two that read ${shown(said)}`,
          );
        facts.set(said, { relation, from: i, to: j });
      }
  });
  return facts;
}

function contextsIn(text: string, file: string, words: Words): readonly ChainContext[] {
  const facts = factsSaid(words, file);
  const lines = new Map<string, number>();
  const contexts: ChainContext[] = [];
  for (const [value, place] of jsonLines(text, file)) {
    const context = contextIn(value, place, words, facts);
    const before = lines.get(context.key);
    if (before !== undefined) throw wrong(place, 'a context that is not there yet', `that of line ${before}`);
    if (contexts.length === CONTEXTS_MAX) throw wrong(place, `at most ${CONTEXTS_MAX} contexts`, 'more');
    lines.set(context.key, place.line);
    contexts.push(context);
  }
  return contexts;
}

function contextIn(
  value: Json,
  place: Place,
  { names, relations }: Words,
  facts: ReadonlyMap<string, Fact>,
): ChainContext {
  const values = relations.map(() => names.map(() => -1));
  textsAt(objectAt(value, place, ['facts']), 'facts', place).forEach((said, i) => {
    const here = inside(place, `facts[${i}]`);
    const fact = facts.get(plain(said));
    if (!fact)
      throw wrong(
        here,
        `one of the facts that the relations say, as in ${shown([...facts.keys()][0]!)}`,
        shown(said),
      );
    const row = values[fact.relation]!;
    if (row[fact.from]! >= 0)
      throw wrong(
        here,
        `one fact of «${relations[fact.relation]!.name}» about ${names[fact.from]}`,
        'another',
      );
    row[fact.from] = fact.to;
  });
  relations.forEach(({ name, from }, relation) => {
    for (let i = from.first; i < from.first + from.count; i++)
      if (values[relation]![i]! < 0)
        throw wrong(inside(place, 'facts'), `a fact of «${name}» about ${names[i]}`, 'none');
  });
  return contextOf(values);
}
