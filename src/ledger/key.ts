/** Ed25519 keys of signed notes, in the text forms of C2SP signed-note («vkey») and golang.org/x/mod/sumdb/note:
 *     <name>+hex(id)+base64(type ‖ public key)              PRIVATE+KEY+<name>+hex(id)+base64(type ‖ seed)
 *     id = SHA-256(name ‖ 0x0A ‖ type ‖ public key)[:4]
 *  The type says what is signed, so that a signature of one kind is never taken for one of another. */

import { createPrivateKey, createPublicKey, hash, type KeyObject, sign, verify } from 'node:crypto';
import { CapstanError } from '../base/errors.ts';
import { corrupt, isControl, quoted } from './_strict.ts';

/** A note's text, or a tree head with the time at which a witness saw it (tlog-cosignature). */
export type KeyKind = 'note' | 'cosignature';

/** signed-note, «Signature types». */
const TYPES: { readonly [K in KeyKind]: number } = { note: 0x01, cosignature: 0x04 };

export interface VerifierKey {
  readonly kind: KeyKind;
  readonly name: string;
  /** Eight hexadecimal digits. Short, since it only tells keys apart; what is trusted is the key. */
  readonly id: string;
  readonly publicKey: KeyObject;
}

export interface SignerKey extends VerifierKey {
  /** An object that prints as nothing. */
  readonly privateKey: KeyObject;
}

export const SEED_BYTES = 32;
export const SIGNATURE_BYTES = 64;

/** The key that grows from a seed of 32 secret, random bytes. */
export function signerKey(kind: KeyKind, name: string, seed: Uint8Array): SignerKey {
  if (!isKeyName(name))
    throw new CapstanError('invalid', `a key name: expected no spaces and no «+», got ${quoted(name)}`);
  if (seed.length !== SEED_BYTES)
    throw new CapstanError('invalid', `the seed of a key: expected ${SEED_BYTES} bytes, got ${seed.length}`);
  const privateKey = createPrivateKey({ key: Buffer.concat([PKCS8, seed]), format: 'der', type: 'pkcs8' });
  const publicKey = createPublicKey(privateKey);
  return { kind, name, id: keyId(kind, name, rawPublic(publicKey)), publicKey, privateKey };
}

/** The half of a key that may be shown. */
export function verifierOf({ kind, name, id, publicKey }: SignerKey): VerifierKey {
  return { kind, name, id, publicKey };
}

export function formatVerifierKey({ kind, name, id, publicKey }: VerifierKey): string {
  return `${name}+${id}+${withType(kind, rawPublic(publicKey))}`;
}

/** Its errors do not quote the text: it may be a signer key, in the wrong place. */
export function parseVerifierKey(text: string): VerifierKey {
  const what = 'a verifier key';
  const { name, id, kind, raw } = parseKey(what, text);
  if (keyId(kind, name, raw) !== id) throw corrupt(what, `the id ${keyId(kind, name, raw)}`, id);
  const publicKey = createPublicKey({ key: Buffer.concat([SPKI, raw]), format: 'der', type: 'spki' });
  return { kind, name, id, publicKey };
}

/** Secret. */
export function formatSignerKey({ kind, name, id, privateKey }: SignerKey): string {
  const seed = privateKey.export({ format: 'der', type: 'pkcs8' }).subarray(PKCS8.length);
  return `${PRIVATE}${name}+${id}+${withType(kind, seed)}`;
}

export function parseSignerKey(text: string): SignerKey {
  const what = 'a signer key';
  if (!text.startsWith(PRIVATE)) throw corrupt(what, `${PRIVATE}…`, 'something else');
  const { name, id, kind, raw } = parseKey(what, text.slice(PRIVATE.length));
  const key = signerKey(kind, name, raw);
  if (key.id !== id) throw corrupt(what, `the id ${key.id}`, id);
  return key;
}

/** Ed25519 (RFC 8032) over the message. */
export function signMessage(key: SignerKey, message: string | Uint8Array): Buffer {
  return sign(null, bytesOf(message), key.privateKey);
}

export function isSignature(key: VerifierKey, message: string | Uint8Array, signature: Uint8Array): boolean {
  return signature.length === SIGNATURE_BYTES && verify(null, bytesOf(message), key.publicKey, signature);
}

function bytesOf(message: string | Uint8Array): Uint8Array {
  return typeof message === 'string' ? Buffer.from(message) : message;
}

/** signed-note, «Format»: not empty, no Unicode spaces, no plus; and nothing that a note could not hold. */
export function isKeyName(name: string): boolean {
  return name.isWellFormed() && /^[^\p{White_Space}+]+$/u.test(name) && ![...name].some(isControl);
}

const PRIVATE = 'PRIVATE+KEY+';
const PUBLIC_BYTES = 32;

// RFC 8410: what comes before the 32 bytes of an Ed25519 key in DER.
const PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex');
const SPKI = Buffer.from('302a300506032b6570032100', 'hex');

function keyId(kind: KeyKind, name: string, raw: Uint8Array): string {
  const bytes = Buffer.concat([Buffer.from(`${name}\n`), Buffer.of(TYPES[kind]), raw]);
  return hash('sha256', bytes).slice(0, 8);
}

function rawPublic(key: KeyObject): Buffer {
  return key.export({ format: 'der', type: 'spki' }).subarray(SPKI.length);
}

function withType(kind: KeyKind, raw: Uint8Array): string {
  return Buffer.concat([Buffer.of(TYPES[kind]), raw]).toString('base64');
}

/** Both text forms, without what is private about one. */
function parseKey(what: string, text: string) {
  const [, name = '', id = '', base64 = ''] = /^([^+]*)\+([0-9a-f]{8})\+(.*)$/s.exec(text) ?? [];
  const bytes = Buffer.from(base64, 'base64');
  if (!isKeyName(name) || bytes.toString('base64') !== base64)
    throw corrupt(what, 'name+id+base64', 'something else');
  const kind = (['note', 'cosignature'] as const).find((name) => TYPES[name] === bytes[0]);
  if (!kind) throw corrupt(what, 'type 1 or 4', `${bytes[0]}`);
  if (bytes.length !== 1 + PUBLIC_BYTES) throw corrupt(what, `${PUBLIC_BYTES} bytes`, `${bytes.length - 1}`);
  return { name, id, kind, raw: bytes.subarray(1) };
}
