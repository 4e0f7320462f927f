/** A run is a folder:
 *      run.json         what it does, written first and never changed
 *      lock             the process at work in it
 *      ARM/             one folder for each arm: «ida», «supervised», …
 *      record.json      figures of all arms, and report.html made from them
 *      evaluation.json  how good it is (`capstan evaluate`), and evaluation.html made from that */

import { hash } from 'node:crypto';
import { CapstanError } from '../base/errors.ts';
import { Folder } from '../storage/folder.ts';
import { LOCK, lockFolder } from '../storage/lock.ts';
import type { OwnTexts } from '../tasks/own.ts';
import type { Configuration } from './configuration.ts';
import { keepOwn } from './own.ts';
import { KNOWN } from './recording.ts';
import { readSealed, writeSealed } from './sealed.ts';

export interface RunFile {
  readonly configuration: Configuration;
  readonly baselines: boolean;
  /** ISO 8601 */
  readonly started: string;
  readonly command: string;
  readonly version: string;
  /** Where a task that is somebody's own was read. */
  readonly taskFolder?: string;
}

const FORMAT = 'capstan-run-1';
export const FILE = 'run.json';
export const EVALUATION = { report: 'evaluation.json', page: 'evaluation.html' } as const;

/** Starts a folder that is new or empty; refuses to touch any other. `known`: decisions to be played back. `own`: a task that
 *  is somebody's own. */
export function createRun(path: string, file: RunFile, known?: string, own?: OwnTexts): Folder {
  const folder = new Folder(path);
  const refuse = (): void => {
    if (folder.list().some((name) => name !== LOCK))
      throw new CapstanError(
        'exists',
        `run folder ${path}: expected a new or empty folder; go on with a run by --resume`,
      );
  };
  refuse(); // before a lock file is put into somebody else's folder
  const lock = lockFolder(path);
  try {
    refuse();
    if (own !== undefined) keepOwn(folder, own);
    if (known !== undefined) folder.writeAtomic(KNOWN, known);
    writeSealed(folder, FILE, FORMAT, file);
  } finally {
    lock.release();
  }
  return folder;
}

export function openRun(path: string): { folder: Folder; file: RunFile } {
  const folder = new Folder(path);
  if (!folder.exists(FILE))
    throw new CapstanError(
      'not-found',
      `${path}: expected a run folder, found no ${FILE}; «capstan runs» lists runs`,
    );
  return { folder, file: readSealed<RunFile>(folder, FILE, FORMAT) };
}

/** The folders in `home` that are runs, by name. */
export function listRuns(home: string): readonly { readonly name: string; readonly path: string }[] {
  return new Folder(home)
    .list()
    .map((name) => ({ name, path: `${home}/${name}` }))
    .filter(({ path }) => new Folder(path).exists(FILE));
}

/** A folder of that name in `home` that does not exist yet: «name», «name-2», … */
export function freshPath(home: string, name: string): string {
  const taken = new Set(new Folder(home).list());
  let fresh = name;
  for (let number = 2; taken.has(fresh); number++) fresh = `${name}-${number}`;
  return `${home}/${fresh}`;
}

/** What a person meant: a path, or the name of a run in `home`. */
export function findRun(home: string, given: string): string {
  const named = `${home}/${given}`;
  return !new Folder(given).exists(FILE) && new Folder(named).exists(FILE) ? named : given;
}

/** The name of a run as an entry of the ledger takes it. */
export function nameOf({ name }: Folder): string {
  return name
    .replaceAll(/\p{Cc}/gu, ' ')
    .slice(0, NAME_MAX)
    .toWellFormed();
}

const NAME_MAX = 200;

/** What a run is on the ledger: the hash of its first file, which is never changed. */
export function runHash(folder: Folder): string {
  return hash('sha256', folder.read(FILE));
}
