import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { parquetMetadata, parquetReadObjects } from 'hyparquet';
import { afterAll, describe, expect, test } from 'vitest';
import { bytesOf, commonText, scarceText, type Tree, treeArbitrary } from '../../test/trees-arbitrary.ts';
import { merkleRoot } from '../ledger/merkle.ts';
import type { Disk } from '../storage/disk.ts';
import { Folder } from '../storage/folder.ts';
import { buildDataset, splitOf } from './build.ts';
import { Exclusion } from './exclusion.ts';
import type { Manifest, Options } from './manifest.ts';
import { columnsOf } from './parquet.ts';
import { type Row, type RowKind, SPLITS } from './row.ts';
import { type Draft, rowsOf } from './rows.ts';
import { withdraw } from './withdraw.ts';
import { comparisonKey } from './words.ts';

const scratch = fs.mkdtempSync(join(tmpdir(), 'capstan-dataset-'));
afterAll(() => fs.rmSync(scratch, { recursive: true, force: true }));
let folders = 0;
/** Does not wait for the disk. */
const hasty: Disk = { ...fs, fsyncSync: () => {} };
const fresh = () => new Folder(join(scratch, String(folders++)), hasty);

const OPTIONS: Options = { license: 'CC-BY-4.0', validation: 0.2, test: 0.2, unverified: false };
const trees = fc
  .constantFrom(commonText, scarceText)
  .chain((texts) => fc.array(treeArbitrary({ texts, depthMax: 2 }), { minLength: 1, maxLength: 6 }));
const options: fc.Arbitrary<Options> = fc.record({
  license: fc.constant('CC-BY-4.0'),
  validation: fc.constantFrom(0, 0.2, 0.4),
  test: fc.constantFrom(0, 0.3, 0.6),
  unverified: fc.boolean(),
});
const excluding = (questions: readonly string[]): Exclusion => {
  const exclusion = new Exclusion();
  for (const question of questions) exclusion.add(question);
  return exclusion;
};

function build(
  folder: Folder,
  given: readonly Tree[],
  how: Options = OPTIONS,
  excluded: readonly string[] = [],
) {
  const files = given.map((tree, i) => ({ name: `tree ${i}`, pieces: [bytesOf(tree)] }));
  return buildDataset(folder, files, excluding(excluded), how);
}

/** What the rows say, without telling which build they are of. */
function rowsIn(folder: Folder): (Row & { kind: RowKind })[] {
  return folder
    .files()
    .filter((name) => /\/.*\.jsonl$/.test(name))
    .flatMap((name) =>
      folder
        .readText(name)
        .trimEnd()
        .split('\n')
        .map((line) => ({ kind: name.split('/')[0] as RowKind, ...JSON.parse(line) })),
    );
}

const manifestOf = (folder: Folder): Manifest => JSON.parse(folder.readText('manifest.json'));
const filesOf = (folder: Folder) =>
  Object.fromEntries(
    folder.files().map((name) => [name, createHash('sha256').update(folder.read(name)).digest('hex')]),
  );
const unique = <T>(values: readonly T[]) => new Set(values).size === values.length;

describe('a dataset', () => {
  test('has the same bytes in whatever order the trees come, and if some come twice', () =>
    fc.assert(
      fc.property(
        trees.chain((all) =>
          fc.tuple(fc.constant(all), fc.shuffledSubarray([...all, ...all], { minLength: all.length * 2 })),
        ),
        options,
        ([all, shuffled], how) => {
          const [one, other] = [fresh(), fresh()];
          build(one, all, how);
          build(other, shuffled, how);
          expect(filesOf(other)).toEqual(filesOf(one));
        },
      ),
      { numRuns: 15 },
    ));

  test('has every row that the trees give, once, in one split, unless there is a reason, searched one by one', () =>
    fc.assert(
      fc.property(trees, options, fc.array(commonText, { maxLength: 3 }), (all, how, excluded) => {
        const folder = fresh();
        const { manifest } = build(folder, all, how, excluded);
        const rows = rowsIn(folder);
        const drafts = all.flatMap((tree) => [...rowsOf(tree, how)]);
        // The same but for letter case, spaces and punctuation; the texts here have a number that tells them apart.
        const plain = (text: string) =>
          text
            .toLowerCase()
            .replace(/[^a-z0-9]+/g, ' ')
            .trim();
        const isExcluded = (text: string) => excluded.some((one) => plain(one) === plain(text));
        const roots = new Set(
          all.filter(({ nodes }) => isExcluded(nodes[0]!.question.text)).map(({ header }) => header.root),
        );
        const rootOf = new Map(
          all.flatMap(({ header, nodes }) => nodes.map((node) => [node.id, header.root])),
        );
        const possible = drafts.filter(
          ({ question, provenance }) =>
            !isExcluded(question.text) && !roots.has(rootOf.get(provenance.node_id)!),
        );
        const splitsOf = (draft: Draft) =>
          possible
            .filter((one) => comparisonKey(one.question) === comparisonKey(draft.question))
            .map((one) => splitOf(one.provenance.root_key, how));
        const expected = possible.filter(
          (draft) =>
            SPLITS.find((split) => splitsOf(draft).includes(split)) ===
            splitOf(draft.provenance.root_key, how),
        );
        const contents = new Set(expected.map(({ provenance }) => provenance.content_hash));
        expect(rows.map((row) => row.content_hash).sort()).toEqual([...contents].sort());
        expect(unique(rows.map(({ id }) => id))).toBe(true);
        expect(manifest.rows).toBe(rows.length);
        // The root question says the split, and so all of a tree is in one.
        for (const row of rows) expect(row.split).toBe(splitOf(row.root_key, how));
        for (const { nodes } of all) {
          const ids = new Set(nodes.map(({ id }) => id));
          expect(
            new Set(rows.filter((row) => ids.has(row.node_id)).map(({ split }) => split)).size,
          ).toBeLessThanOrEqual(1);
        }
      }),
      { numRuns: 30 },
    ));

  test('has what its manifest says, and its roots are those of its lines', () =>
    fc.assert(
      fc.property(trees, (all) => {
        const folder = fresh();
        const { manifest } = build(folder, all);
        expect(manifestOf(folder)).toEqual(manifest);
        const lines: Buffer[] = [];
        for (const file of manifest.files) {
          const bytes = Buffer.from(folder.read(file.name));
          expect(createHash('sha256').update(bytes).digest('hex')).toBe(file.sha256);
          expect(bytes.length).toBe(file.bytes);
          if (file.root === undefined) continue;
          const own = bytes
            .toString()
            .trimEnd()
            .split('\n')
            .map((line) => Buffer.from(line));
          expect([own.length, merkleRoot(own)]).toEqual([file.rows, file.root]);
          lines.push(...own);
        }
        expect(merkleRoot(lines)).toBe(manifest.root);
        const names = manifest.files.map(({ name }) => name);
        expect(folder.files()).toEqual([...names, 'README.md', 'manifest.json'].sort());
      }),
      { numRuns: 20 },
    ));
});

test('the splits have the shares that were asked for, one after the other', () => {
  const keys = Array.from({ length: 4000 }, (_, i) => comparisonKey({ text: `question ${i}` }));
  for (const [validation, part] of [
    [0.1, 0.3],
    [0, 0.5],
    [0.25, 0],
    [0, 0],
  ] as const) {
    const shares = { validation, test: part };
    const splits = keys.map((key) => splitOf(key, shares));
    const share = (split: string) => splits.filter((one) => one === split).length / keys.length;
    for (const [split, expected] of [
      ['test', part],
      ['validation', validation],
      ['train', 1 - part - validation],
    ] as const)
      expect(Math.abs(share(split) - expected)).toBeLessThan(0.03);
    // A key is a number in base 16: the lowest are the test's.
    const order = keys.toSorted().map((key) => splitOf(key, shares));
    expect(order).toEqual([...order].sort((a, b) => SPLITS.indexOf(a) - SPLITS.indexOf(b)));
  }
});

describe('as Parquet', () => {
  test('a dataset has the same rows in the same order, as another library reads them', () =>
    fc.assert(
      fc.asyncProperty(trees, async (all) => {
        const folder = fresh();
        const { manifest } = build(folder, all, { ...OPTIONS, unverified: true });
        for (const { name, kind, rows } of manifest.files.filter((file) => file.root === undefined)) {
          const file = Uint8Array.from(folder.read(name)).buffer;
          const read = await parquetReadObjects({ file });
          const plain = JSON.parse(
            JSON.stringify(read, (_, value) => (typeof value === 'bigint' ? Number(value) : value)),
          );
          const lines = folder.readText(name.replace('.parquet', '.jsonl')).trimEnd().split('\n');
          expect(plain).toEqual(lines.map((line) => JSON.parse(line)));
          expect(read.length).toBe(rows);
          const { schema } = parquetMetadata(file);
          expect(schema[0]!.num_children).toBe(columnsOf(kind).length);
        }
      }),
      { numRuns: 20 },
    ));

  const python = hasPyarrow();
  test.skipIf(!python)('a dataset is the same to pyarrow (needs python3 with pyarrow)', () => {
    const folder = fresh();
    const all = fc.sample(treeArbitrary({ texts: commonText }), { numRuns: 60, seed: 4 });
    const { manifest } = build(folder, all, { ...OPTIONS, unverified: true });
    expect(manifest.rows).toBeGreaterThan(100);
    for (const { name } of manifest.files.filter((file) => file.root === undefined)) {
      const read = execFileSync('python3', ['-c', READ_BY_PYARROW, join(folder.path, name)], {
        encoding: 'utf8',
      });
      const lines = folder.readText(name.replace('.parquet', '.jsonl')).trimEnd().split('\n');
      expect(JSON.parse(read)).toEqual(lines.map((line) => JSON.parse(line)));
    }
  });
});

const READ_BY_PYARROW =
  'import sys, json, pyarrow.parquet as p; print(json.dumps(p.read_table(sys.argv[1]).to_pylist()))';

function hasPyarrow(): boolean {
  try {
    execFileSync('python3', ['-c', 'import pyarrow'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

const PEOPLE = ['person:ada', 'person:bo', 'person:cleo'];

describe('a withdrawal', () => {
  test('leaves what a build would have given that knew of it, and nobody who left is in any file', () =>
    fc.assert(
      fc.property(trees, options, fc.shuffledSubarray(PEOPLE, { minLength: 1 }), (all, how, leaving) => {
        const folder = fresh();
        const before = build(folder, all, how).manifest;
        const rows = rowsIn(folder);
        let removed = 0;
        for (const person of leaving) removed += withdraw(folder, person).rows;
        const left = rowsIn(folder);
        const stays = rows.filter(({ people }) => !people.some((one) => leaving.includes(one)));
        const named = ({ dataset_version: _, ...rest }: Row) => rest;
        expect(left.map(named)).toEqual(stays.map(named));
        expect(removed).toBe(rows.length - left.length);
        expect(manifestOf(folder).withdrawn).toEqual({ rows: removed, people: leaving.length });
        expect(manifestOf(folder).version).not.toBe(before.version);
        for (const name of folder.files())
          if (name !== 'README.md')
            for (const person of leaving) expect(Buffer.from(folder.read(name)).includes(person)).toBe(false);
        const files = filesOf(folder);
        build(folder, all, how);
        expect(filesOf(folder)).toEqual(files);
        // A second time there is nothing left to take out.
        expect(withdraw(folder, leaving[0]!).rows).toBe(0);
        expect(filesOf(folder)).toEqual(files);
      }),
      { numRuns: 20 },
    ));

  test('holds whatever is built into the folder later, and with whatever options', () =>
    fc.assert(
      fc.property(
        trees,
        trees,
        options,
        options,
        fc.constantFrom(...PEOPLE),
        (all, more, how, later, person) => {
          const folder = fresh();
          build(folder, all, how);
          const gone = rowsIn(folder).filter(({ people }) => people.includes(person));
          withdraw(folder, person);
          build(folder, [...all, ...more], later);
          const rows = rowsIn(folder);
          expect(rows.filter(({ people }) => people.includes(person))).toEqual([]);
          const hashes = new Set(gone.map((row) => row.content_hash));
          expect(rows.filter((row) => hashes.has(row.content_hash))).toEqual([]);
        },
      ),
      { numRuns: 30 },
    ));

  test('that is interrupted at any call to the disk leaves every file whole, and is completed by the next', () => {
    const all = fc.sample(treeArbitrary({ texts: commonText }), { numRuns: 8, seed: 11 });
    const original = fresh();
    build(original, all, { ...OPTIONS, unverified: true });
    const done = fresh();
    fs.cpSync(original.path, done.path, { recursive: true });
    withdraw(done, 'person:ada');
    const [old, expected] = [filesOf(original), filesOf(done)];
    expect(manifestOf(done).withdrawn.rows).toBeGreaterThan(0);
    let struck = 0;
    for (let at = 0; at < 400; at += 11) {
      const path = join(scratch, String(folders++));
      fs.cpSync(original.path, path, { recursive: true });
      const faults = { struck: false };
      try {
        withdraw(new Folder(path, crashing(at, faults)), 'person:ada');
      } catch {}
      if (!faults.struck) break;
      struck++;
      const folder = new Folder(path, hasty);
      for (const [name, sha] of Object.entries(filesOf(folder)))
        if (name !== 'lock') expect([old[name], expected[name]], `${name} at call ${at}`).toContain(sha);
      withdraw(folder, 'person:ada');
      expect(filesOf(folder)).toEqual(expected);
      fs.rmSync(path, { recursive: true });
    }
    expect(struck).toBeGreaterThan(5);
  });

  test('on a disk that fills up replaces all files with rows or none', () => {
    const all = fc.sample(treeArbitrary({ texts: commonText }), { numRuns: 8, seed: 11 });
    const original = fresh();
    build(original, all, { ...OPTIONS, unverified: true });
    const [old, seen] = [filesOf(original), new Set<string>()];
    for (let at = 0; ; at++) {
      const path = join(scratch, String(folders++));
      fs.cpSync(original.path, path, { recursive: true });
      const faults = { struck: false };
      try {
        withdraw(new Folder(path, crashing(at, faults, ['writeSync'])), 'person:ada');
      } catch (error) {
        expect((error as Error).message).toMatch(/cannot write .*EIO|input\/output error/);
      }
      if (!faults.struck) break;
      const files = Object.entries(filesOf(new Folder(path))).filter(([name]) => name.includes('/'));
      const changed = files.filter(([name, sha]) => old[name] !== sha).length;
      expect([0, files.length], `at write ${at}`).toContain(changed);
      seen.add(changed === 0 ? 'none' : 'all');
    }
    expect([...seen].sort()).toEqual(['all', 'none']);
  });
});

describe('what cannot be made a dataset', () => {
  const [tree] = fc.sample(treeArbitrary({ texts: commonText }), { numRuns: 1, seed: 2 });

  test.each<[string, () => unknown, RegExp]>([
    ['no trees', () => build(fresh(), []), /expected at least one transcript tree, got none/],
    [
      'a broken tree',
      () =>
        buildDataset(fresh(), [{ name: 'x.jsonl', pieces: [Buffer.from('{}\n')] }], new Exclusion(), OPTIONS),
      /x\.jsonl, line 1: «format»: expected a value, got nothing/,
    ],
    [
      'shares above 1',
      () => build(fresh(), [tree!], { ...OPTIONS, test: 0.9 }),
      /shares of validation and test: expected .* got 0\.2 and 0\.9/,
    ],
    [
      'shares that are no numbers',
      () => build(fresh(), [tree!], { ...OPTIONS, test: Number.NaN }),
      /got 0\.2 and NaN/,
    ],
    [
      'a withdrawal from a folder without one',
      () => withdraw(fresh(), 'person:ada'),
      /expected a dataset, got no manifest\.json/,
    ],
    [
      'a withdrawal of nobody',
      () => withdraw(fresh(), 'ada'),
      /expected an id as rows have it, «person:ada», got «ada»/,
    ],
  ])('%s', (_, act, message) => {
    expect(act).toThrow(message);
  });

  test('another folder, whose files stay as they are', () => {
    const folder = fresh();
    folder.writeAtomic('thesis.txt', 'years of work');
    expect(() => build(folder, [tree!])).toThrow(/expected a dataset or an empty folder, got other files/);
    expect(folder.files()).toEqual(['thesis.txt']);
  });

  test('a broken tree leaves the dataset that was there', () => {
    const folder = fresh();
    build(folder, [tree!]);
    const files = filesOf(folder);
    const broken = { name: 'x', pieces: [bytesOf(tree!).subarray(0, -5)] };
    expect(() => buildDataset(folder, [broken], new Exclusion(), OPTIONS)).toThrow(/it was cut/);
    expect(filesOf(folder)).toEqual(files);
    expect(fs.readdirSync(folder.path).filter((name) => name.startsWith('.'))).toEqual([]);
  });

  test.each([
    [
      'tombstones.jsonl',
      '{"person":"ada"}\n',
      /tombstones\.jsonl, line 1: expected the hashes of a row or of a person/,
    ],
    ['tombstones.jsonl', 'nonsense\n', /tombstones\.jsonl, line 1: expected a JSON object, got «nonsense»/],
    ['manifest.json', 'nonsense', /manifest\.json: expected the manifest of a dataset, got no JSON/],
    [
      'manifest.json',
      '{"format":"capstan-dataset/9"}',
      /expected the format capstan-dataset\/1, got «capstan-dataset\/9»/,
    ],
  ])('one with a damaged %s: %s', (name, content, message) => {
    const folder = fresh();
    build(folder, [tree!]);
    folder.writeAtomic(name, content);
    const files = filesOf(folder);
    expect(() => build(folder, [tree!])).toThrow(message);
    expect(() => withdraw(folder, 'person:ada')).toThrow(message);
    expect(filesOf(folder)).toEqual(files);
  });
});

const CHANGING = ['openSync', 'writeSync', 'fsyncSync', 'renameSync', 'rmSync', 'mkdirSync'] as const;

/** A disk on which nothing that changes anything works from its `at`-th such call on. */
function crashing(
  at: number,
  faults: { struck: boolean },
  changing: readonly (keyof Disk)[] = CHANGING,
): Disk {
  let calls = 0;
  const real = hasty;
  const wrapped = changing.map((name) => [
    name,
    (...args: never[]) => {
      if (calls++ >= at) {
        faults.struck = true;
        throw Object.assign(new Error('EIO'), { code: 'EIO' });
      }
      return (real[name] as (...args: never[]) => unknown)(...args);
    },
  ]);
  return { ...real, ...Object.fromEntries(wrapped) };
}
