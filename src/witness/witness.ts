/** A witness of logs (c2sp.org/tlog-witness): for each log whose key it was told to trust it remembers the largest tree
 *  that it cosigned, and cosigns no other than one that extends it.
 *      witness.key, witness.vkey     its key, to cosign with and to verify with
 *      log-<id>.vkey, log-<id>.head  the key of a log, and the head that it cosigned last
 *      evidence-…, unproven-…        heads of a log that it refused, though the log signed them (`kept`)
 *  There are no folders in it: one whose name was not synced would take with it all that was promised.
 *  A cosignature is given out once the head is on the disk under it. So whatever crashes, no two that were given out are
 *  of trees of which neither begins the other. Whoever brings back an old copy of this folder breaks that promise. */

import { CapstanError } from '../base/errors.ts';
import { cosign, type OpenedHead, openHead, parseHead, type TreeHead } from '../ledger/head.ts';
import {
  formatSignerKey,
  formatVerifierKey,
  parseSignerKey,
  parseVerifierKey,
  type SignerKey,
  signerKey,
  type VerifierKey,
  verifierOf,
} from '../ledger/key.ts';
import { EMPTY_ROOT } from '../ledger/merkle.ts';
import { formatNote, formatSignature, openNote, parseNote } from '../ledger/note.ts';
import { beginningShown, type Tree, verifyConsistency } from '../ledger/proof.ts';
import type { Submission } from '../ledger/submission.ts';
import { Folder } from '../storage/folder.ts';
import { lockFolderWithin } from '../storage/lock.ts';
import type { Beginning } from './evidence.ts';
import { Kept } from './kept.ts';
import { Refused, refusing } from './refused.ts';

/** A head as the witness leaves it. */
export interface Cosigned {
  /** The whole note: the log's signature and the witness's. */
  readonly note: string;
  /** The line of the witness's signature alone. */
  readonly line: string;
  readonly head: TreeHead;
  /** Seconds since 1970. */
  readonly time: number;
  /** Entries that it had cosigned before. */
  readonly before: number;
}

/** What is remembered of a log. */
export interface Remembered {
  readonly log: VerifierKey;
  /** The head that was cosigned last, if any was. */
  readonly head: OpenedHead | undefined;
  readonly note: Uint8Array | undefined;
}

/** How long to wait for another process of this witness. */
const PATIENCE_MS = 10_000;
const SIGNER = 'witness.key';
const VERIFIER = 'witness.vkey';

/** Lets `act` have the witness in that folder while no other process has it. */
export function withWitness<T>(path: string, now: () => number, act: (witness: Witness) => T): T {
  if (!new Folder(path).exists(SIGNER)) throw notHere(path); // locking would make the folder
  const lock = lockFolderWithin(path, PATIENCE_MS);
  try {
    const folder = new Folder(path);
    folder.sweep();
    return act(Witness.open(folder, now));
  } finally {
    lock.release();
  }
}

/** Makes a witness in a folder that has none. */
export function makeWitness(path: string, name: string, seed: () => Uint8Array): VerifierKey {
  const key = signerKey('cosignature', name, seed());
  const lock = lockFolderWithin(path, PATIENCE_MS);
  try {
    const folder = new Folder(path);
    if (folder.exists(SIGNER))
      throw new CapstanError('exists', `${folder.path}: expected no witness, there is one`);
    folder.writeAtomic(SIGNER, `${formatSignerKey(key)}\n`, { secret: true });
    folder.writeAtomic(VERIFIER, `${formatVerifierKey(verifierOf(key))}\n`);
    return verifierOf(key);
  } finally {
    lock.release();
  }
}

/** The caller holds the folder's lock. Nothing is kept in memory: what the disk has is what was promised. */
export class Witness {
  readonly #folder: Folder;
  readonly #key: SignerKey;
  readonly #now: () => number;

  private constructor(folder: Folder, key: SignerKey, now: () => number) {
    this.#folder = folder;
    this.#key = key;
    this.#now = now;
  }

  /** `now`: seconds since 1970. */
  static open(folder: Folder, now: () => number): Witness {
    if (!folder.exists(SIGNER)) throw notHere(folder.path);
    const key = parseSignerKey(folder.readText(SIGNER).trimEnd());
    return new Witness(folder, key, now);
  }

  get path(): string {
    return this.#folder.path;
  }

  get key(): VerifierKey {
    return verifierOf(this.#key);
  }

  /** From now on heads of this log are cosigned. An origin has one key, for good. */
  trust(log: VerifierKey): void {
    if (log.kind !== 'note')
      throw new CapstanError('invalid', `key ${log.name}: expected that of a log, got that of a witness`);
    const other = this.logs().find(({ name, id }) => name === log.name || id === log.id);
    const isSame = other && formatVerifierKey(other) === formatVerifierKey(log);
    if (isSame) return;
    if (other)
      throw new CapstanError(
        'refused',
        `log ${log.name}: expected the key that is trusted, ${formatVerifierKey(other)}, got ${formatVerifierKey(log)}`,
      );
    this.#folder.writeAtomic(`log-${log.id}.vkey`, `${formatVerifierKey(log)}\n`);
  }

  /** The logs that it trusts. */
  logs(): readonly VerifierKey[] {
    const names = this.#folder.list().filter((name) => /^log-\w+\.vkey$/.test(name));
    return names.map((name) => parseVerifierKey(this.#folder.readText(name).trimEnd()));
  }

  /** What it remembers of the log with that origin, if it trusts one. */
  remembered(origin: string): Remembered | undefined {
    const log = this.logs().find(({ name }) => name === origin);
    if (!log) return undefined;
    const name = headName(log);
    if (!this.#folder.exists(name)) return { log, head: undefined, note: undefined };
    const note = this.#folder.read(name);
    const head = openHead(note, log, [this.key]);
    if (head.cosignatures.length > 0) return { log, head, note };
    throw new CapstanError(
      'corrupt',
      `${this.#folder.path}/${name}: expected a head that this witness cosigned`,
    );
  }

  /** Cosigns the head if it extends what it cosigned before; otherwise throws `Refused`, and remembers what it did. */
  add({ old, proof, head: bytes, root: oldRoot }: Asked): Cosigned {
    const { text } = refusing('malformed', () => parseNote(bytes));
    const { origin } = refusing('malformed', () => parseHead(text));
    const remembered = this.remembered(origin);
    if (!remembered)
      throw new Refused('unknown-log', `a head of «${origin}»: expected a log that is trusted`);
    const { log, head: last } = remembered;
    const head = refusing('not-signed', () => openHead(bytes, log));
    const kept = new Kept(this.#folder, log);
    const signed = { head, note: ownNote(bytes, log) };
    const lastSigned = last && { head: last, note: ownNote(remembered.note!, log) };
    // A crash may have come between a cosignature and what it settles.
    if (lastSigned) kept.settle(lastSigned);
    const { size = 0, root = EMPTY_ROOT } = last ?? {};
    const what = `the log ${origin}`;
    const isLie = lastSigned && head.size === size && Buffer.compare(head.root, root) !== 0;
    const said = isLie ? kept.contradiction(lastSigned, signed) : '';
    if (old > head.size)
      throw new Refused('shrunk', `${what}: expected ${old} entries and more, got ${head.size}`);
    if (old !== size)
      throw new Refused('stale', `${what}: expected a proof from ${size} entries on, got ${old}`, size);
    if (isLie)
      throw new Refused('conflict', `${what}: expected one root for ${size} entries, it signed two; ${said}`);
    try {
      refusing('inconsistent', () => verifyConsistency(proof, { size, root }, head));
    } catch (error) {
      if (!(error instanceof Refused) || !lastSigned || head.size === size) throw error;
      const tree = oldRoot ? { size, root: oldRoot } : beginningShown(proof, size, head);
      const shown = tree && isShown(proof, tree, head) ? { tree, proof } : undefined;
      const where = shown
        ? `it begins with another log of ${size} entries; ${kept.contradiction(lastSigned, signed, shown)}`
        : `nothing shows that it extends the ${size} entries cosigned last, nor that it does not; ${kept.unproven(lastSigned, signed)}`;
      throw new Refused('inconsistent', `${error.message}: ${where}`, undefined, { cause: error });
    }
    // A clock that was set back must not say that a larger tree was seen earlier.
    const time = Math.max(this.#now(), ...(last?.cosignatures ?? []).map((cosignature) => cosignature.time));
    const signature = cosign(text, this.#key, time);
    const cosigned = formatNote({ text, signatures: [ownSignature(bytes, log), signature] });
    this.#folder.writeAtomic(headName(log), cosigned);
    kept.settle(signed);
    return { note: cosigned, line: formatSignature(signature), head, time, before: size };
  }

  /** Settles what it could not before, of a log whose tiles say with what the head cosigned last begins. */
  settle(origin: string, beginningAt: (size: number, head: TreeHead) => Beginning): void {
    const { log, head, note } = this.remembered(origin) ?? {};
    if (!log || !head || !note) return;
    new Kept(this.#folder, log).settle({ head, note: ownNote(note, log) }, (size) => {
      const shown = beginningAt(size, head);
      verifyConsistency(shown.proof, shown.tree, head);
      return shown;
    });
  }
}

/** What is submitted. With the root that the log's tiles have at the old size, if they were read, a fork can be shown
 *  where the proof alone would not name it. */
export interface Asked extends Submission {
  readonly root?: Uint8Array | undefined;
}

/** Whether the head is shown to begin with that tree. It is not the one that was signed: that has just failed. */
function isShown(proof: readonly Uint8Array[], tree: Tree, head: Tree): boolean {
  try {
    verifyConsistency(proof, tree, head);
    return true;
  } catch (error) {
    if (error instanceof CapstanError && error.code === 'corrupt') return false;
    throw error;
  }
}

function headName({ id }: VerifierKey): string {
  return `log-${id}.head`;
}

/** What others have signed in the note is theirs to keep. */
function ownSignature(note: Uint8Array, log: VerifierKey) {
  return openNote(note, log).verified[0]!.signature;
}

function ownNote(note: Uint8Array, log: VerifierKey): string {
  return formatNote({ text: parseNote(note).text, signatures: [ownSignature(note, log)] });
}

function notHere(path: string): CapstanError {
  return new CapstanError('not-found', `${path}: expected a witness, found no ${SIGNER}`);
}
