import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { VERSION } from '../src/base/version.ts';

const read = (name: string) => JSON.parse(readFileSync(new URL(`../${name}`, import.meta.url), 'utf8'));

test('the version that lineages and runs record is that of the package and of its lock file', () => {
  expect(VERSION).toBe(read('package.json').version);
  expect(VERSION).toBe(read('package-lock.json').version);
  expect(VERSION).toMatch(/^\d+\.\d+\.\d+(-[\w.]+)?$/);
});
