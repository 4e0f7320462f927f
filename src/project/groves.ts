/** The runs of recipes in a folder, and how far each got. */

import { basename, dirname } from 'node:path';
import { messageOf } from '../base/errors.ts';
import { Folder } from '../storage/folder.ts';
import { readTree } from '../transcript/reader.ts';
import { Trees } from '../trees/trees.ts';
import { GROVE_FILES, readTreeFile, waitedFor } from './grove.ts';
import { MEMORY } from './home.ts';

export interface GroveRow {
  readonly name: string;
  readonly path: string;
  /** Whether a process is at work in one that is unfinished cannot be told without taking its lock. */
  readonly state: 'answered' | 'waiting' | 'unfinished' | 'damaged';
  /** Of what it waited for when it rested, what is in the inbox still; with none, it can go on. */
  readonly waiting: number;
  /** In its tree, as it was written down last; of a run that asks many, these. */
  readonly questions: number;
  readonly recipe?: string;
  readonly question?: string;
  /** ISO 8601 */
  readonly started?: string;
  readonly error?: string;
}

export function listGroves(home: string): readonly GroveRow[] {
  const paths = new Folder(home)
    .list()
    .map((name) => ({ name, path: `${home}/${name}` }))
    .filter(({ path }) => new Folder(path).exists(GROVE_FILES.file));
  const open = openItems();
  return paths.map((one) => ({ ...one, ...stateOf(new Folder(one.path), open) }));
}

function stateOf(folder: Folder, open: ReadonlySet<string>): Omit<GroveRow, 'name' | 'path'> {
  try {
    const { recipe, root, questions: task, started } = readTreeFile(folder);
    const items = waitedFor(folder);
    const { isAnswered, questions } = task === undefined ? treeIn(folder) : treesIn(folder);
    return {
      state: items ? 'waiting' : isAnswered ? 'answered' : 'unfinished',
      waiting: items?.filter((key) => open.has(key)).length ?? 0,
      ...{ questions, recipe, question: root?.text ?? `all of ${task}`, started },
    };
  } catch (error) {
    return { state: 'damaged', waiting: 0, questions: 0, error: messageOf(error) };
  }
}

function treeIn(folder: Folder): { readonly isAnswered: boolean; readonly questions: number } {
  const { transcript } = GROVE_FILES;
  if (!folder.exists(transcript)) return { isAnswered: false, questions: 0 };
  const bytes = folder.read(transcript);
  const { nodes } = readTree([bytes], { name: `${folder.path}/${transcript}` });
  const [root] = nodes; // whether the rest is whole is for «ledger verify»
  const LINE_FEED = 10;
  const lines = bytes.reduce((count, byte) => count + Number(byte === LINE_FEED), 0);
  return { isAnswered: root?.status === 'answered', questions: lines - 1 };
}

/** Of a run of many questions: so many of them have been told. */
function treesIn(folder: Folder): { readonly isAnswered: boolean; readonly questions: number } {
  const { answers } = GROVE_FILES;
  if (!folder.exists(answers)) return { isAnswered: false, questions: folder.list('transcripts').length };
  const lines = folder.readText(answers).split('\n').length - 1;
  return { isAnswered: true, questions: lines };
}

function openItems(): ReadonlySet<string> {
  if (!new Folder(dirname(MEMORY)).exists(basename(MEMORY))) return new Set();
  const trees = Trees.open(MEMORY, { now: () => new Date().toISOString() });
  try {
    return new Set(trees.inbox.open().map(({ key }) => key));
  } finally {
    trees.close();
  }
}
