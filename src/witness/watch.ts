/** What a witness reads of a log that lies in a folder or below a prefix: its head, and by its tiles how it grew. */

import { CapstanError } from '../base/errors.ts';
import { parseHead, type TreeHead } from '../ledger/head.ts';
import { parseNote } from '../ledger/note.ts';
import { expectRoot, proveConsistency, rootAt } from '../ledger/proof.ts';
import type { Submission } from '../ledger/submission.ts';
import { type TileSource, tileReader } from '../ledger/tile.ts';
import type { Beginning } from './evidence.ts';

/** The head as it is published; nothing of it may be believed yet. */
export function publishedIn(source: TileSource): { readonly note: Uint8Array; readonly head: TreeHead } {
  const note = source(HEAD);
  if (!note) throw new CapstanError('not-found', `a log: expected its head, «${HEAD}», found none`);
  return { note, head: parseHead(parseNote(note).text) };
}

/** What the log would send to a witness who cosigned the head of `old` entries, and the root that its tiles have there. The
 *  tiles prove it or they do not. */
export function submissionFrom(source: TileSource, old: number): Submission & { readonly root?: Uint8Array } {
  const { note, head } = publishedIn(source);
  const { size, root } = head;
  if (old > size) return { old, proof: [], head: note };
  const reader = tileReader(size, source);
  expectRoot(`the tiles of ${head.origin}`, root, rootAt(size, reader));
  return { old, proof: proveConsistency(old, size, reader), head: note, root: rootAt(old, reader) };
}

/** With which tree of that size the head of `size` entries begins, as the tiles have it. */
export function beginningFrom(source: TileSource, old: number, size: number): Beginning {
  const reader = tileReader(size, source);
  return { tree: { size: old, root: rootAt(old, reader) }, proof: proveConsistency(old, size, reader) };
}

const HEAD = 'checkpoint';
