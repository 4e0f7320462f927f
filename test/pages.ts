/** The pages, built once for whoever serves them in a test. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

export interface BuiltPages {
  readonly folder: string;
  remove(): void;
}

export async function builtPages(): Promise<BuiltPages> {
  const folder = mkdtempSync(join(tmpdir(), 'capstan-pages-'));
  const root = fileURLToPath(new URL('../web', import.meta.url));
  // As they ship: with it, React is not the one for tests.
  const before = process.env.NODE_ENV;
  process.env.NODE_ENV = 'production';
  await build({ root, logLevel: 'silent', build: { outDir: folder, emptyOutDir: true } });
  process.env.NODE_ENV = before;
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
