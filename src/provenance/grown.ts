/** Compares the run of a recipe with the ledger: it began as what it is, its tree is the one with which it last ended, and
 *  whatever people did in it is on the record as theirs. */

import { hash } from 'node:crypto';
import { CapstanError } from '../base/errors.ts';
import type { Entry, Kind } from '../ledger/entry.ts';
import type { Folder } from '../storage/folder.ts';
import type { Author, TranscriptNode } from '../transcript/node.ts';
import { readWholeTree } from '../transcript/reader.ts';
import { subjectOf } from './life.ts';

export interface GrownAudit {
  readonly run: string;
  readonly nodes: number;
  /** Actions, verdicts and corrections of people. */
  readonly people: number;
  /** Actions of people that were played back from a file which the entry of its beginning names. */
  readonly recorded: number;
  /** Whether its last session has not ended: it is at work, or was killed. */
  readonly isOpen: boolean;
}

/** Names of what a run of a recipe has in its folder. */
export interface GrownFiles {
  /** What the run is. */
  readonly file: string;
  /** Its tree, or of a run of many questions the list of their trees with their hashes. */
  readonly transcript: string;
  readonly answers: string;
  /** How an entry's names of files that it went by begin. */
  readonly read: string;
}

/** Throws «corrupt» where they are not as the ledger has them. */
export function auditGrown(folder: Folder, names: GrownFiles, entries: readonly Entry[]): GrownAudit {
  const { file, read } = names;
  const sha256 = hash('sha256', folder.read(file));
  const own = entries.filter((entry) => subjectOf(entry, file) === sha256);
  const began = own.findLast(({ kind }) => kind === 'run-started' || kind === 'run-resumed');
  if (!began)
    throw new CapstanError(
      'not-found',
      `${folder.path}: expected a run that is on the ledger, no entry names its ${file} (${sha256})`,
    );
  const ended = own.findLast(({ kind }) => kind === 'run-ended');
  const isOpen = (ended?.ends ?? -1) < began.seq;
  const files = new Set(began.subjects?.flatMap((one) => (one.name.startsWith(read) ? [one.sha256] : [])));
  let [count, people, recorded] = [0, 0, 0];
  for (const { path, nodes } of ended ? treesOf(folder, names, ended, isOpen) : []) {
    count += nodes.length;
    for (const [node, kinds, by, entry] of actsIn(nodes)) {
      if (entry === undefined && by.version !== undefined && files.has(by.version)) {
        recorded++;
        continue;
      }
      people++;
      const said = entry === undefined ? undefined : entries[entry];
      if (said && kinds.includes(said.kind) && said.actor.id === by.id) continue;
      throw new CapstanError(
        'corrupt',
        `${path}, node ${node.id}: expected an entry ${kinds.join(' or ')} by ${by.id}, got ${said ? `entry ${entry}, ${said.kind} by ${said.actor.id}` : 'none'}`,
      );
    }
  }
  return { run: began.run!, nodes: count, people, recorded, isOpen };
}

interface GrownTree {
  readonly path: string;
  readonly nodes: readonly TranscriptNode[];
}

/** Those that the entry names, itself or by the list that it names. */
function* treesOf(
  folder: Folder,
  { transcript, answers }: GrownFiles,
  ended: Entry,
  isOpen: boolean,
): Generator<GrownTree> {
  const bytesOf = (name: string, named: string, where: string): Uint8Array => {
    const bytes = folder.read(name);
    const found = hash('sha256', bytes);
    if (found === named || isOpen) return bytes;
    throw new CapstanError(
      'corrupt',
      `${folder.path}/${name}: expected hash ${named}, as in ${where}, got ${found}`,
    );
  };
  const treeOf = (name: string, named: string, where: string): GrownTree => {
    const path = `${folder.path}/${name}`;
    return { path, nodes: readWholeTree([bytesOf(name, named, where)], { name: path }).nodes };
  };
  const entry = `entry ${ended.seq}`;
  const [one, many] = [subjectOf(ended, transcript), subjectOf(ended, answers)];
  if (one !== undefined) yield treeOf(transcript, one, entry);
  if (many === undefined) return;
  const lines = new TextDecoder().decode(bytesOf(answers, many, entry)).split('\n');
  for (const line of lines.slice(0, -1)) {
    const listed = listedIn(line, `${folder.path}/${answers}`);
    yield treeOf(listed.transcript, listed.sha256, answers);
  }
}

function listedIn(line: string, where: string): { readonly transcript: string; readonly sha256: string } {
  try {
    const { transcript, sha256 } = JSON.parse(line);
    return { transcript: String(transcript), sha256: String(sha256) };
  } catch (cause) {
    throw new CapstanError('corrupt', `${where}: expected a line of JSON, got «${line.slice(0, SHOWN)}»`, {
      cause,
    });
  }
}

/** Characters of a line in a message. */
const SHOWN = 80;

function* actsIn(
  nodes: readonly TranscriptNode[],
): Generator<readonly [TranscriptNode, readonly Kind[], Author, number | undefined]> {
  for (const node of nodes) {
    for (const { by, entry } of node.steps)
      if (by.kind === 'person') yield [node, ['action-taken'], by, entry];
    for (const { verifier, entry } of node.verdicts)
      if (verifier.startsWith('person:'))
        yield [node, ['action-taken'], { kind: 'person', id: verifier }, entry];
    const { corrected } = node;
    // In the inbox, or by «correct».
    if (corrected) yield [node, ['action-taken', 'answer-corrected'], corrected.by, corrected.entry];
  }
}
