/** A log that lies: two histories that are one for the first entries, both signed by its key. */

import { signHead } from '../../src/ledger/head.ts';
import { signerKey, verifierOf } from '../../src/ledger/key.ts';
import { type HashReader, proveConsistency, rootAt } from '../../src/ledger/proof.ts';
import type { Submission } from '../../src/ledger/submission.ts';
import { grow, tilePath, tileReader } from '../../src/ledger/tile.ts';

const SIGNER = signerKey('note', 'example.org/log', Buffer.alloc(32, 1));
export const LOG = verifierOf(SIGNER);

export class ForkedLog {
  /** Entries that both histories share, and that each has in all. */
  readonly shared: number;
  readonly size: number;
  readonly #heads = new Map<string, string>();
  readonly #readers: readonly HashReader[];

  constructor(shared: number, size: number) {
    this.shared = shared;
    this.size = size;
    this.#readers = [0, 1].map((branch) => {
      const entries = Array.from({ length: size }, (_, i) => Buffer.from(`${i < shared ? '' : branch}:${i}`));
      const files = new Map<string, Uint8Array>();
      for (const { tile, bytes } of grow(0, entries, () => undefined)) files.set(tilePath(tile), bytes);
      return tileReader(size, (path) => files.get(path));
    });
  }

  head(branch: number, size: number): string {
    const name = `${branch}/${size}`;
    const root = rootAt(size, this.#readers[branch]!);
    const head =
      this.#heads.get(name) ?? signHead({ origin: SIGNER.name, size, root, extensions: [] }, SIGNER);
    this.#heads.set(name, head);
    return head;
  }

  /** What this branch can show: that its `size` entries extend its first `old`. */
  submission(branch: number, size: number, old: number): Submission {
    const proof = old > size ? [] : proveConsistency(old, size, this.#readers[branch]!);
    return { old, proof, head: Buffer.from(this.head(branch, size)) };
  }

  /** Whether one of the two trees begins the other. */
  areConsistent(a: Place, b: Place): boolean {
    return a.branch === b.branch || Math.min(a.size, b.size) <= this.shared;
  }
}

export interface Place {
  readonly branch: number;
  readonly size: number;
}
