/** The pages of the workbench, built as they are shipped. */

import { cpSync, existsSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { builtPages } from './built.ts';

const WEB = fileURLToPath(new URL('../web/', import.meta.url));

/** The folder that they lie in. */
export function buildPages(): Promise<string> {
  return builtPages(async (folder) => {
    // Vitest says «test», and React would be the one for those who develop it.
    const before = process.env.NODE_ENV;
    process.env.NODE_ENV = 'production';
    try {
      const configFile = join(WEB, 'vite.config.ts');
      await build({ root: WEB, configFile, logLevel: 'error', build: { outDir: folder } });
    } finally {
      process.env.NODE_ENV = before;
    }
  });
}

/** Puts them where the program in that folder looks for them, unless somebody has. */
export async function withPages(program: string): Promise<void> {
  const place = join(program, 'dist/web');
  if (existsSync(place)) return;
  const own = mkdtempSync(join(dirname(place), 'web-'));
  cpSync(await buildPages(), own, { recursive: true });
  try {
    renameSync(own, place);
  } catch {
    rmSync(own, { recursive: true, force: true }); // somebody was faster
  }
}
