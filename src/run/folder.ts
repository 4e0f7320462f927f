/** A run is a folder:
 *      run.json         what it does, written first and never changed
 *      lock             the process at work in it
 *      ARM/             one folder for each arm: «ida», «supervised», …
 *      record.json      figures of all arms, and report.html made from them */

import { existsSync, readdirSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { CapstanError, messageOf } from '../base/errors.ts';
import { Folder } from '../storage/folder.ts';
import type { Configuration } from './configuration.ts';

export interface RunFile {
  readonly format: typeof FORMAT;
  readonly configuration: Configuration;
  readonly baselines: boolean;
  /** ISO 8601 */
  readonly started: string;
  readonly command: string;
  readonly version: string;
}

const FORMAT = 'capstan-run-1';
const FILE = 'run.json';

/** Starts a folder that is new or empty; refuses to touch any other. */
export function createRun(path: string, file: Omit<RunFile, 'format'>): Folder {
  if (existsSync(path) && readdirSync(path).length > 0)
    throw new CapstanError(
      'exists',
      `run folder ${path}: expected a new or empty folder; continue a run with --resume`,
    );
  const folder = new Folder(path);
  folder.writeAtomic(FILE, `${JSON.stringify({ format: FORMAT, ...file }, null, 2)}\n`);
  return folder;
}

export function openRun(path: string): { folder: Folder; file: RunFile } {
  const folder = new Folder(path);
  if (!existsSync(path))
    throw new CapstanError('not-found', `run folder ${path}: no such folder; «capstan runs» lists runs`);
  if (!folder.exists(FILE))
    throw new CapstanError(
      'not-found',
      `run folder ${path}: expected a ${FILE} in it; this is not a run folder`,
    );
  try {
    const file = JSON.parse(folder.readText(FILE)) as RunFile;
    if (file.format !== FORMAT) throw new Error(`expected format «${FORMAT}», got «${file.format}»`);
    return { folder, file };
  } catch (cause) {
    if (cause instanceof CapstanError) throw cause;
    throw new CapstanError('corrupt', `${path}/${FILE}: ${messageOf(cause)}`, { cause });
  }
}

/** The folders in `home` that are runs, by name. */
export function listRuns(home: string): readonly { readonly name: string; readonly path: string }[] {
  if (!existsSync(home)) return [];
  return readdirSync(home)
    .map((name) => ({ name, path: resolve(home, name) }))
    .filter(({ path }) => existsSync(resolve(path, FILE)))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** A folder of that name in `home` that does not exist yet: «name», «name-2», … */
export function freshPath(home: string, name: string): string {
  for (let number = 1; ; number++) {
    const path = resolve(home, number === 1 ? name : `${name}-${number}`);
    if (!existsSync(path)) return path;
  }
}

/** What a person meant: a path, or the name of a run in `home`. */
export function findRun(home: string, given: string): string {
  const named = resolve(home, given);
  return basename(given) === given && !existsSync(given) && existsSync(named) ? named : resolve(given);
}
