/** The runs of recipes in a folder, and how far each got. */

import { basename, dirname } from 'node:path';
import { CapstanError, messageOf } from '../base/errors.ts';
import { Folder } from '../storage/folder.ts';
import { Opened } from '../storage/opened.ts';
import type { TranscriptNode } from '../transcript/node.ts';
import { readTree } from '../transcript/reader.ts';
import { Trees } from '../trees/trees.ts';
import { GROVE_FILES, readTreeFile, type TreeFile, waitedFor } from './grove.ts';
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
  return paths.map((one) => ({ ...one, ...stateOf(one.path, open) }));
}

function stateOf(path: string, open: ReadonlySet<string>): Omit<GroveRow, 'name' | 'path'> {
  try {
    const file = readTreeFile(new Folder(path));
    const { recipe, root, questions: task, started } = file;
    const { state, items } = progressOf(path, file);
    return {
      state,
      waiting: items.filter((key) => open.has(key)).length,
      questions: task === undefined ? questionsIn(path) : treesIn(path),
      ...{ recipe, question: root?.text ?? `all of ${task}`, started },
    };
  } catch (error) {
    return { state: 'damaged', waiting: 0, questions: 0, error: messageOf(error) };
  }
}

/** As it was written down last. Of its tree no more than the beginning is read. */
export function progressOf(
  path: string,
  { questions }: TreeFile,
): { readonly state: 'answered' | 'waiting' | 'unfinished'; readonly items: readonly string[] } {
  const items = restsIn(path);
  if (items) return { state: 'waiting', items };
  const folder = new Folder(path);
  const { transcript, answers } = GROVE_FILES;
  const isAnswered =
    questions === undefined
      ? folder.exists(transcript) && rootIn(`${path}/${transcript}`).status === 'answered'
      : folder.exists(answers);
  return { state: isAnswered ? 'answered' : 'unfinished', items: [] };
}

/** What the run in that folder waits for; undefined where it does not rest, or nobody can tell. */
export function restsIn(path: string): readonly string[] | undefined {
  try {
    return waitedFor(new Folder(path));
  } catch (error) {
    if (error instanceof CapstanError || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Whether the rest is whole is for «ledger verify». */
function rootIn(name: string): TranscriptNode {
  const opened = Opened.open(name);
  try {
    const [root] = readTree(opened.pieces(), { name }).nodes;
    return root!; // a tree without one is refused
  } finally {
    opened.close();
  }
}

function questionsIn(path: string): number {
  const folder = new Folder(path);
  const { transcript } = GROVE_FILES;
  return folder.exists(transcript) ? linesIn(folder.read(transcript)) - 1 : 0; // after the header
}

/** Of a run of many questions: so many of them have been told. */
function treesIn(path: string): number {
  const folder = new Folder(path);
  const { answers } = GROVE_FILES;
  return folder.exists(answers) ? linesIn(folder.read(answers)) : folder.list('transcripts').length;
}

const LINE_FEED = 10;

function linesIn(bytes: Uint8Array): number {
  return bytes.reduce((count, byte) => count + Number(byte === LINE_FEED), 0);
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
