/** What a log says to a witness to have its head cosigned (c2sp.org/tlog-witness, «add-checkpoint»). It is
 *     old <size>\n                                               of the head that the witness cosigned last
 *     <base64 of a hash>\n …                                     the consistency proof, RFC 6962 §2.1.2
 *     \n
 *     <the signed tree head, byte for byte> */

import { base64Of, corrupt, decimalOf, quoted, textOf } from './_strict.ts';
import { HASH_BYTES } from './proof.ts';

export interface Submission {
  readonly old: number;
  readonly proof: readonly Uint8Array[];
  /** The signed note of the tree head. */
  readonly head: Uint8Array;
}

export function formatSubmission({ old, proof, head }: Submission): Buffer {
  const lines = [`${OLD}${old}`, ...proof.map((hash) => Buffer.from(hash).toString('base64'))];
  return Buffer.concat([Buffer.from(`${lines.join('\n')}\n\n`), head]);
}

/** The submission without a look at what it proves. */
export function parseSubmission(bytes: Uint8Array): Submission {
  const what = 'a submission';
  if (bytes.length > SUBMISSION_BYTES_MAX)
    throw corrupt(what, `at most ${SUBMISSION_BYTES_MAX} bytes`, `${bytes.length}`);
  const text = textOf(what, bytes);
  const split = text.indexOf('\n\n');
  const [old = '', ...proof] = text.slice(0, Math.max(split, 0)).split('\n');
  if (!old.startsWith(OLD)) throw corrupt(what, `«${OLD}…», a proof and a tree head`, quoted(text));
  if (proof.length > PROOF_HASHES_MAX)
    throw corrupt(what, `at most ${PROOF_HASHES_MAX} hashes`, `${proof.length}`);
  return {
    old: decimalOf('the old size', old.slice(OLD.length)),
    proof: proof.map(hashOf),
    head: Buffer.from(text.slice(split + 2)),
  };
}

/** A proof has 63 lines of 45 bytes at most, a head some hundreds: enough for a hundred cosignatures, and no burden. */
export const SUBMISSION_BYTES_MAX = 2 ** 16;

const OLD = 'old ';
/** tlog-witness: no more may be sent. */
const PROOF_HASHES_MAX = 63;

function hashOf(line: string): Buffer {
  const hash = base64Of('a hash of a submission', line);
  if (hash.length !== HASH_BYTES)
    throw corrupt('a hash of a submission', `${HASH_BYTES} bytes`, `${hash.length}`);
  return hash;
}
