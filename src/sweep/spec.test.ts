/** A sweep file is read as it was meant, or the message names the place. */

import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { configure } from '../run/configuration.ts';
import { differences, planOf, safeName } from './plan.ts';
import { parseSpec, readSpec } from './spec.ts';

const GOOD = {
  name: 'a sweep',
  seeds: [1, 2],
  base: { task: 'permutation-powering', size: 8, maxSteps: 20 },
  runs: [{ label: 'IDA' }, { label: 'H′', overseer: 'predictor', decisions: 100 }],
  compare: { against: 'IDA' },
};
const example = readFileSync(new URL('../../examples/sweep.json', import.meta.url), 'utf8');
const schema = JSON.parse(readFileSync(new URL('../../docs/sweep.schema.json', import.meta.url), 'utf8'));
const validate = new Ajv2020({ strict: false }).compile(schema);

/** Places of a full spec, with what each may be: any other kind of value there is an error that names it. */
const PLACES: readonly (readonly [place: string, kind: 'text' | 'count' | 'flag' | 'list' | 'object'])[] = [
  ['name', 'text'],
  ['seeds', 'list'],
  ['seeds[0]', 'count'],
  ['base', 'object'],
  ['base.task', 'text'],
  ['base.size', 'count'],
  ['runs', 'list'],
  ['runs[1]', 'object'],
  ['runs[1].label', 'text'],
  ['runs[1].group', 'text'],
  ...(['task', 'overseer', 'unknown', 'optimizer'] as const).map(
    (key) => [`runs[1].${key}`, 'text'] as const,
  ),
  ...(
    [
      'powers',
      'rounds',
      'decisions',
      'horizon',
      'width',
      'heads',
      'contexts',
      'replicas',
      'maxSteps',
    ] as const
  ).map((key) => [`runs[1].${key}`, 'count'] as const),
  ...(['curriculum', 'memo', 'endless'] as const).map((key) => [`runs[1].${key}`, 'flag'] as const),
  ['runs[1].noise', 'object'],
  ['runs[1].defence', 'object'],
  ['compare', 'object'],
  ['compare.against', 'text'],
];

const ODD = {
  text: fc.string({ maxLength: 20 }),
  count: fc.oneof(fc.integer({ max: -1 }), fc.double({ min: 0.1, max: 0.9 }), fc.constant(2 ** 60)),
  flag: fc.boolean(),
  list: fc.constant([]),
  object: fc.constantFrom([true], null),
} as const;

function withValue(place: string, value: unknown): unknown {
  const copy = structuredClone(GOOD) as Record<string, unknown>;
  const path = place.split(/[.[\]]+/).filter((part) => part !== '');
  let at = copy;
  for (const part of path.slice(0, -1)) at = at[part] as Record<string, unknown>;
  at[path.at(-1)!] = value;
  return copy;
}

describe('a sweep file', () => {
  test.each(PLACES)('%s of a wrong kind is an error that names it', (place, kind) => {
    const others = Object.entries(ODD).flatMap(([name, values]) => (name === kind ? [] : [values]));
    // No text is a task, an overseer or an optimizer by chance, and no count is negative or broken.
    const wrong: fc.Arbitrary<unknown> = fc.oneof(
      ...others,
      ...(kind === 'list' || kind === 'count' ? [ODD[kind]] : []),
    );
    fc.assert(
      fc.property(wrong, (value) => {
        const start = `sweep file: ${place}`;
        expect(() => readSpec(withValue(place, value))).toThrow(
          expect.objectContaining({ code: 'invalid', message: expect.stringMatching(/expected .*, got /s) }),
        );
        expect(() => readSpec(withValue(place, value))).toThrow(start);
      }),
    );
  });

  test('an unknown key is an error, at every depth, and a seed is sent to its list', () => {
    const keys = fc
      .string({ minLength: 1, maxLength: 12 })
      .filter((key) => /^[a-z]+$/i.test(key) || key === '__proto__');
    fc.assert(
      fc.property(keys, (key) => {
        const odd = `x${key}`;
        for (const place of ['', 'base.', 'runs[0].', 'compare.'])
          expect(() => readSpec(withValue(`${place}${odd}`, 1))).toThrow(
            `sweep file: ${place}${odd}: expected no key but`,
          );
      }),
    );
    expect(() => readSpec(withValue('runs[0].seed', 1))).toThrow(/runs\[0\]\.seed: expected no seed here/);
    expect(() => readSpec(JSON.parse('{"__proto__": 1}'))).toThrow(/__proto__: expected no key but/);
  });

  test.each([
    ['runs[1].overseer', 'gpt', 'expected one of script, predictor, truth, got «gpt»'],
    ['runs[1].noise', { kind: 'loud', rate: 0.1 }, 'runs[1].noise.kind: expected one of random'],
    ['runs[1].noise', { kind: 'random' }, 'runs[1].noise.rate: expected a number from 0 to 1, got nothing'],
    ['runs[1].defence', { kind: 'vote' }, 'runs[1].defence.voters: expected an integer above 0, got nothing'],
    ['runs[1].defence', { kind: 'verify', voters: 3 }, 'runs[1].defence.voters: expected no key but kind'],
    ['seeds', [3, 1, 3], 'seeds: expected different seeds, got 3 twice'],
    [
      'compare.against',
      'nobody',
      'compare.against: expected the label of a run, one of IDA, H′, got «nobody»',
    ],
    ['base', {}, 'runs[0].task: expected one of permutation-powering'],
  ])('%s = %j: %s', (place, value, message) => {
    expect(() => readSpec(withValue(place, value))).toThrow(message);
  });

  test('that is no JSON, or no object, says so', () => {
    expect(() => parseSpec('{')).toThrow(/sweep file: expected JSON, got /);
    for (const text of ['3', 'null', '[]'])
      expect(() => parseSpec(text)).toThrow('sweep file: expected an object');
  });

  test('may be given other seeds', () => {
    expect(parseSpec(example, [7, 8]).seeds).toEqual([7, 8]);
    expect(() => parseSpec(example, [7, 7])).toThrow(/7 twice/);
  });

  test('the example is one, and fits docs/sweep.schema.json, which refuses what we refuse', () => {
    expect(planOf(parseSpec(example)).length).toBe(9);
    expect(validate(JSON.parse(example)), JSON.stringify(validate.errors)).toBe(true);
    expect(validate(GOOD)).toBe(true);
    for (const [place, kind] of PLACES)
      expect(validate(withValue(place, kind === 'flag' ? 3 : true))).toBe(false);
    expect(validate(withValue('runs[0].sead', 1))).toBe(false);
  });
});

describe('the plan', () => {
  test('has a run for each label and seed, configured as `capstan run` would, with one replica', () => {
    const plan = planOf(readSpec(GOOD));
    expect(plan.map(({ label, seed }) => `${label} ${seed}`)).toEqual(['IDA 1', 'H′ 1', 'IDA 2', 'H′ 2']);
    expect(plan[0]!.configuration).toEqual(
      configure({ task: 'permutation-powering', size: 8, maxSteps: 20, seed: 1, replicas: 1 }),
    );
    const two = planOf(readSpec(withValue('base.replicas', 2)));
    expect(two[0]!.configuration.student.replicas).toBe(2);
  });

  test('gives every run a folder of its own, of plain characters, whatever the labels', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.string({ minLength: 1, maxLength: 100, unit: 'binary' }), {
          minLength: 1,
          maxLength: 5,
        }),
        (labels) => {
          fc.pre(labels.every((label) => label.trim() !== ''));
          const folders = planOf(
            readSpec({ ...GOOD, runs: labels.map((label) => ({ label })), compare: { against: labels[0]! } }),
          ).map(({ folder }) => folder);
          expect(new Set(folders).size).toBe(2 * labels.length);
          for (const folder of folders) expect(folder).toMatch(/^[a-z0-9][a-z0-9-]*$/);
        },
      ),
    );
    expect(['IDA with H′', 'Ünï', '…', '../../etc'].map(safeName)).toEqual([
      'ida-with-h',
      'u-ni',
      'run',
      'etc',
    ]);
  });

  test('groups by task and size, and refuses one label twice in a group or two tasks in one', () => {
    const runs = [
      { label: 'a' },
      { label: 'a', size: 16 },
      { label: 'a', task: 'shortest-path' },
      { label: 'b', task: 'shortest-path', rounds: 4 },
    ];
    const spec = { ...GOOD, runs, compare: { against: 'a' } };
    expect([...new Set(planOf(readSpec(spec)).map(({ group }) => group))]).toEqual([
      'permutation-powering 8, powers 16',
      'permutation-powering 16, powers 32',
      'shortest-path 8',
    ]);
    const again = { ...spec, runs: [...runs, { label: 'a' }] };
    expect(() => planOf(readSpec(again))).toThrow(/runs\[4\]\.label: expected a label that is new in group/);
    const mixed = {
      ...spec,
      runs: runs.map((run, i) => ({ ...run, label: `l${i}a`, group: 'all' })),
      compare: { against: 'l0a' },
    };
    expect(() => planOf(readSpec(mixed))).toThrow(/runs\[1\]\.group: expected runs of one task in «all»/);
  });

  test('says which run does not go together', () => {
    const spec = readSpec(withValue('runs[1].width', 65));
    expect(() => planOf(spec)).toThrow(/sweep file: runs\[1\]: width: expected a multiple of/);
  });
});

test('differences name the places, some of them', () => {
  expect(differences({ a: [1, 2], b: 'x' }, { a: [1, 3], c: null })).toEqual([
    'a[1] is 2 there and 3 here',
    'b is "x" there and nothing here',
    'c is nothing there and null here',
  ]);
  expect(differences({ a: 1, b: { c: 2 } }, { b: { c: 2 }, a: 1 })).toEqual([]);
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), (a, b) => {
      const same = JSON.stringify(a) === JSON.stringify(b);
      if (same) expect(differences(a as never, b as never)).toEqual([]);
      expect(differences(a as never, b as never, 3).length).toBeLessThanOrEqual(3);
    }),
  );
});
