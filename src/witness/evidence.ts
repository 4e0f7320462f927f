/** Evidence that a log lied: two heads that it signed, of one size and with two roots. No log that only grows can have
 *  signed both, so who has its key needs to believe nobody. The file is one note, an empty line, and the other. */

import { CapstanError } from '../base/errors.ts';
import { type OpenedHead, openHead } from '../ledger/head.ts';
import type { VerifierKey } from '../ledger/key.ts';

export function formatEvidence(first: string, second: string): string {
  return `${first}\n${second}`;
}

/** Both heads. Throws «corrupt» unless the log of that key signed both, and they contradict each other. */
export function verifyEvidence(bytes: Uint8Array, log: VerifierKey): readonly [OpenedHead, OpenedHead] {
  // Neither a head nor its signatures have an empty line, so there are three in all.
  const parts = Buffer.from(bytes).toString('utf8').split('\n\n');
  if (parts.length !== PARTS) throw refused('two signed heads', `${parts.length} parts`);
  const [text, signatures, otherText, otherSignatures] = parts;
  const first = openHead(Buffer.from(`${text}\n\n${signatures}\n`), log);
  const second = openHead(Buffer.from(`${otherText}\n\n${otherSignatures}`), log);
  if (first.size !== second.size) throw refused('heads of one size', `${first.size} and ${second.size}`);
  if (Buffer.compare(first.root, second.root) === 0) throw refused('two roots', 'one');
  return [first, second];
}

const PARTS = 4;

function refused(expected: string, got: string): CapstanError {
  return new CapstanError('corrupt', `evidence: expected ${expected}, got ${got}`);
}
