import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { questionKey } from './question.ts';
import { questionOf, readTasks, type TextTask, writeTasks } from './task.ts';

const SCHEMA = JSON.parse(readFileSync('docs/text-task.schema.json', 'utf8'));
const isValid = new Ajv2020().compile(SCHEMA);

const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 });
const author = fc
  .tuple(fc.constantFrom('person', 'model', 'script', 'program'), fc.stringMatching(/^[a-z0-9:.-]{1,8}$/))
  .map(([kind, id]) => `${kind}:${id}`);
const step = fc.oneof(
  fc.record({ question: text, by: author }),
  fc.record({ question: text, by: author, answer: text, answeredBy: author }),
  fc.record({ question: text, by: author, evidence: fc.array(text, { maxLength: 2 }) }),
);
const task: fc.Arbitrary<TextTask> = fc.record(
  {
    id: text,
    question: text,
    documents: fc.array(fc.record({ name: text, text }), { maxLength: 2 }),
    choices: fc.uniqueArray(text, { minLength: 2, maxLength: 3 }),
    decompositions: fc.array(
      fc.record({
        given: fc.constantFrom('everything' as const, 'references' as const),
        steps: fc.array(step, { minLength: 1, maxLength: 3 }),
      }),
      { maxLength: 2 },
    ),
    answers: fc.array(fc.record({ by: author, answer: text }), { maxLength: 2 }),
    split: fc.constantFrom('train' as const, 'gate' as const, 'test' as const),
    source: fc.record({ name: text, license: text, url: text }, { requiredKeys: ['name', 'license'] }),
  },
  { requiredKeys: ['id', 'question', 'split', 'source'] },
);
const tasks = fc.uniqueArray(task, {
  maxLength: 5,
  comparator: (a, b) => a.id === b.id || questionKey(questionOf(a)) === questionKey(questionOf(b)),
});

const MADE_UP: TextTask = {
  id: 'made-up-1',
  question: 'How many legs have two dogs and a hen?',
  decompositions: [
    {
      given: 'everything',
      steps: [
        { question: 'Of the dogs?', by: 'model:m', answer: '2*4=<<2*4=8>>8', answeredBy: 'person:ada' },
        { question: 'In all?', by: 'model:m', answer: '8+2=<<8+2=10>>10', answeredBy: 'person:ada' },
      ],
    },
  ],
  split: 'test',
  source: { name: 'made up', license: 'CC0-1.0' },
};

const NAMES = [
  'truth',
  'choices',
  'documents',
  'decompositions',
  'answers',
  'answer',
  'answeredBy',
  'evidence',
  'given',
];

describe('a text task', () => {
  test('reads back as it was written, and its schema agrees', () => {
    fc.assert(
      fc.property(tasks, (written) => {
        const lines = writeTasks(written);
        expect(readTasks(lines, 'tasks.jsonl')).toEqual(written);
        expect(writeTasks(readTasks(lines, 'tasks.jsonl'))).toBe(lines);
        for (const one of written) expect(isValid(one)).toBe(true);
      }),
    );
  });

  test('of any other form is refused by the reader exactly where the schema refuses it', () => {
    const strange = fc.oneof(
      fc.constantFrom<unknown>(
        undefined,
        null,
        '',
        'x',
        0,
        true,
        [],
        {},
        ['a'],
        ['a', 'a'],
        ['a', 'b'],
        'person:ada',
      ),
      fc.constantFrom<unknown>(
        [{ given: 'everything', steps: [] }],
        [{ name: 'a', text: 'b' }],
        [{}],
        'test',
      ),
    );
    const path = fc.array(fc.nat(8), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(task, path, strange, fc.option(fc.constantFrom(...NAMES)), (one, way, value, name) => {
        const changed = structuredClone(one) as unknown;
        let [at, last] = [changed as Record<string, unknown>, 'extra'];
        for (const turn of way) {
          const names = Object.keys(at);
          last = names[turn % names.length]!;
          const next = at[last];
          if (typeof next !== 'object' || next === null || Object.keys(next).length === 0) break;
          if (turn % 2 === 0) at = next as Record<string, unknown>;
        }
        if (name !== null && !Array.isArray(at)) last = name;
        at[last] = value;
        const json = JSON.stringify(changed);
        let isRead = true;
        try {
          readTasks(json, 'tasks.jsonl');
        } catch (error) {
          expect(error).toMatchObject({ code: 'invalid' });
          isRead = false;
        }
        expect([isRead, json]).toEqual([isValid(JSON.parse(json)), json]);
      }),
      { numRuns: 2000 },
    );
  });

  test('that is wrong is told by its line and field, with what was expected and what is there', () => {
    const line = (change: object) =>
      `${writeTasks([MADE_UP])}\n${JSON.stringify({ ...MADE_UP, id: 'b', ...change })}`;
    const steps = [{ question: 'Of the dogs?', by: 'ada' }];
    const cases: readonly (readonly [object, string])[] = [
      [{ question: 7 }, 'tasks.jsonl, line 3, question: expected a text, got 7'],
      [{ question: undefined }, 'tasks.jsonl, line 3, question: expected a text, got nothing'],
      [
        { question: MADE_UP.question },
        'tasks.jsonl, line 3, question: expected one that is new, got that of line 1',
      ],
      [{ question: 'b', id: MADE_UP.id }, 'line 3, id: expected one that is new, got that of line 1'],
      [{ question: 'b', split: 'dev' }, 'line 3, split: expected one of train, gate, test, got «dev»'],
      [{ question: 'b', is_correct: true }, 'line 3: expected the fields id, question,'],
      [
        { question: 'b', decompositions: [{ given: 'references', steps }] },
        'line 3, decompositions[0].steps[0].by: expected «person:…», «model:…», «script:…» or «program:…», got «ada»',
      ],
      [{ question: 'b', choices: ['a', 'a'] }, 'line 3, choices: expected two or more, all different'],
    ];
    for (const [change, message] of cases)
      expect(() => readTasks(line(change), 'tasks.jsonl')).toThrow(
        expect.objectContaining({ code: 'invalid', message: expect.stringContaining(message) }),
      );
    expect(() => readTasks('{"id":', 'tasks.jsonl')).toThrow('tasks.jsonl, line 1: expected JSON, got');
    expect(() => readTasks('[]', 'tasks.jsonl')).toThrow(
      'tasks.jsonl, line 1: expected an object, got a list',
    );
  });

  test('of a line without end is not looked into', () => {
    const long = JSON.stringify({ ...MADE_UP, question: 'x'.repeat(17 * 2 ** 20) });
    expect(() => readTasks(long, 'tasks.jsonl')).toThrow(
      /line 1: expected at most 16777216 bytes, got 178\d+/,
    );
  });

  test('is never a file of right answers', () => {
    const sealed = '{"sealed":"capstan ground truth: for examiners, never for training","version":1}\n';
    expect(() => readTasks(sealed, 'truth.sealed.jsonl')).toThrow('expected a text task, got ground truth');
  });
});

test('the example in docs/text-tasks.md is one', () => {
  const [, example = ''] = /^```json\n(.*?)^```$/ms.exec(readFileSync('docs/text-tasks.md', 'utf8')) ?? [];
  const [task] = readTasks(example.replaceAll('\n', ' '), 'example');
  expect(task!.decompositions![0]!.steps).toHaveLength(2);
});
