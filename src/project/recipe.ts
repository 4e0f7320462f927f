/** A recipe's file: plain TypeScript or JavaScript that exports «recipe», against the public API by the name «capstan». */

import { createHash } from 'node:crypto';
import { basename, dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CapstanError, messageOf } from '../base/errors.ts';
import { Folder } from '../storage/folder.ts';
import { type Recipe, recipeFault } from '../text/recipe.ts';
import type { Loaded } from './seats.ts';

/** The public API, wherever this file lies: beside its sources, or built. */
const API = fileURLToPath(new URL('../capstan', import.meta.url));

/** Runs the file. Throws «not-found», or «invalid» for one that fails or exports no recipe. */
export async function loadRecipe(file: string): Promise<Loaded> {
  const path = resolve(file);
  const folder = new Folder(dirname(path));
  if (!folder.exists(basename(path)))
    throw new CapstanError('not-found', `${file}: expected a recipe, found no file`);
  const source = createHash('sha256')
    .update(folder.read(basename(path)))
    .digest('hex');
  const suffix = import.meta.url.endsWith('.ts') ? '.ts' : '.js';
  const { createJiti } = await import('jiti'); // most commands need none
  const jiti = createJiti(import.meta.url, {
    alias: { capstan: API + suffix },
    moduleCache: false,
    fsCache: false,
  });
  let exported: { readonly recipe?: unknown };
  try {
    exported = await jiti.import<{ readonly recipe?: unknown }>(path);
  } catch (error) {
    throw new CapstanError(
      'invalid',
      `${file}: expected a recipe that can be run, got: ${messageOf(error)}`,
      {
        cause: error,
      },
    );
  }
  const fault = recipeFault(exported.recipe);
  if (fault !== undefined) throw new CapstanError('invalid', `${file}: ${fault}`);
  return { recipe: exported.recipe as Recipe, source };
}
