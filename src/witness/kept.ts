/** What a witness keeps of the heads of one log that it refused, though the log signed them:
 *      evidence-<id>-<size>, evidence-<id>-<older>-<newer>   that the log lied (`evidence`)
 *      unproven-<id>-<size>-<beginning of its root>          the head cosigned last and another of which nothing shows that it
 *                                                            extends that
 *  The second is no evidence: anybody can send a true head with a wrong proof. It is a question to the log, which it answers
 *  with a consistency proof if it can. It is settled once the witness cosigns a head of its size, or reads the log's tiles: then
 *  it goes, or evidence comes in its place. Only who gets the log to sign makes the witness keep anything, and of each log it
 *  keeps so many files and no more: what is there stays, what comes then is refused as ever, and the refusal says so. Where
 *  there is that much evidence, what is settled goes without adding to it. */

import type { VerifierKey } from '../ledger/key.ts';
import type { Tree } from '../ledger/proof.ts';
import type { Folder } from '../storage/folder.ts';
import { type Beginning, formatEvidence, openPair, secondOf } from './evidence.ts';

/** A head with its note, which the log alone has signed. */
export interface Signed {
  readonly head: Tree;
  readonly note: string;
}

/** One piece of evidence says it all; a few show how often. */
export const EVIDENCE_MAX = 16;
export const UNPROVEN_MAX = 16;
/** Hexadecimal digits of a root in a name: only so that two heads of one size have two names. */
const SHOWN = 16;

/** Of one log. The caller holds the folder's lock. Each method says what it did, for a person. */
export class Kept {
  readonly #folder: Folder;
  readonly #log: VerifierKey;

  constructor(folder: Folder, log: VerifierKey) {
    this.#folder = folder;
    this.#log = log;
  }

  /** Two heads of one size and two roots; or of two sizes, where the newer is shown to begin otherwise. */
  contradiction(older: Signed, newer: Signed, shown?: Beginning): string {
    const sizes = shown ? `${older.head.size}-${newer.head.size}` : `${older.head.size}`;
    const content = formatEvidence(older.note, newer.note, shown);
    const where = this.#keep('evidence', sizes, content, EVIDENCE_MAX);
    return where ? `both heads are in ${where}` : this.#full('evidence', EVIDENCE_MAX);
  }

  /** A head of which nothing shows that it extends the one cosigned last. */
  unproven(last: Signed, other: Signed): string {
    for (const { name, head, note } of this.#unproven((size) => size === other.head.size))
      if (!isSame(head, other.head)) {
        const said = this.contradiction({ head, note }, other);
        this.#folder.remove(name, { sync: true });
        return `the log signed a third head, of the size of this one; ${said}`;
      }
    const { size, root } = other.head;
    const name = `${size}-${Buffer.from(root).toString('hex').slice(0, SHOWN)}`;
    const where = this.#keep('unproven', name, formatEvidence(last.note, other.note), UNPROVEN_MAX);
    return where ? `both heads are in ${where}` : this.#full('unproven', UNPROVEN_MAX);
  }

  /** What is unproven and no larger than a head that was cosigned: it goes if that begins with it, and otherwise it is
   *  evidence. `beginningAt` is with which tree of that size the cosigned one is shown to begin, if it is. */
  settle(cosigned: Signed, beginningAt: (size: number) => Beginning | undefined = () => undefined): void {
    const { size } = cosigned.head;
    for (const { name, head, note } of this.#unproven((other) => other <= size)) {
      const shown = head.size === size ? undefined : beginningAt(head.size);
      const tree = head.size === size ? cosigned.head : shown?.tree;
      if (!tree) continue;
      if (!isSame(head, tree)) this.contradiction({ head, note }, cosigned, shown);
      this.#folder.remove(name, { sync: true });
    }
  }

  /** Those of the sizes that are wanted; the others are not read. */
  #unproven(isWanted: (size: number) => boolean): readonly (Signed & { readonly name: string })[] {
    const names = this.#named('unproven').filter((name) => isWanted(Number(name.split('-')[2])));
    return names.map((name) => {
      const bytes = this.#folder.read(name);
      const [, head] = openPair(bytes, this.#log);
      return { name, head, note: secondOf(bytes) };
    });
  }

  #keep(kind: Kind, name: string, content: string, max: number): string | undefined {
    const file = `${kind}-${this.#log.id}-${name}`;
    if (!this.#folder.exists(file)) {
      if (this.#named(kind).length >= max) return undefined;
      this.#folder.writeAtomic(file, content);
    }
    return `${this.#folder.path}/${file}`;
  }

  #named(kind: Kind): readonly string[] {
    return this.#folder.list().filter((name) => name.startsWith(`${kind}-${this.#log.id}-`));
  }

  #full(kind: Kind, max: number): string {
    return `this pair was not kept: there are ${max} files ${this.#folder.path}/${kind}-${this.#log.id}-… already`;
  }
}

type Kind = 'evidence' | 'unproven';

function isSame(a: Tree, b: Tree): boolean {
  return a.size === b.size && Buffer.compare(a.root, b.root) === 0;
}
