/** Heads that witnesses cosigned, one for each witness beside what is published: `witnessed/<id of its key>`. The file is
 *  believed nothing: its two signatures are, and that the log extends it. Who has the folder can put an older cosigned head
 *  there; who can should ask the witness itself, and hand its answer over as a head that is known. */

import { CapstanError } from '../base/errors.ts';
import { type OpenedHead, openHead } from '../ledger/head.ts';
import { formatVerifierKey, type VerifierKey } from '../ledger/key.ts';
import { Folder } from '../storage/folder.ts';
import { lockFolderWithin } from '../storage/lock.ts';

/** What a witness vouches for. */
export interface Witnessed {
  readonly key: VerifierKey;
  /** Of the largest head that it cosigned and that lies here. */
  readonly size: number;
  /** When it did, in seconds since 1970. */
  readonly time: number;
  /** Entries under the signed head that came later. */
  readonly after: number;
}

/** Puts a cosigned head where `verify` looks for it. */
export function keepCosigned(path: string, witness: VerifierKey, note: Uint8Array | string): void {
  // Who opens the ledger sweeps away the temporary files of crashed writers, and would take this for one.
  const lock = lockFolderWithin(path, PATIENCE_MS);
  try {
    new Folder(path).writeAtomic(nameOf(witness), note);
  } finally {
    lock.release();
  }
}

/** How long to wait for a writer of the ledger. */
const PATIENCE_MS = 30_000;

/** The head that this witness cosigned last, as far as the folder says. Throws if it has none that is signed by both. */
export function cosignedHead(folder: Folder, log: VerifierKey, witness: VerifierKey): OpenedHead {
  const name = nameOf(witness);
  const expected = `a head cosigned by ${formatVerifierKey(witness)}`;
  if (witness.kind !== 'cosignature')
    throw new CapstanError('invalid', `witness ${witness.name}: expected a key for cosignatures`);
  if (!folder.exists(name))
    throw new CapstanError('corrupt', `${folder.path}: expected ${expected}, found no ${name}`);
  const head = openHead(folder.read(name), log, [witness]);
  if (head.cosignatures.length > 0) return head;
  throw new CapstanError('corrupt', `${folder.path}/${name}: expected ${expected}, it did not sign`);
}

function nameOf({ id }: VerifierKey): string {
  return `witnessed/${id}`;
}
