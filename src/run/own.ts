/** The task of a run. One that is somebody's own was read from a folder; a run keeps what it read beside it,
 *      task.json, contexts.jsonl
 *  so that it goes on, is asked and is verified whatever becomes of that folder. Its configuration has the hash of both. */

import { hash } from 'node:crypto';
import { canonical } from '../base/canonical.ts';
import { CapstanError } from '../base/errors.ts';
import { Folder } from '../storage/folder.ts';
import { CONTEXTS_FILE, type OwnTexts, ownEntry, TASK_FILE } from '../tasks/own.ts';
import { type AnyTask, type TaskEntry, taskEntry } from '../tasks/tasks.ts';
import type { Configuration } from './configuration.ts';

/** The files of such a task in a run's folder. */
export const OWN_FILES: readonly string[] = [TASK_FILE, CONTEXTS_FILE];

export interface OwnTask {
  readonly texts: OwnTexts;
  /** Of the texts. */
  readonly sha256: string;
  readonly entry: TaskEntry;
}

/** The task in a folder; undefined where what was given names no folder with one. Throws «invalid» on what is none. */
export function ownTask(path: string): OwnTask | undefined {
  const folder = new Folder(path);
  if (!folder.exists(TASK_FILE)) return undefined;
  if (!folder.exists(CONTEXTS_FILE))
    throw new CapstanError('not-found', `${path}: expected ${CONTEXTS_FILE} beside ${TASK_FILE}, found none`);
  const texts = ownIn(folder);
  return { texts, sha256: hashOf(texts), entry: ownEntry(texts, path) };
}

export function keepOwn(run: Folder, { task, contexts }: OwnTexts): void {
  run.writeAtomic(TASK_FILE, task);
  run.writeAtomic(CONTEXTS_FILE, contexts);
}

/** Throws «corrupt» where a task of somebody's own is not the one that the run began with. */
export function entryOf(run: Folder, { task, own }: Pick<Configuration, 'task' | 'own'>): TaskEntry {
  if (own === undefined) return taskEntry(task);
  const texts = ownIn(run);
  const found = hashOf(texts);
  if (found !== own)
    throw new CapstanError(
      'corrupt',
      `${run.path}: expected ${OWN_FILES.join(' and ')} with hash ${own}, got ${found}; they were altered`,
    );
  return ownEntry(texts, run.path);
}

export function taskOf(
  run: Folder,
  configuration: Pick<Configuration, 'task' | 'own' | 'parameters'>,
): AnyTask {
  return entryOf(run, configuration).open(configuration.parameters);
}

export function isOwnFolder(path: string): boolean {
  const folder = new Folder(path);
  return OWN_FILES.every((name) => folder.exists(name));
}

/** That the folder which a run's task was read from, if it is still there, has not changed since. */
export function expectUnchanged({ own }: Pick<Configuration, 'own'>, from: string | undefined): void {
  if (own === undefined || from === undefined) return;
  if (!isOwnFolder(from)) return;
  const found = hashOf(ownIn(new Folder(from)));
  if (found !== own)
    throw new CapstanError(
      'refused',
      `${from}: expected the task that the run began with, hash ${own}, got ${found}; a changed task is a new run`,
    );
}

export function ownIn(folder: Folder): OwnTexts {
  return { task: folder.readText(TASK_FILE), contexts: folder.readText(CONTEXTS_FILE) };
}

function hashOf({ task, contexts }: OwnTexts): string {
  return hash('sha256', canonical({ task, contexts }));
}
