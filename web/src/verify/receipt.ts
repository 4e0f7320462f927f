/** One entry of the ledger, verified here: its receipt says where in the tree it stands, and the head of that tree is signed by
 *  the log. The server is believed nothing but which key is the log's, and that one is remembered (`pin.ts`). */

import { decodeEntry, type Entry } from '../../../src/ledger/entry.ts';
import { parseVerifierKey } from '../../../src/ledger/key.ts';
import { parseReceipt, verifyReceipt } from '../../../src/ledger/receipt.ts';

export interface VerifiedEntry {
  readonly entry: Entry;
  /** Entries under the head that the receipt leads to. */
  readonly size: number;
  /** In hex. */
  readonly root: string;
  /** Hashes of the proof. */
  readonly hashes: number;
  readonly witnesses: readonly string[];
  readonly ms: number;
}

/** Throws what is wrong with it. */
export function verifyEntry(seq: number, receipt: string, key: string): VerifiedEntry {
  const began = performance.now();
  const log = parseVerifierKey(key);
  const parsed = parseReceipt(new TextEncoder().encode(receipt));
  if (parsed.index !== seq)
    throw new Error(`a receipt of entry ${seq}: expected its number, got ${parsed.index}`);
  if (!parsed.extra) throw new Error(`a receipt of entry ${seq}: expected the entry as its extra, got none`);
  const { size, root, cosignatures } = verifyReceipt(parsed, parsed.extra, log);
  const entry = decodeEntry(parsed.extra, seq);
  return {
    ...{ entry, size, hashes: parsed.proof.length, ms: performance.now() - began },
    root: Array.from(root, (byte) => byte.toString(16).padStart(2, '0')).join(''),
    witnesses: cosignatures.map(({ key: { name } }) => name),
  };
}
