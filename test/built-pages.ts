/** The pages of the workbench, built as they are shipped. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

const WEB = fileURLToPath(new URL('../web/', import.meta.url));

export interface BuiltPages {
  readonly folder: string;
  readonly remove: () => void;
}

/** In that folder, or in one of their own. */
export async function buildPages(
  folder = mkdtempSync(join(tmpdir(), 'capstan-pages-')),
): Promise<BuiltPages> {
  // Vitest says «test», and React would be the one for those who develop it.
  const before = process.env.NODE_ENV;
  process.env.NODE_ENV = 'production';
  try {
    await build({
      root: WEB,
      configFile: join(WEB, 'vite.config.ts'),
      logLevel: 'error',
      build: { outDir: folder },
    });
  } finally {
    process.env.NODE_ENV = before;
  }
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
