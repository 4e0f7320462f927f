/** What people wrote, outside of the log: one file for each commitment, named by it, with the salt that opens it. A file is
 *  written before its entry, so that none is ever missing; one without an entry is what a crash left. A file has one form,
 *  and every other is damage. It can be erased:
 *      entry «content-erased», parents [the entry], words { field }  →  the file is gone
 *  Then the commitment stays in the log and says nothing any more. What is gone without such an entry is an error. */

import { CapstanError, messageOf } from '../base/errors.ts';
import { verifyCommitment } from '../ledger/commitment.ts';
import type { Committed, Entry } from '../ledger/entry.ts';
import { Folder } from '../storage/folder.ts';

export interface ContentState {
  /** Commitments whose content is there. */
  readonly kept: number;
  /** Those whose content was erased, and by which entry. */
  readonly erased: readonly { readonly seq: number; readonly field: string; readonly by: number }[];
  /** Files that no entry commits to. */
  readonly unrecorded: readonly string[];
}

/** Before the entry. `salt`: in hex. */
export function keepContent(
  folder: Folder,
  { field, commitment }: Committed,
  text: string,
  salt: string,
): void {
  if (!text.isWellFormed())
    throw new CapstanError('invalid', `content «${field}»: expected Unicode text, got half of a character`);
  folder.writeAtomic(fileOf(commitment), fileText(text, salt), { secret: true });
}

/** The text that this field of the entry is committed to, verified; undefined if it was erased. */
export function contentOf(
  path: string,
  entries: readonly Entry[],
  entry: Entry,
  field: string,
): string | undefined {
  const committed = entry.content?.find((one) => one.field === field);
  if (!committed)
    throw new CapstanError('not-found', `entry ${entry.seq}: expected content «${field}», got none`);
  const folder = new Folder(path);
  return folder.exists(fileOf(committed.commitment)) || !erasureOf(entries, entry.seq, field)
    ? open(folder, entry, committed)
    : undefined;
}

/** For good, and lasting; the entry that says so is on the ledger. */
export function eraseContent(path: string, { content = [] }: Entry, fields: readonly string[]): void {
  const folder = new Folder(path);
  for (const { field, commitment } of content)
    if (fields.includes(field)) folder.remove(fileOf(commitment), { sync: true });
}

/** Every commitment has its content, or an entry that says that it was erased. `erasing`: what that entry has not done yet
 *  is about to be. */
export function verifyContents(
  folder: Folder,
  entries: readonly Entry[],
  { erasing = false }: { readonly erasing?: boolean } = {},
): ContentState {
  const files = new Set(folder.list(CONTENT, { hidden: true })); // what was erased may hide anywhere
  const erased: { seq: number; field: string; by: number }[] = [];
  let kept = 0;
  for (const entry of entries)
    for (const committed of entry.content ?? []) {
      const by = erasureOf(entries, entry.seq, committed.field);
      const isThere = files.delete(fileOf(committed.commitment));
      if (by && isThere && !erasing)
        throw damaged(folder, committed, `nothing, as it was erased by entry ${by.seq}`, 'its content');
      if (by) erased.push({ seq: entry.seq, field: committed.field, by: by.seq });
      else {
        open(folder, entry, committed);
        kept++;
      }
    }
  return { kept, erased, unrecorded: [...files] };
}

/** The entry that authorised the erasure of this field. */
export function erasureOf(entries: readonly Entry[], seq: number, field: string): Entry | undefined {
  return entries.find(
    ({ kind, parents, words }) =>
      kind === 'content-erased' &&
      parents?.at(-1) === seq && // the first may be the request for it
      (words?.field === undefined || words.field === field),
  );
}

function open(folder: Folder, entry: Entry, committed: Committed): string {
  const file = fileOf(committed.commitment);
  const what = `the content «${committed.field}» of entry ${entry.seq}`;
  if (!folder.exists(file))
    throw damaged(folder, committed, what, 'no file, and no entry that it was erased');
  try {
    const bytes = Buffer.from(folder.read(file));
    const { salt, text } = Object(JSON.parse(bytes.toString())) as { [name: string]: unknown };
    if (typeof salt !== 'string' || typeof text !== 'string') throw new Error('neither salt nor text');
    // JSON can say the same in many ways, and half characters commit to the bytes of another one.
    if (!/^[0-9a-f]+$/.test(salt) || !text.isWellFormed() || !bytes.equals(Buffer.from(fileText(text, salt))))
      throw new Error('other bytes than are written for it');
    verifyCommitment(entry, committed, new TextEncoder().encode(text), Buffer.from(salt, 'hex'));
    return text;
  } catch (cause) {
    throw damaged(folder, committed, what, messageOf(cause));
  }
}

function damaged(folder: Folder, { commitment }: Committed, expected: string, got: string): CapstanError {
  return new CapstanError(
    'corrupt',
    `${folder.path}/${fileOf(commitment)}: expected ${expected}, got ${got}`,
  );
}

const CONTENT = 'content';

/** The one form that it is kept in. */
function fileText(text: string, salt: string): string {
  return `${JSON.stringify({ salt, text })}\n`;
}

function fileOf(commitment: string): string {
  return `${CONTENT}/${commitment}.json`;
}
