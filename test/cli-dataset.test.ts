/** capstan dataset, as people meet it. */

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { capstan, fingerprint, lastLine, PATIENCE_MS, SCRATCH } from './command.ts';
import { bytesOf, commonText, treeArbitrary } from './trees-arbitrary.ts';

const trees = fc.sample(treeArbitrary({ texts: commonText }), { numRuns: 30, seed: 7 });
const excluded = trees[3]!.nodes[0]!.question.text;

beforeAll(() => {
  mkdirSync(join(SCRATCH, 'trees'));
  for (const [i, tree] of trees.entries()) writeFileSync(join(SCRATCH, `trees/${i}.jsonl`), bytesOf(tree));
  writeFileSync(join(SCRATCH, 'test set.txt'), `${excluded}\n`);
}, PATIENCE_MS);

describe('capstan dataset', () => {
  test('builds from a folder of trees, prints a table, and the same as JSON', async () => {
    const { status, stdout, stderr } = await capstan([
      'dataset',
      'build',
      'trees',
      '--to',
      'one',
      '--exclude',
      'test set.txt',
    ]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(
      /^dataset {4}one, version [0-9a-f]{16}\ntrees {6}30, \d+ questions; \d+ trees? left out/,
    );
    expect(stdout).toMatch(
      /\nrows +train +validation +test\ndecomposition +\d+ +\d+ +\d+\ndpo .*\nsft .*\nsteps .*\nroot {7}[0-9a-f]{64} of \d+ rows\n/,
    );
    const again = await capstan([
      'dataset',
      'build',
      ...trees.map((_, i) => `trees/${i}.jsonl`).reverse(),
      '--to',
      'two',
      '--exclude',
      'test set.txt',
      '--json',
    ]);
    expect(again.status).toBe(0);
    expect(lastLine(again.stdout)).toMatchObject(
      JSON.parse(readFileSync(join(SCRATCH, 'one/manifest.json'), 'utf8')),
    );
    expect(fingerprint(join(SCRATCH, 'two'))).toEqual(fingerprint(join(SCRATCH, 'one')));
    const card = readFileSync(join(SCRATCH, 'one/README.md'), 'utf8');
    expect(card).toMatch(
      /^---\nlicense: "unknown"\ntags:\n(- .*\n)+configs:\n- config_name: decomposition\n {2}data_files:\n {2}- split: \w+\n {4}path: decomposition\/\w+\.parquet\n/,
    );
  });

  test('withdraws a person, and says so when there was nothing of theirs', async () => {
    const built = await capstan(['dataset', 'build', 'trees', '--to', 'three', '--unverified', '--json']);
    const { rows } = lastLine(built.stdout);
    const { status, stdout } = await capstan([
      'dataset',
      'withdraw',
      'three',
      '--person',
      'person:ada',
      '--json',
    ]);
    expect(status).toBe(0);
    const { removed, rows: left } = lastLine(stdout);
    expect(Number(removed)).toBeGreaterThan(0);
    expect(Number(left)).toBe(Number(rows) - Number(removed));
    const again = await capstan(['dataset', 'withdraw', 'three', '--person', 'person:ada']);
    expect(again.stdout).toMatch(/^withdrawn {2}0 rows of person:ada\n/);
    expect(again.stderr).toBe(
      'capstan: no row names person:ada; should there be any later, they will be left out\n',
    );
    const anew = await capstan(['dataset', 'build', 'trees', '--to', 'three', '--unverified', '--json']);
    expect(lastLine(anew.stdout)).toMatchObject({ rows: left, keptOut: removed });
  });

  test.each([
    [
      ['build', 'none.jsonl', '--to', 'x'],
      3,
      /^capstan: none\.jsonl: expected a transcript tree, got no such file\n/,
    ],
    [
      ['build', 'test set.txt', '--to', 'x'],
      2,
      /^capstan: test set\.txt, line 1: expected a JSON value, got «/,
    ],
    [
      ['build', 'trees', '--to', 'x', '--exclude', 'nothing'],
      3,
      /^capstan: --exclude nothing: expected a file of questions/,
    ],
    [
      ['build', 'trees', '--to', 'x', '--test', '1.5'],
      2,
      /^capstan: --test: expected a number from 0 to 1, got «1\.5»/,
    ],
    [
      ['build', 'trees', '--to', 'x', '--test', '0.9', '--validation', '0.2'],
      2,
      /^capstan: the shares of validation and test/,
    ],
    [
      ['build', 'trees', '--to', 'trees'],
      4,
      /^capstan: .*trees: expected a dataset or an empty folder, got other files\n/,
    ],
    [['build', 'trees'], 2, /required option '--to <folder>' not specified/],
    [
      ['withdraw', 'trees', '--person', 'person:ada'],
      3,
      /^capstan: .*trees: expected a dataset, got no manifest\.json\n/,
    ],
    [
      ['withdraw', 'one', '--person', 'ada'],
      2,
      /^capstan: a person: expected an id as rows have it, «person:ada», got «ada»\n/,
    ],
  ])('%j is refused', async (args, expected, message) => {
    const { status, stdout, stderr } = await capstan(['dataset', ...args]);
    expect(stderr).toMatch(message);
    expect({ status, stdout }).toEqual({ status: expected, stdout: '' });
  });
});
