/** Evidence that a log lied: two heads that it signed and that no log that only grows can both have signed, so that who has
 *  its key needs to believe nobody. Of one size, they have two roots, and the file is one note, an empty line, the other.
 *  Of two sizes, the newer is shown to begin with another tree than the older one, and the file is the older note,
 *  an empty line, and
 *      old <size of the older>\n
 *      <base64 of the root that the newer tree has at this size>\n
 *      <base64 of a hash>\n …                   the consistency proof from that root to the newer head
 *      \n
 *      <the newer note>
 *  Two heads of two sizes alone are evidence of nothing, however many wrong proofs somebody sent along. */

import { CapstanError } from '../base/errors.ts';
import { type OpenedHead, openHead } from '../ledger/head.ts';
import type { VerifierKey } from '../ledger/key.ts';
import { type Tree, verifyConsistency } from '../ledger/proof.ts';
import { formatSubmission, parseSubmission } from '../ledger/submission.ts';

/** With which tree a head is shown to begin. */
export interface Beginning {
  readonly tree: Tree;
  readonly proof: readonly Uint8Array[];
}

/** Without `shown` a pair of heads that is evidence only where their sizes are one. */
export function formatEvidence(first: string, second: string, shown?: Beginning): string {
  if (!shown) return `${first}\n${second}`;
  const { tree, proof } = shown;
  const newer = { old: tree.size, proof: [tree.root, ...proof], head: Buffer.from(second) };
  return `${first}\n${formatSubmission(newer)}`;
}

/** Both heads; the first is not the larger one. Throws «corrupt» unless the log of that key signed both, and they
 *  contradict each other. */
export function verifyEvidence(bytes: Uint8Array, log: VerifierKey): readonly [OpenedHead, OpenedHead] {
  const { first, second, old, hashes } = parsePair(bytes, log);
  const [root, ...proof] = hashes;
  if (root === undefined) {
    if (first.size !== second.size)
      throw refused(
        'heads of one size, or a proof of how the larger begins',
        `${first.size} and ${second.size} entries and no proof: one may well extend the other`,
      );
    if (Buffer.compare(first.root, second.root) === 0) throw refused('two roots', 'one');
    return [first, second];
  }
  if (old !== first.size) throw refused(`a proof from ${first.size} entries on`, `one from ${old}`);
  if (Buffer.compare(first.root, root) === 0) throw refused('two roots', 'one');
  if (first.size >= second.size) throw refused('heads of two sizes', `${first.size} and ${second.size}`);
  verifyConsistency(proof, { size: first.size, root }, second);
  return [first, second];
}

/** The two heads, signed both, whether they contradict each other or not. */
export function openPair(bytes: Uint8Array, log: VerifierKey): readonly [OpenedHead, OpenedHead] {
  const { first, second } = parsePair(bytes, log);
  return [first, second];
}

/** The note of the second of two heads that have no proof between them. */
export function secondOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('utf8').split('\n\n').slice(PARTS).join('\n\n');
}

function parsePair(bytes: Uint8Array, log: VerifierKey) {
  // Neither a head nor its signatures nor a proof have an empty line, so there are three in all, or four.
  const [text, signatures, ...rest] = Buffer.from(bytes).toString('utf8').split('\n\n');
  if (rest.length !== PARTS && rest.length !== PARTS + 1)
    throw refused('two signed heads', `${rest.length + PARTS} parts`);
  const first = openHead(Buffer.from(`${text}\n\n${signatures}\n`), log);
  const second = Buffer.from(rest.join('\n\n'));
  if (rest.length === PARTS) return { first, second: openHead(second, log), old: undefined, hashes: [] };
  const { old, proof, head } = parseSubmission(second);
  if (proof.length === 0) throw refused('a root and a proof', 'none');
  return { first, second: openHead(head, log), old, hashes: proof };
}

/** Of a note: its text, and its signatures. */
const PARTS = 2;

function refused(expected: string, got: string): CapstanError {
  return new CapstanError('corrupt', `evidence: expected ${expected}, got ${got}`);
}
