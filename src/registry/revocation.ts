/** Checkpoints that are served no more, for good, and all that was trained on from them. One file for each, so that two who
 *  revoke at once lose nothing and a run at work need not be waited for; whoever serves or promotes looks. It fails
 *  closed: a file that cannot be read, or a parent that is not there while anything is revoked, is a refusal. */

import { CapstanError } from '../base/errors.ts';
import type { Folder } from '../storage/folder.ts';
import { corrupt, isRecord, parseJson } from './untrusted.ts';

export interface Revocation {
  readonly hash: string;
  /** In the words of who revoked; the ledger has a commitment to it. */
  readonly reason: string;
  /** Of the commitment, 64 hexadecimal digits. */
  readonly salt: string;
  /** Number of the entry on the ledger. */
  readonly entry: number;
}

/** Reasons that are nobody's own words, and so are committed to nowhere: their salt is empty. */
export const ERASED = 'erased';
export const CORRECTED = 'it learned an answer that was corrected';

/** Revokes it from now on; a second time changes nothing. The caller has put it on the ledger. */
export function revoke(folder: Folder, revocation: Revocation): void {
  const file = fileOf(revocation.hash);
  if (!folder.exists(file)) folder.writeAtomic(file, `${JSON.stringify(revocation)}\n`);
}

/** Keeps no copy of the reason any more; the revocation stands. */
export function forgetReason(folder: Folder, entry: number): void {
  for (const { hash, ...own } of revocations(folder))
    if (own.entry === entry)
      folder.writeAtomic(fileOf(hash), `${JSON.stringify({ hash, reason: ERASED, salt: '', entry })}\n`);
}

/** What was revoked in this folder. */
export function revocations(folder: Folder): readonly Revocation[] {
  return folder.list(REVOKED).map((file) => {
    const text = folder.readText(file);
    const value = parseJson(text);
    const { hash, reason, salt, entry } = isRecord(value) ? value : {};
    const isWhole =
      typeof hash === 'string' &&
      file === fileOf(hash) &&
      typeof reason === 'string' &&
      typeof salt === 'string' &&
      typeof entry === 'number';
    if (!isWhole) throw corrupt(file, 'a revocation', text);
    return { hash, reason, salt, entry };
  });
}

/** Throws «refused» if this checkpoint, or one that it was trained on from, is revoked. `parentOf`: of a checkpoint of the
 *  same folder; throws where there is none. */
export function expectNotRevoked(
  folder: Folder,
  hash: string,
  parentOf: (hash: string) => string | null,
): void {
  const revoked = new Map(revocations(folder).map((one) => [one.hash, one]));
  if (revoked.size === 0) return;
  for (let own: string | null = hash; own !== null; own = parentOf(own)) {
    const found = revoked.get(own);
    if (!found) continue;
    const what = own === hash ? 'it was revoked' : `it was trained on from ${own}, which was revoked`;
    throw new CapstanError(
      'refused',
      `checkpoint ${hash}: ${what} (entry ${found.entry} of the ledger): ${found.reason}`,
    );
  }
}

const REVOKED = 'revoked';

function fileOf(hash: string): string {
  return `${REVOKED}/${hash}.json`;
}
