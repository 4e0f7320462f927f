import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bytesOf, type Tree, treeArbitrary } from '../../test/trees-arbitrary.ts';
import type { Json } from '../base/canonical.ts';
import { readTree, readWholeTree } from './reader.ts';
import { TreeWriter } from './writer.ts';

const read = (bytes: Uint8Array, name = 'tree.jsonl') => readWholeTree([bytes], { name });
const schema = JSON.parse(
  readFileSync(new URL('../../docs/transcript.schema.json', import.meta.url), 'utf8'),
);
const ajv = new Ajv2020({ strict: true, strictRequired: false }).addSchema(schema);
const isLine = ajv.getSchema(schema.$id)!;
const isHeader = ajv.getSchema(`${schema.$id}#/$defs/header`)!;
const isNode = ajv.getSchema(`${schema.$id}#/$defs/node`)!;

const linesOf = (bytes: Uint8Array): Json[] =>
  Buffer.from(bytes)
    .toString()
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Json);
const joined = (lines: readonly unknown[]) =>
  Buffer.from(lines.map((line) => `${JSON.stringify(line)}\n`).join(''));

describe('a transcript tree', () => {
  test('that was written is read as it was, in pieces of any size', () =>
    fc.assert(
      fc.property(treeArbitrary(), fc.integer({ min: 1, max: 300 }), (tree, size) => {
        const bytes = bytesOf(tree);
        const pieces: Uint8Array[] = [];
        for (let at = 0; at < bytes.length; at += size) pieces.push(bytes.subarray(at, at + size));
        expect(readWholeTree(pieces, { name: 'tree' })).toEqual(tree);
      }),
      { numRuns: 60 },
    ));

  test('has the same bytes when it is written again', () =>
    fc.assert(
      fc.property(treeArbitrary(), (tree) => {
        const bytes = bytesOf(tree);
        expect(bytesOf(read(bytes) as Tree).equals(bytes)).toBe(true);
      }),
      { numRuns: 60 },
    ));

  test('fits the published schema, line by line', () =>
    fc.assert(
      fc.property(treeArbitrary(), (tree) => {
        const [header, ...nodes] = linesOf(bytesOf(tree));
        expect(isHeader(header) && !isNode(header)).toBe(true);
        for (const node of nodes)
          expect([isNode(node), isLine(node)], ajv.errorsText(isNode.errors)).toEqual([true, true]);
      }),
      { numRuns: 60 },
    ));

  test('cut anywhere is refused', () =>
    fc.assert(
      fc.property(
        treeArbitrary({ depthMax: 2 }),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (tree, share) => {
          const bytes = bytesOf(tree);
          const cut = bytes.subarray(0, Math.floor(share * bytes.length));
          expect(() => read(cut)).toThrow(/^tree\.jsonl[,:]/);
        },
      ),
      { numRuns: 100 },
    ));
});

/** A value somewhere inside another, changed in one of many ways. */
const change = fc.constantFrom<(parent: Record<string, unknown>, key: string) => void>(
  (parent, key) => delete parent[key],
  (parent, key) => {
    parent[key] = null;
  },
  (parent, key) => {
    parent[key] = '';
  },
  (parent, key) => {
    parent[key] = -1;
  },
  (parent, key) => {
    parent[key] = 0.5;
  },
  (parent, key) => {
    parent[key] = 7;
  },
  (parent, key) => {
    parent[key] = [];
  },
  (parent, key) => {
    parent[key] = {};
  },
  (parent, key) => {
    parent[key] = true;
  },
  (parent, key) => {
    parent[key] = 'answered';
  },
  (parent, key) => {
    parent[key] = 'reply';
  },
  (parent, key) => {
    parent[key] = '2026-02-31T09:30:00Z';
  },
  (parent, key) => {
    parent[`${key}2`] = parent[key];
  },
);

function placesIn(value: unknown): (readonly [Record<string, unknown>, string])[] {
  if (typeof value !== 'object' || value === null) return [];
  const parent = value as Record<string, unknown>;
  return Object.keys(parent).flatMap((key) => [[parent, key] as const, ...placesIn(parent[key])]);
}

describe('a line that was changed', () => {
  test('is refused by the reader where the schema refuses it, and else only for what no schema can say', () => {
    let refused = 0;
    fc.assert(
      fc.property(treeArbitrary({ depthMax: 2 }), fc.nat(), fc.nat(), change, (tree, which, where, act) => {
        const lines = linesOf(bytesOf(tree));
        const number = which % lines.length;
        const line = lines[number];
        const places = placesIn(line);
        act(...places[where % places.length]!);
        const fits = (number === 0 ? isHeader : isNode)(line);
        let error: Error | undefined;
        try {
          read(joined(lines));
        } catch (caught) {
          error = caught as Error;
        }
        if (!fits) {
          refused++;
          expect(error?.message).toMatch(
            new RegExp(`^tree\\.jsonl, line ${number + 1}: («[^»]*»: )?expected .+, got `),
          );
        } else if (error) expect(error.message).toMatch(BETWEEN_LINES);
      }),
      { numRuns: 800 },
    );
    expect(refused).toBeGreaterThan(300);
  });
});

/** Days that there are not, moments in order, and whatever is said of other nodes. */
const BETWEEN_LINES =
  /a day that there is|a moment not before|first the root|asked|names|stands before|below its parent|no node before it has|at the root|one for each/;

describe('nodes that make no tree', () => {
  const tree = fc.sample(
    treeArbitrary({ depthMax: 3 }).filter(
      ({ nodes }) => nodes.some(({ depth }) => depth === 2) && nodes.length > 5,
    ),
    { numRuns: 1, seed: 3 },
  )[0]!;
  const [header, root, ...rest] = linesOf(bytesOf(tree)) as Record<string, unknown>[];
  const at = (depth: number) => rest.findIndex((node) => node.depth === depth);
  const changed = (index: number, fields: object) =>
    rest.map((node, i) => (i === index ? { ...node, ...fields } : node));
  const [one, two] = [at(1), at(2)];

  test.each<[string, readonly unknown[], RegExp]>([
    ['no line at all', [], /got an empty file/],
    ['no root', [header], /after line 1: expected the root/],
    ['another root', [header, ...rest, root], /line 2: «id»: expected first the root/],
    ['two roots', [header, root, root], /line 3: «id»: expected an id that no node before it has/],
    [
      'a second one without a parent',
      [header, root, { ...rest[one], parent: undefined, depth: 0 }],
      /line 3: «parent»/,
    ],
    [
      'a child before its parent',
      [header, root, rest[two]],
      /line 3: «parent»: expected a node that stands before/,
    ],
    [
      'a child that nobody names',
      [header, { ...root!, children: [] }, rest[one]],
      /line 3: «parent»: expected a node that names it/,
    ],
    [
      'a depth too deep',
      [header, root, ...changed(one, { depth: 5 })],
      /«depth»: expected 1, one below its parent, got 5/,
    ],
    ['a child that is missing', [header, root, ...rest.toSpliced(two, 1)], /expected/],
    [
      'the last child missing',
      [header, root, ...rest.slice(0, -1)],
      /after line \d+: expected the node [0-9a-f]{64}/,
    ],
    ['a cycle', [header, root, ...changed(one, { children: [root!.id] })], /«children|steps/],
    [
      'a child that is named twice',
      [header, { ...root!, children: [rest[one]!.id, rest[one]!.id] }],
      /line 2: «children»: expected each id once/,
    ],
    [
      'a question that was not asked',
      [header, root, ...changed(one, { question: { text: 'Whose?' } })],
      /«question»: expected one that its parent asked, got «Whose\?»/,
    ],
    ['no header', [root], /line 1: «format»: expected a value, got nothing/],
    [
      'another format',
      [{ ...header, format: 'capstan-tree/2' }, root],
      /«format»: expected one of capstan-tree\/1, got «capstan-tree\/2»/,
    ],
  ])('%s', (_, lines, message) => {
    expect(() => read(joined(lines))).toThrow(message);
  });

  test('nor do bytes that are no text, or no JSON', () => {
    const head = joined([header]);
    expect(() => read(Buffer.concat([head, Buffer.of(0x22, 0xff, 0x22, 10)]))).toThrow(
      /line 2: expected UTF-8/,
    );
    expect(() => read(Buffer.concat([head, Buffer.from('{"id":\n')]))).toThrow(
      /line 2: expected a JSON value, got «\{"id":»/,
    );
    expect(() => read(Buffer.concat([head, Buffer.from('\n')]))).toThrow(/line 2: expected a JSON value/);
    expect(() => read(Buffer.from(`${'['.repeat(100_000)}\n`))).toThrow(/line 1: expected/);
  });

  test('a line that is too long is refused before it is held', () => {
    function* endless(): Generator<Uint8Array> {
      for (;;) yield Buffer.alloc(1000, 32);
    }
    expect(() => readTree(endless(), { name: 'long', lineBytesMax: 5000 })).toThrow(
      'long, line 1: expected at most 5000 bytes, got more',
    );
  });

  test('are refused by the writer too, and what was written before stays as it was', () => {
    const [first, second] = tree.nodes;
    const lines: Uint8Array[] = [];
    const { format: _, ...head } = tree.header;
    const writer = new TreeWriter(head, (line) => lines.push(line));
    expect(() => writer.write(second!)).toThrow(/expected first the root/);
    writer.write(first!);
    expect(() => writer.write({ ...second!, depth: 7 })).toThrow(/«depth»: expected 1/);
    expect(() => writer.write({ ...second!, question: { text: '\ud800' } })).toThrow(/well-formed/);
    for (const node of tree.nodes.slice(1)) writer.write(node);
    writer.end();
    expect(read(Buffer.concat(lines))).toEqual(tree);
    expect(() => new TreeWriter({ ...head, root: 'x' }, () => {})).toThrow(/the header of a tree: «root»/);
  });
});
