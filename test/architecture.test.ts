/** The direction of imports is checked, and each check is checked by a planted violation. */

import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { RULES, read, type Source, TABLE, tableIn } from './imports.ts';

const ROOT = new URL('../', import.meta.url);
const files = readdirSync(new URL('src/', ROOT), { recursive: true, encoding: 'utf8' })
  .map((path) => `src/${path.replaceAll('\\', '/')}`)
  // Tests and contract suites may import anything: they are not part of the program.
  .filter((path) => path.endsWith('.ts') && !/\.(test|contract)\.ts$/.test(path))
  .sort();
const sources = files.map((path) => read(path, readFileSync(new URL(path, ROOT), 'utf8')));
const rules: readonly (readonly [string, (source: Source) => readonly string[]])[] = Object.entries(RULES);

/** One text per rule that breaks it; the rule must say so, and about its harmless twin it must not. */
const PLANTED: { readonly [rule in keyof typeof RULES]: readonly (readonly [path: string, text: string])[] } =
  {
    'every file lies in a folder of the table, no deeper': [
      ['src/attic/old.ts', ''],
      ['src/core/deep/down.ts', ''],
      ['src/stray.ts', ''],
    ],
    'a folder imports what the table allows it and nothing else': [
      ['src/core/task.ts', "import { amplify } from '../amplify/amplify.ts';"],
      ['src/core/task.ts', "import type { Graph } from '../autodiff/graph.ts';"],
      ['src/base/random.ts', "export {\n  type Answer,\n} from '../core/answer.ts';"],
      ['src/iterate/iterate.ts', "const task = import('../tasks/permutation-powering.ts');"],
      ['src/iterate/iterate.ts', "import '../cli/run.ts';"],
      ['src/report/report.ts', "import { run } from '../capstan.ts';"],
    ],
    'only evaluate imports examiners': [
      ['src/distill/train.ts', "import { reveal } from '../examiners/examiner.ts';"],
      ['src/cli/run.ts', "type T = import('../examiners/examiner.ts').Truth<number>;"],
    ],
    'an underscore keeps a file inside its folder': [
      ['src/onnx/lower.ts', "import { shape } from '../autodiff/_shape.ts';"],
    ],
    'an import names a file by relative path and .ts suffix, a Node module, or a package in its one place': [
      ['src/core/task.ts', "import { Random } from '../base/random';"],
      ['src/core/task.ts', "import { describeTask } from '../tasks/task.contract.ts';"],
      ['src/network/network.ts', "import type { Tensor } from 'onnxruntime-node';"],
      ['src/onnx/worker.ts', "const runtime = await import('onnxruntime-web');"],
      ['src/onnx/session.ts', "import _ from 'lodash';"],
      ['src/cli/run.ts', 'const command = await import(name);'],
    ],
    'only the shell reaches the disk, the clock, chance or the network': [
      ['src/core/budget.ts', 'export const now = () => Date.now();'],
      ['src/core/budget.ts', `export const text = () => \`at \${new Date()}\`;`],
      ['src/iterate/iterate.ts', "import { readFileSync } from 'node:fs';"],
      ['src/ledger/ledger.ts', "import { readFileSync } from 'node:fs';"],
      ['src/tasks/tasks.ts', 'const x = Math.random();'],
      ['src/evaluate/evaluate.ts', 'const started = globalThis.performance.now();'],
      ['src/distill/train.ts', 'setTimeout(stop, process.env.LIMIT);'],
    ],
    'a file is named for what it holds': [
      ['src/core/utils.ts', ''],
      ['src/core/index.ts', ''],
      ['src/core/types.ts', ''],
    ],
    'a file opens with what it is': [['src/core/task.ts', "import { x } from './x.ts';\n/** Late. */"]],
    'a file has at most 500 lines': [['src/core/task.ts', `${'\n'.repeat(500)}const last = 501;`]],
    'no enum, namespace, default export or export *': [
      ['src/core/task.ts', 'export const enum Kind { A }'],
      ['src/core/task.ts', 'declare namespace Old {}'],
      ['src/core/task.ts', 'export default 1;'],
      ['src/core/task.ts', "export * from './answer.ts';"],
    ],
  };

/** Looks like every violation at once, but it is all in comments, strings, regular expressions and allowed edges. */
const HARMLESS = `/** Date.now() and import x from '../cli/run.ts' in a comment. */
import { known } from '../core/answer.ts';
// export default; import '../examiners/examiner.ts'
const said = 'process.exit, Math.random() and from "../cli/run.ts"';
const link = "http://localhost/"; const quote = /['"\`]/; const shown = \`export * from '../cli/run.ts' \${known(1)}\`;
const fetched = this.fetch(url), due = schedule.setTimeout(1), half = said / 2 / link, own = object.process.x;
`;

describe('the import table', () => {
  test('is acyclic: a folder names only folders above it', () => {
    const folders = Object.keys(TABLE);
    for (const [i, folder] of folders.entries())
      expect(folders.slice(0, i)).toEqual(expect.arrayContaining([...TABLE[folder]!]));
  });

  test('is the one that ARCHITECTURE.md shows', () => {
    const shown = tableIn(readFileSync(new URL('ARCHITECTURE.md', ROOT), 'utf8'));
    expect(Object.entries(shown)).toEqual(Object.entries(TABLE));
  });

  test('has no row for a folder that lets ground truth out', () => {
    const allowed = Object.keys(TABLE).filter((folder) => TABLE[folder]!.includes('examiners'));
    expect(allowed).toEqual(['evaluate']);
  });
});

describe.each(rules)('%s', (_, complaints) => {
  test('everywhere in src', () => {
    const found = sources.flatMap((source) => complaints(source).map((said) => `${source.path}: ${said}`));
    expect(found).toEqual([]);
  });

  test('and nothing harmless is complained about', () => {
    expect(complaints(read('src/tasks/harmless.ts', HARMLESS))).toEqual([]);
  });
});

test.each(Object.entries(PLANTED))('a planted violation is found: %s', (rule, plants) => {
  for (const [path, text] of plants)
    expect(RULES[rule as keyof typeof RULES](read(path, text)), text).not.toEqual([]);
});

test('the sources are found at all', () => {
  expect(files).toContain('src/amplify/amplify.ts');
});
