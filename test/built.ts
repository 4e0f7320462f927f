/** What is built for tests: once for sources that are the same, into a folder that is named for what they are, so that nobody
 *  builds it anew under a running test. Of several who build at the same time, the first one's is everybody's. */

import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

export const REPOSITORY = fileURLToPath(new URL('../', import.meta.url));
const CACHE = join(REPOSITORY, 'node_modules/.cache');
const HASH_DIGITS = 16;
const DAY_MS = 86_400_000;

/** The package as it would be installed, below node_modules, where it finds what it depends on. Without checking types, which
 *  is another stage's work. */
export function builtProgram(): string {
  const folder = join(CACHE, `capstan-${hashOf('src', 'bin')}`);
  if (existsSync(folder)) return folder;
  const own = begun();
  const compiler = join(REPOSITORY, 'node_modules/.bin/tsc');
  const where = ['-p', join(REPOSITORY, 'tsconfig.build.json'), '--outDir', join(own, 'dist')];
  execFileSync(compiler, [...where, '--noCheck', '--declaration', 'false', '--sourceMap', 'false']);
  for (const name of ['bin', 'package.json'])
    cpSync(join(REPOSITORY, name), join(own, name), { recursive: true });
  return kept(own, folder);
}

/** `build` puts the pages into the folder that it is given. */
export async function builtPages(build: (folder: string) => Promise<void>): Promise<string> {
  const folder = join(CACHE, `capstan-pages-${hashOf('web', 'src')}`);
  if (existsSync(folder)) return folder;
  const own = begun();
  await build(own);
  return kept(own, folder);
}

function begun(): string {
  mkdirSync(CACHE, { recursive: true });
  for (const name of readdirSync(CACHE).filter((one) => one.startsWith('capstan-'))) {
    const { mtimeMs } = statSync(join(CACHE, name), { throwIfNoEntry: false }) ?? { mtimeMs: Number.NaN };
    if (Date.now() - mtimeMs > DAY_MS) rmSync(join(CACHE, name), { recursive: true, force: true });
  }
  return mkdtempSync(join(CACHE, 'capstan-building-'));
}

function kept(own: string, folder: string): string {
  try {
    renameSync(own, folder);
  } catch {
    rmSync(own, { recursive: true, force: true }); // somebody was faster
  }
  return folder;
}

function hashOf(...folders: readonly string[]): string {
  const hash = createHash('sha256');
  const names = ['package.json', 'tsconfig.json', 'tsconfig.build.json', ...folders.flatMap(filesIn)];
  for (const name of names)
    hash
      .update(name)
      .update('\0')
      .update(readFileSync(join(REPOSITORY, name)))
      .update('\0');
  return hash.digest('hex').slice(0, HASH_DIGITS);
}

function filesIn(folder: string): readonly string[] {
  const entries = readdirSync(join(REPOSITORY, folder), { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile() && !entry.name.endsWith('.test.ts'));
  return files.map((file) => relative(REPOSITORY, join(file.parentPath, file.name))).sort();
}
