/** Heads that witnesses cosigned, one for each witness beside what is published: `witnessed/<id of its key>`; and whom a log
 *  asks, `witness.vkey`, a key on each line, as somebody wrote it. The file of a head is believed nothing: its two signatures
 *  are, and that the log extends it. Who has the folder can put an older cosigned head there; who can should ask the witness
 *  itself, and hand its answer over as a head that is known. */

import { CapstanError, messageOf } from '../base/errors.ts';
import { type OpenedHead, openHead, parseHead, type TreeHead } from '../ledger/head.ts';
import { formatVerifierKey, parseVerifierKey, type VerifierKey } from '../ledger/key.ts';
import { openNote, parseNote } from '../ledger/note.ts';
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

/** Puts a cosigned head where `verify` looks for it, unless a larger one that this witness cosigned lies there: of two
 *  processes that ask at once, the first may come last. */
export function keepCosigned(path: string, witness: VerifierKey, note: Uint8Array | string): void {
  // Who opens the ledger sweeps away the temporary files of crashed writers, and would take this for one.
  const lock = lockFolderWithin(path, PATIENCE_MS);
  try {
    const folder = new Folder(path);
    if (!isLarger(folder, witness, parseHead(parseNote(Buffer.from(note)).text)))
      folder.writeAtomic(nameOf(witness), note);
  } finally {
    lock.release();
  }
}

/** Whether a larger head of the same log lies there. */
function isLarger(folder: Folder, witness: VerifierKey, { origin, size }: TreeHead): boolean {
  const there = onlyIfSound(() => {
    if (!folder.exists(nameOf(witness))) return undefined;
    return parseHead(openNote(folder.read(nameOf(witness)), witness).text);
  });
  return there !== undefined && there.origin === origin && there.size > size;
}

/** What is damaged or signed by others stands in nobody's way: it is replaced, and `verify` would have named it. */
function onlyIfSound<T>(act: () => T): T | undefined {
  try {
    return act();
  } catch (error) {
    if (error instanceof CapstanError && error.code === 'corrupt') return undefined;
    throw error;
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

/** How many entries this witness is known to have cosigned; 0 if nothing there says. */
export function cosignedSize(folder: Folder, log: VerifierKey, witness: VerifierKey): number {
  return onlyIfSound(() => cosignedHead(folder, log, witness))?.size ?? 0;
}

/** The keys of the witnesses that somebody wrote down for this ledger. */
export function witnessesIn(folder: Folder): readonly VerifierKey[] {
  if (!folder.exists(WITNESSES)) return [];
  const lines = folder.readText(WITNESSES).split(/\r?\n/);
  return lines.flatMap((line, i) => {
    if (line.trim() === '') return [];
    try {
      return [parseVerifierKey(line.trim())];
    } catch (cause) {
      const where = `${folder.path}/${WITNESSES}, line ${i + 1}`;
      throw new CapstanError('invalid', `${where}: ${messageOf(cause)}`, { cause });
    }
  });
}

const WITNESSES = 'witness.vkey';

function nameOf({ id }: VerifierKey): string {
  return `witnessed/${id}`;
}
