/** What a dataset promises to those whose words are in it, and to those who measure on what is not: on trees by chance, and
 *  with withdrawals that are killed. */

import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { Random } from '../src/base/random.ts';
import { buildDataset } from '../src/dataset/build.ts';
import { Exclusion } from '../src/dataset/exclusion.ts';
import type { Row } from '../src/dataset/row.ts';
import { withdraw } from '../src/dataset/withdraw.ts';
import type { Disk } from '../src/storage/disk.ts';
import { Folder } from '../src/storage/folder.ts';
import { bytesOf, commonText, scarceText, type Tree, treeArbitrary } from '../test/trees-arbitrary.ts';
import { table } from './markdown.ts';
import { Checks, inTurn, type Proof } from './proof.ts';

const SETS = 400;
const KILLS = 100;
const PEOPLE = ['person:ada', 'person:bo', 'person:cleo'];
const OPTIONS = { license: 'MIT', validation: 0.2, test: 0.2, unverified: true };
/** The longest that a withdrawal is left alone before it is killed, in milliseconds; most are over by then. */
const PATIENCE_MS = 500;

export const proof: Proof = {
  claim: `In ${SETS} datasets of random trees no tree straddles two splits, the order of the trees changes no byte, and withdrawing a person leaves what a build would give that had known of it; after ${KILLS} SIGKILLs in a withdrawal every file is the old one or the new one, and the same command completes it.`,
  defaults: { seeds: [1], sizes: [] },
  async prove({ seeds }) {
    const checks = new Checks();
    const rows = await inTurn(seeds, async (seed) => {
      const scratch = fs.mkdtempSync(join(tmpdir(), 'capstan-prove-'));
      try {
        const random = sets(scratch, seed, checks);
        const killed = await kills(scratch, seed, checks);
        return [
          seed,
          SETS,
          random.rows,
          random.withdrawn,
          killed.kills,
          killed.between,
          checks.failures.length,
        ];
      } finally {
        fs.rmSync(scratch, { recursive: true });
      }
    });
    const head = [
      'seed',
      'datasets',
      'rows',
      'withdrawn',
      'kills',
      'of these between two files',
      'violations',
    ];
    return { text: table(head, rows), failures: checks.failures };
  },
};

const hasty: Disk = { ...fs, fsyncSync: () => {} };

function sets(scratch: string, seed: number, checks: Checks) {
  const trees = fc
    .constantFrom(commonText, scarceText)
    .chain((texts) => fc.array(treeArbitrary({ texts, depthMax: 2 }), { minLength: 2, maxLength: 8 }));
  const sum = { rows: 0, withdrawn: 0 };
  for (const [i, all] of fc.sample(trees, { numRuns: SETS, seed }).entries()) {
    const [one, other] = ['one', 'other'].map((name) => new Folder(join(scratch, `${i}-${name}`), hasty));
    const person = PEOPLE[i % PEOPLE.length]!;
    build(one!, all);
    build(other!, all.toReversed());
    checks.hold(sameFiles(one!, other!), `seed ${seed}, set ${i}: the order changes bytes`);
    const rows = rowsIn(one!);
    const splits = new Map<string, string>();
    for (const { root_key, split } of rows) {
      checks.hold((splits.get(root_key) ?? split) === split, `seed ${seed}, set ${i}: ${root_key} straddles`);
      splits.set(root_key, split);
    }
    sum.rows += rows.length;
    sum.withdrawn += withdraw(one!, person).rows;
    checks.hold(
      rowsIn(one!).every(({ people }) => !people.includes(person)),
      `seed ${seed}, set ${i}: ${person} is still there`,
    );
    fs.rmSync(other!.path, { recursive: true });
    other!.writeAtomic('tombstones.jsonl', one!.readText('tombstones.jsonl'));
    build(other!, all);
    checks.hold(sameFiles(one!, other!), `seed ${seed}, set ${i}: a build that knows differs`);
    for (const folder of [one!, other!]) fs.rmSync(folder.path, { recursive: true });
  }
  return sum;
}

async function kills(scratch: string, seed: number, checks: Checks) {
  const random = Random.seeded(seed).split('kills');
  const all = fc.sample(treeArbitrary({ texts: commonText }), { numRuns: 300, seed });
  const [original, done] = ['original', 'done'].map((name) => new Folder(join(scratch, name)));
  build(original!, all);
  fs.cpSync(original!.path, done!.path, { recursive: true });
  withdraw(done!, PEOPLE[0]!);
  const [old, expected] = [filesOf(original!), filesOf(done!)];
  let between = 0;
  for (let kill = 0; kill < KILLS; kill++) {
    const folder = new Folder(join(scratch, `kill-${kill}`));
    fs.cpSync(original!.path, folder.path, { recursive: true });
    await killed(folder.path, random.uniform() * PATIENCE_MS);
    const files = Object.entries(filesOf(folder)).filter(([name]) => name !== 'lock');
    for (const [name, sha] of files)
      checks.hold([old[name], expected[name]].includes(sha), `seed ${seed}, kill ${kill}: ${name} is torn`);
    const isNew = files.filter(([name, sha]) => sha !== old[name]).length;
    if (isNew > 0 && isNew < files.length) between++;
    withdraw(folder, PEOPLE[0]!);
    checks.hold(
      sameFiles(folder, done!),
      `seed ${seed}, kill ${kill}: the same command does not complete it`,
    );
    fs.rmSync(folder.path, { recursive: true });
  }
  return { kills: KILLS, between };
}

/** A withdrawal in a process of its own, killed so long after it began its work. */
function killed(path: string, afterMs: number): Promise<void> {
  const dist = new URL('../dist/', import.meta.url).href;
  const code = `
    const [dist, path] = process.argv.slice(1);
    const { withdraw } = await import(dist + 'dataset/withdraw.js');
    const { Folder } = await import(dist + 'storage/folder.js');
    process.stdout.write('ready');
    withdraw(new Folder(path), '${PEOPLE[0]}');
  `;
  const child = spawn(process.execPath, ['--input-type=module', '-e', code, dist, path]);
  child.stdout.once('data', () => setTimeout(() => child.kill('SIGKILL'), afterMs));
  return new Promise((resolve) => child.once('close', () => resolve()));
}

function build(folder: Folder, trees: readonly Tree[]): void {
  const files = trees.map((tree, i) => ({ name: `tree ${i}`, pieces: [bytesOf(tree)] }));
  buildDataset(folder, files, new Exclusion(), OPTIONS);
}

function rowsIn(folder: Folder): readonly Row[] {
  const names = folder.files().filter((name) => /\/.*\.jsonl$/.test(name));
  return names.flatMap((name) =>
    folder
      .readText(name)
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line)),
  );
}

function filesOf(folder: Folder): Readonly<Record<string, string>> {
  const hashed = (name: string) => createHash('sha256').update(folder.read(name)).digest('hex');
  return Object.fromEntries(folder.files().map((name) => [name, hashed(name)]));
}

function sameFiles(one: Folder, other: Folder): boolean {
  return JSON.stringify(filesOf(one)) === JSON.stringify(filesOf(other));
}
