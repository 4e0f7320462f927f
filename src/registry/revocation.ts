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

/** Hashes of checkpoints, and the entry that revoked each: what the ledger knows beside the files. */
export type Revoked = ReadonlyMap<string, number>;

/** Revokes it from now on. The caller puts it on the ledger next: were the entry first, a crash would leave a checkpoint
 *  that is revoked and served. A second time changes nothing, unless by `known` the first one never came to its entry. */
export function revoke(folder: Folder, revocation: Revocation, known?: Revoked): void {
  const file = fileOf(revocation.hash);
  if (folder.exists(file) && (known?.has(revocation.hash) ?? true)) return;
  folder.writeAtomic(file, `${JSON.stringify(revocation)}\n`);
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

/** Throws «refused» if this checkpoint, or one that it was trained on from, is revoked, by a file here or by `known`.
 *  `parentOf`: of a checkpoint of the same folder; throws where there is none. */
export function expectNotRevoked(
  folder: Folder,
  hash: string,
  parentOf: (hash: string) => string | null,
  known: Revoked = NONE,
): void {
  const revoked = new Map<string, Pick<Revocation, 'entry' | 'reason'>>();
  for (const [one, entry] of known) revoked.set(one, { entry, reason: 'the reason is not in its folder' });
  for (const one of revocations(folder)) revoked.set(one.hash, one);
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
const NONE: Revoked = new Map();

function fileOf(hash: string): string {
  return `${REVOKED}/${hash}.json`;
}
