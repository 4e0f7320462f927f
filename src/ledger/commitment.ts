/** Commitments to content that may have to be erased: the ledger keeps a keyed hash, the content and its salt lie elsewhere.
 *      c = HMAC-SHA-256(salt, "capstan-commitment-v1" ‖ 0 ‖ kind ‖ 0 ‖ field ‖ 0 ‖ seq ‖ 0 ‖ content)
 *  RFC 2104, with 32 bytes of salt drawn afresh for every field of every entry. Without the salt nobody can tell a short
 *  answer by trying all of them; once salt and content are gone, the entry and all proofs of it stand as before. */

import { createHmac, timingSafeEqual } from 'node:crypto';
import { CapstanError } from '../base/errors.ts';
import type { Committed, Kind } from './entry.ts';

/** In bytes. */
export const SALT = 32;
const DOMAIN = 'capstan-commitment-v1';

/** Where the content belongs: it cannot be moved to another field or entry. */
export interface Place {
  readonly kind: Kind;
  readonly seq: number;
  readonly field: string;
}

export function commit({ kind, seq, field }: Place, content: Uint8Array, salt: Uint8Array): Committed {
  if (salt.length !== SALT)
    throw new CapstanError('invalid', `salt: expected ${SALT} bytes, got ${salt.length}`);
  // No part but the last may hold a zero byte: kinds, fields and numbers are printable.
  if (field.includes('\0'))
    throw new CapstanError('invalid', 'field of a commitment: expected no zero character');
  const hmac = createHmac('sha256', salt);
  for (const part of [DOMAIN, kind, field, String(seq)]) hmac.update(part).update('\0');
  return { field, commitment: hmac.update(content).digest('hex'), bytes: content.length };
}

/** Throws «corrupt» unless this is the content that was committed to. */
export function verifyCommitment(
  place: Omit<Place, 'field'>,
  committed: Committed,
  content: Uint8Array,
  salt: Uint8Array,
): void {
  const found = commit({ ...place, field: committed.field }, content, salt);
  const [own, given] = [found.commitment, committed.commitment].map((hex) => Buffer.from(hex, 'hex'));
  if (own!.length === given!.length && timingSafeEqual(own!, given!) && found.bytes === committed.bytes)
    return;
  throw new CapstanError(
    'corrupt',
    `entry ${place.seq}, «${committed.field}»: expected the content that was committed to, it was altered`,
  );
}
