/** docs/paper.md says which symbol realises each definition of the paper. */

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { REPOSITORY } from './command.ts';

const page = readFileSync(join(REPOSITORY, 'docs/paper.md'), 'utf8');
const named = [...page.matchAll(/`(src\/[\w./-]+\.ts)` `(\w+)`/g)].map(
  ([, file, symbol]) => [file!, symbol!] as const,
);

test('every definition of the map names at least one symbol', () => {
  const rows = page
    .split('## Definitions')[1]!
    .split('\n')
    .filter((line) => line.startsWith('| ') && !/^\| (?:the paper's|---)/.test(line));
  expect(rows.length).toBeGreaterThanOrEqual(20);
  expect(rows.filter((row) => !/`src\/[\w./-]+\.ts` `\w+`/.test(row))).toEqual([]);
});

test.each(named)('%s has %s', (file, symbol) => {
  expect(existsSync(join(REPOSITORY, file))).toBe(true);
  const source = readFileSync(join(REPOSITORY, file), 'utf8');
  expect(source).toMatch(
    new RegExp(`^export (?:async )?(?:function\\*?|const|class|interface|type) ${symbol}\\b`, 'm'),
  );
});

test('every link to a file of ours leads to one', () => {
  const links = [...page.matchAll(/\]\((?!https?:)([^)#]+)\)/g)].map(([, link]) => link!);
  expect(links.filter((link) => !existsSync(join(REPOSITORY, 'docs', link)))).toEqual([]);
});
