/** A folder of somebody else's becomes a task, or says what it expected. The example is held to what every task owes. */

import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CapstanError } from '../base/errors.ts';
import { Random } from '../base/random.ts';
import { chainExaminer } from '../examiners/chain.ts';
import { reveal } from '../examiners/examiner.ts';
import { type ChainContext, type ChainQuestion, chains, type Sort } from './chain.ts';
import { definitionOf, ownEntry } from './own.ts';
import { type Contract, describeTask } from './task.contract.ts';

const isValid = new Ajv2020().compile(JSON.parse(readFileSync('docs/own-task.schema.json', 'utf8')));
const texts = {
  task: readFileSync('examples/chains/task.json', 'utf8'),
  contexts: readFileSync('examples/chains/contexts.jsonl', 'utf8'),
};
const plainTask = JSON.parse(texts.task);
const lines = texts.contexts.trimEnd().split('\n');
const definition = definitionOf(texts, 'chains');

const contract: Contract<ChainQuestion> = {
  sizes: [],
  kind: ({ path }) => String(path.length),
  parses: [
    ["Who is Ada's mentor?", ({ name, path }) => name === 0 && path.join() === '0'],
    ["Where does Bob's neighbour's mentor live?", ({ name, path }) => name === 1 && path.join() === '1,0,2'],
    ["  who is Ada's mentor".replace('w', 'W'), ({ path }) => path.length === 1],
    ['Where does  Eve live ? #3', ({ name, path }) => name === 4 && path.join() === '2'],
  ],
  rejects: [
    '',
    'Who is Zoe?',
    "Who is Zoe's mentor?",
    "Who is Rome's mentor?",
    "Who is Ada's mentor's mentor's mentor's mentor's mentor?",
    "Who is Ada's mentor? #x",
    "Who is Ada's mentor? #99999999999999999999",
    'Where does Where does Ada live? live?',
  ],
};

describeTask(chains(definition), chainExaminer, contract);
describeTask(chains({ ...definition, longest: 3, decomposition: 'last' }), chainExaminer, {
  ...contract,
  rejects: ['', "Who is Ada's mentor's mentor's mentor's mentor?"],
});

describe('a folder', () => {
  test('says what is right by its own words', () => {
    const task = chains(definition);
    for (let i = 0; i < 200; i++) {
      const demand = { split: 'test', size: task.sizeMax, level: 2 } as const;
      const question = task.sample(Random.seeded(i), demand).find(({ path }) => path.length === 2)!;
      // Its context is a line of the file: follow the words there.
      const [start, ...rest] = [definition.names[question.name]!, ...question.path];
      const found = lines.filter((line) => {
        const { facts } = JSON.parse(line) as { facts: string[] };
        let at = start;
        for (const one of rest) {
          const { fact } = definition.relations[one]!;
          const begin = fact.replace('{from}', at).replace('{to}', '');
          at = facts.find((said) => said.startsWith(begin))!.slice(begin.length);
        }
        const isOwn =
          definitionOf({ ...texts, contexts: line }, '').contexts[0]!.key === question.context.key;
        return isOwn && at === definition.names[reveal(chainExaminer.truth(question))];
      });
      expect(found.length, task.show(question)).toBe(1);
      if (i === 20) break;
    }
  });

  test('is what the schema says, and what its page shows is one', () => {
    expect(isValid(plainTask)).toBe(true);
    const page = readFileSync('docs/own-task.md', 'utf8');
    const [task = '', contexts = ''] = [...page.matchAll(/```jsonl?\n(.*?)```/gs)].map(([, text]) => text);
    expect(isValid(JSON.parse(task))).toBe(true);
    expect(definitionOf({ task, contexts }, 'shown').contexts.length).toBe(1);
  });

  const changed = (change: (task: typeof plainTask) => void): string => {
    const task = structuredClone(plainTask);
    change(task);
    return JSON.stringify(task);
  };

  const refusal = (own: Partial<typeof texts>): string => {
    try {
      ownEntry({ ...texts, ...own }, 'mine');
    } catch (error) {
      if (error instanceof CapstanError && error.code === 'invalid') return error.message;
      throw error;
    }
    return '';
  };

  test.each<[string, (task: typeof plainTask) => void, RegExp]>([
    [
      'a name with a slash',
      (t) => (t.name = 'a/b'),
      /^mine\/task\.json, line 1, name: expected small letters.*got «a\/b»/,
    ],
    ['a strange field', (t) => (t.levels = 3), /expected the fields .* and no other, got «levels»/],
    [
      'a name twice',
      (t) => (t.names.city[1] = 'Ada'),
      /names\.city\[1\]: expected a name that is not there yet/,
    ],
    ['a name «unknown»', (t) => (t.names.city[0] = 'unknown'), /names\.city\[0\]: expected a name/],
    ['one name alone', (t) => (t.names.city = ['Rome']), /names\.city: expected two names at least, got 1/],
    ['no names', (t) => (t.names = []), /names: expected an object, got a list/],
    ['no relations', (t) => (t.relations = {}), /relations: expected 1 to 32 relations, got 0/],
    [
      'a strange sort',
      (t) => (t.relations.home.to = 'town'),
      /relations\.home\.to: expected a sort of names \(person, city\), got «town»/,
    ],
    [
      'a fact without its end',
      (t) => (t.relations.home.fact = '{from} lives'),
      /relations\.home\.fact: expected one line with \{from\} and \{to\}/,
    ],
    [
      'a question with two blanks',
      (t) => (t.relations.home.question = '{} {}?'),
      /relations\.home\.question: expected one line with \{\}/,
    ],
    ['a chain of one', (t) => (t.longest = 1), /longest: expected an integer from 2 to 16, got 1/],
    [
      'a strange decomposition',
      (t) => (t.decomposition = 'thirds'),
      /decomposition: expected one of halves, last.*got «thirds»/,
    ],
  ])('with %s is refused, and by the schema where it can say so', (title, change, message) => {
    const task = changed(change);
    expect(refusal({ task })).toMatch(message);
    expect(isValid(JSON.parse(task))).toBe(['a name twice', 'a strange sort'].includes(title));
  });

  test.each<[string, (task: typeof plainTask) => void, RegExp]>([
    [
      'facts that read alike',
      (t) => (t.relations.neighbour.fact = t.relations.mentor.fact),
      /every fact reads otherwise, got two/,
    ],
    [
      'questions that read alike',
      (t) => (t.relations.neighbour.question = t.relations.mentor.question),
      /every question reads otherwise, got two/,
    ],
    [
      'chains that end too soon',
      (t) => {
        delete t.relations.mentor.phrase;
        delete t.relations.neighbour.phrase;
      },
      /longest: expected at most 1, since no chain of 2 can be said, got 4/,
    ],
    [
      'too many questions',
      (t) => (t.longest = 16),
      /longest: expected chains of which there are 100000 questions at most/,
    ],
  ])('with %s is refused', (_, change, message) => {
    const task = changed(change);
    const said = /facts/.test(_) ? refusal({ task, contexts: '' }) : refusal({ task });
    expect(said).toMatch(message);
  });

  test.each<[string, string, RegExp]>([
    ['no JSON', '{', /^mine\/contexts\.jsonl, line 1: expected JSON/],
    ['no facts', '{}', /line 1, facts: expected a list, got nothing/],
    ['an answer', '{"facts": [], "answer": "Rome"}', /expected the fields facts and no other, got «answer»/],
    ['a fact missing', '{"facts": []}', /line 1, facts: expected a fact of «mentor» about Ada, got none/],
    [
      'a fact that no relation says',
      '{"facts": ["Ada likes Bob"]}',
      /facts\[0\]: expected one of the facts .* as in «Ada's mentor is Ada», got «Ada likes Bob»/,
    ],
    [
      'a fact twice',
      '{"facts": ["Ada lives in Rome", "Ada lives in Oslo."]}',
      /facts\[1\]: expected one fact of «home» about Ada, got another/,
    ],
    [
      'a context twice',
      `${lines[0]}\n\n${lines[0]}`,
      /line 3: expected a context that is not there yet, got that of line 1/,
    ],
    ['none', '', /^mine: contexts: expected enough for three piles .* got 0 with none for «train»/],
    ['too few', lines[0]!, /expected enough for three piles/],
  ])('whose contexts have %s is refused', (_, contexts, message) => {
    expect(refusal({ contexts })).toMatch(message);
  });

  test('whatever is in it, it is a task or says what it expected', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('task', 'contexts'),
        fc.nat(400),
        fc.nat(3),
        fc.string({ maxLength: 3 }),
        (file, at, cut, put) => {
          const few = { ...texts, contexts: lines.slice(0, 60).join('\n') };
          const text = few[file as 'task' | 'contexts'];
          const said = refusal({ ...few, [file]: text.slice(0, at) + put + text.slice(at + cut) });
          expect(said === '' || said.includes('expected ')).toBe(true);
        },
      ),
      { numRuns: 60 },
    );
  });

  test('whose facts stand in another order is the same', () => {
    const turned = lines
      .map((line) => JSON.stringify({ facts: JSON.parse(line).facts.reverse() }))
      .join('\n');
    expect(definitionOf({ ...texts, contexts: turned }, '').contexts).toEqual(definition.contexts);
  });
});

test('training sees names that changed places, the other piles the contexts as they were written', () => {
  const task = chains(definition);
  const keys = (split: 'train' | 'gate' | 'test') =>
    Array.from({ length: 400 }, (_, i) => {
      const [question] = task.sample(Random.seeded(i), { split, size: task.sizeMax, level: 1 });
      return question!.context.key;
    });
  const written = new Set(definition.contexts.map(({ key }) => key));
  expect(keys('gate').every((key) => written.has(key))).toBe(true);
  expect(keys('test').every((key) => written.has(key))).toBe(true);
  expect(new Set(keys('train')).size).toBeGreaterThan(390);
});

test('names that changed places leave everything else as it was', () => {
  const task = chains(definition);
  const [people, places] = definition.sorts as [Sort, Sort];
  const all = Array.from({ length: people.count }, (_, i) => people.first + i);
  /** What can be said of a context without a name: of each person in how many steps they are their own mentor, who has them
   *  for a mentor or a neighbour, and how many live where they do. */
  const shape = ({ values: [mentor = [], neighbour = [], home = []] }: ChainContext) => {
    const having = (row: readonly number[], one: number) => all.filter((other) => row[other] === one).length;
    const round = (one: number) => {
      let at = one;
      for (let steps = 1; steps <= all.length; steps++) {
        at = mentor[at]!;
        if (at === one) return steps;
      }
      return 0;
    };
    const said = (one: number) =>
      [
        round(one),
        having(mentor, one),
        having(neighbour, one),
        having(home, home[one]!),
        mentor[one] === neighbour[one],
        mentor[neighbour[one]!] === neighbour[mentor[one]!],
        home[one]! >= places.first,
      ].join();
    return all.map(said).sort().join(' ');
  };
  const written = new Set(definition.contexts.map(shape));
  for (let i = 0; i < 400; i++) {
    const [question] = task.sample(Random.seeded(i), { split: 'train', size: task.sizeMax, level: 1 });
    expect(written.has(shape(question!.context))).toBe(true);
  }
});
