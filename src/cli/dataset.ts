/** capstan dataset: transcript trees become rows to learn from, and a contributor's rows are taken out again. */

import * as fs from 'node:fs';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { CapstanError } from '../base/errors.ts';
import type { TreeFile } from '../dataset/build.ts';
import { Exclusion } from '../dataset/exclusion.ts';
import type { Manifest } from '../dataset/manifest.ts';
import { ROW_KINDS } from '../dataset/row.ts';
import { textNamed } from '../project/files.ts';
import { readPieces } from '../storage/disk.ts';
import { Folder } from '../storage/folder.ts';
import { decimal } from './arguments.ts';

interface BuildFlags {
  readonly to: string;
  readonly exclude: readonly string[];
  readonly unverified?: boolean;
  readonly license: string;
  readonly validation: number;
  readonly test: number;
  readonly json?: boolean;
}

export function addDataset(program: Command): void {
  const dataset = program
    .command('dataset')
    .description('Make rows to learn from out of transcript trees, as JSONL and Parquet');
  dataset
    .command('build')
    .description('Make a dataset, or make it anew; what was withdrawn from it stays out')
    .argument('<trees...>', 'transcript trees (.jsonl), or folders of them')
    .requiredOption('--to <folder>', 'where the dataset lies')
    .option(
      '--exclude <file>',
      'questions to keep out: text tasks, or a question on each line; can be given again',
      (file: string, before: readonly string[]) => [...before, file],
      [],
    )
    .option('--unverified', 'also answers that no verifier has looked at; never those that one has failed')
    .option('--license <id>', 'what the rows may be used for, as an SPDX identifier', 'unknown')
    .option('--validation <share>', 'of the root questions', decimal('validation'), 0.05)
    .option('--test <share>', 'of the root questions', decimal('test'), 0.05)
    .option('--json', 'print one JSON object')
    .action(build);
  dataset
    .command('withdraw')
    .description('Take out all rows that follow from what a person said or decided, for good')
    .argument('<folder>', 'the dataset')
    .requiredOption('--person <id>', 'as rows have it: «person:ada»')
    .option('--json', 'print one JSON object')
    .action(async (path: string, { person, json }: { readonly person: string; readonly json?: boolean }) => {
      const { withdraw } = await import('../dataset/withdraw.ts');
      const show = progress();
      const { rows, manifest } = withdraw(new Folder(path), person, (event) =>
        show(() => `looked at ${event.rows} rows`),
      );
      if (json) console.log(JSON.stringify({ removed: rows, ...manifest }));
      else
        console.log(
          [`withdrawn  ${rows} ${plural(rows, 'row')} of ${person}`, ...tableOf(manifest)].join('\n'),
        );
      if (rows === 0)
        process.stderr.write(
          `capstan: no row names ${person}; should there be any later, they will be left out\n`,
        );
    });
}

async function build(given: readonly string[], flags: BuildFlags): Promise<void> {
  const { buildDataset } = await import('../dataset/build.ts'); // most commands write no Parquet
  const { to, exclude, license, validation, test, unverified = false, json } = flags;
  if (license.trim() === '')
    throw new CapstanError('usage', '--license: expected an identifier, got nothing');
  const exclusion = new Exclusion();
  for (const file of exclude)
    exclusion.addFile(textNamed(file, `--exclude ${file}`, 'a file of questions'), file);
  const show = progress();
  const options = { license, validation, test, unverified };
  const built = buildDataset(new Folder(to), treesIn(given), exclusion, options, (event) =>
    show(() => {
      if (event.kind === 'tree-read')
        return `read ${event.trees} trees, ${event.nodes} questions, ${event.drafts} drafts of rows`;
      return event.kind === 'rows-written' ? `wrote ${event.rows} rows` : `wrote ${event.name}`;
    }),
  );
  const { manifest, withdrawn } = built;
  if (json) {
    console.log(JSON.stringify({ ...manifest, keptOut: withdrawn }));
    return;
  }
  const { dropped, trees, nodes } = manifest;
  const reasons: readonly (readonly [number, string])[] = [
    [dropped.duplicate, 'say what another says'],
    [dropped.straddling, 'are of a question that another split has'],
    [dropped.contaminated, 'are near a question to exclude'],
    [withdrawn, 'were withdrawn'],
  ];
  const lines = [
    `dataset    ${to}, version ${manifest.version}`,
    `trees      ${trees}, ${nodes} questions${dropped.contaminated_trees > 0 ? `; ${dropped.contaminated_trees} ${plural(dropped.contaminated_trees, 'tree')} left out, about a question to exclude` : ''}`,
    ...tableOf(manifest),
    ...reasons.filter(([count]) => count > 0).map(([count, why]) => `left out   ${count} that ${why}`),
  ];
  console.log(lines.join('\n'));
}

function tableOf({ files, rows, root, withdrawn }: Manifest): readonly string[] {
  const splits = ['train', 'validation', 'test'];
  const count = (kind: string, split: string) =>
    files.find((file) => file.kind === kind && file.split === split)?.rows ?? 0;
  const cells = [
    ['rows', ...splits],
    ...ROW_KINDS.map((kind) => [kind, ...splits.map((split) => String(count(kind, split)))]),
  ];
  const wide = (column: number) => Math.max(...cells.map((row) => row[column]!.length));
  return [
    ...cells.map(([name, ...numbers]) =>
      [name!.padEnd(wide(0)), ...numbers.map((cell, i) => cell.padStart(wide(i + 1)))].join('  '),
    ),
    `root       ${root} of ${rows} rows`,
    ...(withdrawn.people > 0
      ? [`tombstones ${withdrawn.rows} ${plural(withdrawn.rows, 'row')}, ${withdrawn.people} people`]
      : []),
  ];
}

function plural(count: number, noun: string): string {
  return count === 1 ? noun : `${noun}s`;
}

/** Each is opened when its turn comes. */
function* treesIn(given: readonly string[]): Generator<TreeFile> {
  for (const path of given.flatMap(filesAt)) yield { name: path, pieces: readPieces(path, fs) };
}

function filesAt(path: string): readonly string[] {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined)
    throw new CapstanError('not-found', `${path}: expected a transcript tree, got no such file`);
  if (!stats.isDirectory()) return [path];
  const names = fs.readdirSync(path).filter((name) => name.endsWith('.jsonl'));
  if (names.length === 0)
    throw new CapstanError(
      'not-found',
      `${path}: expected transcript trees (.jsonl) in the folder, got none`,
    );
  return names.sort().map((name) => join(path, name));
}

/** Least time between two lines, in milliseconds. */
const SHOW_MS = 2000;

/** Says on stderr how far it is, where that takes long. */
function progress(): (line: () => string) => void {
  let last = performance.now();
  return (line) => {
    const now = performance.now();
    if (now - last < SHOW_MS) return;
    last = now;
    process.stderr.write(`${line()}\n`);
  };
}
