/** Signed notes (c2sp.org/signed-note): a text and who signed it,
 *     <text, ends in a newline>
 *     <empty line>
 *     — <key name> base64(4 bytes of key id ‖ signature)          one line for each signature
 *  Signatures of unknown keys are ignored, so that witnesses and new keys can join; one by a known key that fails makes
 *  the whole note worth nothing. Stricter than Go's `note.Open`: base64 has one spelling, and every signature of a known
 *  key is verified, not only its first. */

import { CapstanError } from '../base/errors.ts';
import { base64Of, corrupt, expectReadable, quoted, textOf } from './_strict.ts';
import {
  isKeyName,
  isSignature,
  type KeyKind,
  SIGNATURE_BYTES,
  type SignerKey,
  signMessage,
  type VerifierKey,
} from './key.ts';

/** Go's limit; the specification asks for 16 and more. */
export const SIGNATURES_MAX = 100;

/** The most that Go's `tlog.ParseTree` reads. */
export const NOTE_BYTES_MAX = 1_000_000;

export interface Signature {
  readonly name: string;
  /** Of the key, eight hexadecimal digits. */
  readonly id: string;
  /** What comes after the id: of a cosignature, the time and the signature. */
  readonly bytes: Uint8Array;
}

export interface Note {
  readonly text: string;
  readonly signatures: readonly Signature[];
}

/** A note with the signatures that hold, each beside its key. */
export interface OpenedNote extends Note {
  readonly verified: readonly Verified[];
}

export interface Verified {
  readonly key: VerifierKey;
  readonly signature: Signature;
}

/** The signature of a key of kind «note» under a text. */
export function signText(text: string, key: SignerKey): Signature {
  if (key.kind !== 'note')
    throw new CapstanError(
      'invalid',
      `key ${key.name}: expected one that signs notes, got one for cosignatures`,
    );
  return { name: key.name, id: key.id, bytes: signMessage(key, text) };
}

export function formatNote({ text, signatures }: Note): string {
  const note = `${text}\n${signatures.map(formatSignature).join('')}`;
  expectReadable('a note', () => parseNote(Buffer.from(note)).text === text);
  return note;
}

/** The line of a signature, with its newline: also what a witness answers with. */
export function formatSignature({ name, id, bytes }: Signature): string {
  return `${DASH}${name} ${Buffer.concat([Buffer.from(id, 'hex'), bytes]).toString('base64')}\n`;
}

/** The note without a look at its signatures: nothing of it may be believed. */
export function parseNote(bytes: Uint8Array): Note {
  if (bytes.length > NOTE_BYTES_MAX)
    throw corrupt('a note', `at most ${NOTE_BYTES_MAX} bytes`, `${bytes.length}`);
  const whole = textOf('a note', bytes);
  const split = whole.lastIndexOf('\n\n');
  if (split < 0 || !whole.endsWith('\n')) throw corrupt('a note', 'a text and signatures', quoted(whole));
  return { text: whole.slice(0, split + 1), signatures: parseSignatures(whole.slice(split + 2)) };
}

/** Lines of signatures, at least one. */
export function parseSignatures(text: string): readonly Signature[] {
  const lines = text.split('\n');
  if (lines.pop() !== '' || lines.length === 0) throw corrupt('signatures', 'lines', quoted(text));
  if (lines.length > SIGNATURES_MAX)
    throw corrupt('a note', `at most ${SIGNATURES_MAX} signatures`, `${lines.length}`);
  return lines.map(parseSignature);
}

/** The note, if `required` signed it and no signature of a key that we know fails. */
export function openNote(
  bytes: Uint8Array,
  required: VerifierKey,
  others: readonly VerifierKey[] = [],
): OpenedNote {
  const note = parseNote(bytes);
  const known = byName([required, ...others]);
  const verified = note.signatures.flatMap((signature) => {
    const key = known.get(nameOf(signature));
    if (!key) return [];
    if (!verifies(key, note.text, signature.bytes))
      throw corrupt('a note', `a signature of ${nameOf(key)}`, 'one that does not verify');
    return [{ key, signature }];
  });
  if (!verified.some(({ key }) => nameOf(key) === nameOf(required)))
    throw corrupt(
      'a note',
      `a signature of ${nameOf(required)}`,
      quoted(note.signatures.map(nameOf).join(', ')),
    );
  return { ...note, verified };
}

/** tlog-cosignature: 8 bytes of time in seconds since 1970, then the signature of this. */
export function cosignedText(text: string, time: bigint): string {
  return `cosignature/v1\ntime ${time}\n${text}`;
}

export const TIME_BYTES = 8;

const DASH = '— ';
const ID_BYTES = 4;

/** Whether the bytes are what a key of each kind makes of a text. */
const VERIFIES: { readonly [K in KeyKind]: (key: VerifierKey, text: string, bytes: Buffer) => boolean } = {
  note: isSignature,
  cosignature: (key, text, bytes) =>
    bytes.length === TIME_BYTES + SIGNATURE_BYTES &&
    isSignature(key, cosignedText(text, bytes.readBigUInt64BE()), bytes.subarray(TIME_BYTES)),
};

function verifies(key: VerifierKey, text: string, bytes: Uint8Array): boolean {
  return VERIFIES[key.kind](key, text, Buffer.from(bytes));
}

function parseSignature(line: string): Signature {
  const [, name = '', base64] = /^— ([^ ]+) ([^ ]+)$/.exec(line) ?? [];
  if (base64 === undefined || !isKeyName(name)) throw corrupt('a signature', '— name base64', quoted(line));
  const bytes = base64Of('a signature', base64);
  if (bytes.length <= ID_BYTES) throw corrupt('a signature', 'a key id and more', quoted(base64));
  return { name, id: bytes.toString('hex', 0, ID_BYTES), bytes: bytes.subarray(ID_BYTES) };
}

function nameOf({ name, id }: { readonly name: string; readonly id: string }): string {
  return `${name}+${id}`;
}

/** Two different keys of one name and id cannot be told apart in a note. */
function byName(keys: readonly VerifierKey[]): ReadonlyMap<string, VerifierKey> {
  const known = new Map<string, VerifierKey>();
  for (const key of keys) {
    const other = known.get(nameOf(key));
    if (other && !(other.kind === key.kind && other.publicKey.equals(key.publicKey)))
      throw new CapstanError('invalid', `known keys: expected one ${nameOf(key)}, got two`);
    known.set(nameOf(key), key);
  }
  return known;
}
