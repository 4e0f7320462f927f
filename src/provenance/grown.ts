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
  /** Whether its last session has not ended: it is at work, or was killed. */
  readonly isOpen: boolean;
}

/** `file`: what the run is; `transcript`: its tree. Throws «corrupt» where they are not as the ledger has them. */
export function auditGrown(
  folder: Folder,
  { file, transcript }: { readonly file: string; readonly transcript: string },
  entries: readonly Entry[],
): GrownAudit {
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
  const named = ended && subjectOf(ended, transcript);
  if (named === undefined) return { run: began.run!, nodes: 0, people: 0, isOpen };
  const bytes = folder.read(transcript);
  const found = hash('sha256', bytes);
  if (found !== named && !isOpen)
    throw new CapstanError(
      'corrupt',
      `${folder.path}/${transcript}: expected hash ${named}, as in entry ${ended!.seq}, got ${found}`,
    );
  const { nodes } = readWholeTree([bytes], { name: `${folder.path}/${transcript}` });
  let people = 0;
  for (const [node, kinds, by, entry] of actsIn(nodes)) {
    people++;
    const said = entry === undefined ? undefined : entries[entry];
    if (said && kinds.includes(said.kind) && said.actor.id === by.id) continue;
    throw new CapstanError(
      'corrupt',
      `${folder.path}/${transcript}, node ${node.id}: expected an entry ${kinds.join(' or ')} by ${by.id}, got ${said ? `entry ${entry}, ${said.kind} by ${said.actor.id}` : 'none'}`,
    );
  }
  return { run: began.run!, nodes: nodes.length, people, isOpen };
}

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
