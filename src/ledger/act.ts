/** What a person signs who acts: the whole entry, and where it stands.
 *      capstan-act-v1
 *      <origin of the log>
 *      <root of the entries before it, 64 hexadecimal digits>
 *      <the entry without its signatures, as canonical JSON>
 *  each line with its newline. The entry has its number, and the root has all that went before: the signature holds at
 *  this place of this history and nowhere else, so there is nothing that could be replayed, and it needs no nonce. */

import { canonical, type Json } from '../base/canonical.ts';
import { CapstanError } from '../base/errors.ts';
import type { ActSignature, Entry } from './entry.ts';
import { isSignature, type SignerKey, signMessage, type VerifierKey } from './key.ts';

/** Where an entry stands. */
export interface Place {
  readonly origin: string;
  /** Of the entries before it, in hex. */
  readonly root: string;
}

/** The text that is signed; signatures that the entry has already are no part of it. */
export function actText({ origin, root }: Place, { signed: _, ...said }: Entry): string {
  return `capstan-act-v1\n${origin}\n${root}\n${canonical(said as unknown as Json)}\n`;
}

/** The entry with a signature by each of these keys. */
export function signAct(place: Place, entry: Entry, keys: readonly SignerKey[]): Entry {
  const stranger = keys.find(({ kind }) => kind !== 'note');
  if (stranger)
    throw new CapstanError('invalid', `key ${stranger.name}: expected one that signs notes, got a witness's`);
  const text = actText(place, entry);
  const signed = keys.map(
    (key): ActSignature => ({ key: keyNameOf(key), signature: signMessage(key, text).toString('base64') }),
  );
  return { ...entry, signed };
}

export function isActSignature(
  place: Place,
  entry: Entry,
  key: VerifierKey,
  { signature }: ActSignature,
): boolean {
  return key.kind === 'note' && isSignature(key, actText(place, entry), Buffer.from(signature, 'base64'));
}

/** As signatures name it. */
export function keyNameOf({ name, id }: VerifierKey): string {
  return `${name}+${id}`;
}
