/** The part of node:crypto that src/ledger uses, in a browser: SHA-256, HMAC and Ed25519 with keys in DER. Vite puts it in the
 *  place of node:crypto, and Buffer comes with it. */

import { ed25519 } from '@noble/curves/ed25519.js';
import { hmac } from '@noble/hashes/hmac.js';
import { sha256, sha512 } from '@noble/hashes/sha2.js';
import { concatBytes } from '@noble/hashes/utils.js';
import { Bytes } from './buffer.ts';

type Data = string | Uint8Array;

export function hash(_algorithm: 'sha256', data: Data, encoding: 'hex' | 'binary' = 'hex'): string {
  return new Bytes(sha256(bytesOf(data))).toString(encoding);
}

export function createHmac(_algorithm: 'sha256', key: Uint8Array) {
  const mac = hmac.create(sha256, plain(key));
  const own = {
    update(data: Data) {
      mac.update(bytesOf(data));
      return own;
    },
    digest: (encoding: 'hex'): string => new Bytes(mac.digest()).toString(encoding),
  };
  return own;
}

/** Of what is public here there is nothing to be told from the time that it takes; it takes the same all the same. */
export function timingSafeEqual(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) throw new RangeError('expected as many bytes on both sides');
  return a.reduce((differs, byte, i) => differs | (byte ^ b[i]!), 0) === 0;
}

// RFC 8410: what comes before the 32 bytes of an Ed25519 key in DER.
const PKCS8 = Bytes.from('302e020100300506032b657004220420', 'hex');
const SPKI = Bytes.from('302a300506032b6570032100', 'hex');
const KEY_BYTES = 32;

/** A key, or half of one. It prints as nothing. */
export class KeyObject {
  readonly type: 'private' | 'public';
  readonly #raw: Uint8Array;

  constructor(type: KeyObject['type'], raw: Uint8Array) {
    this.type = type;
    this.#raw = raw;
  }

  export(_form: { readonly format: 'der'; readonly type: 'pkcs8' | 'spki' }): Bytes {
    return Bytes.concat([this.type === 'private' ? PKCS8 : SPKI, this.#raw]);
  }

  equals(other: KeyObject): boolean {
    return this.type === other.type && Bytes.compare(this.#raw, other.#raw) === 0;
  }

  /** The 32 bytes themselves. */
  static rawOf(key: KeyObject): Uint8Array {
    return key.#raw;
  }
}

interface Der {
  readonly key: Uint8Array;
  readonly format: 'der';
  readonly type: 'pkcs8' | 'spki';
}

export function createPrivateKey({ key }: Der): KeyObject {
  return new KeyObject('private', rawIn(key, PKCS8));
}

export function createPublicKey(key: KeyObject | Der): KeyObject {
  return key instanceof KeyObject
    ? new KeyObject('public', ed25519.getPublicKey(KeyObject.rawOf(key)))
    : new KeyObject('public', rawIn(key.key, SPKI));
}

export function sign(_algorithm: null, data: Uint8Array, key: KeyObject): Bytes {
  return new Bytes(ed25519.sign(plain(data), KeyObject.rawOf(key)));
}

/** RFC 8032 §5.1.7 without the cofactor, as OpenSSL has it: S·B − k·A, written down, is R to the byte. */
export function verify(_algorithm: null, data: Uint8Array, key: KeyObject, signature: Uint8Array): boolean {
  const { Point } = ed25519;
  const given = plain(signature);
  if (given.length !== 2 * KEY_BYTES) return false;
  const [r, raw] = [given.subarray(0, KEY_BYTES), KeyObject.rawOf(key)];
  try {
    const s = littleEndian(given.subarray(KEY_BYTES));
    if (s >= Point.Fn.ORDER) return false;
    const k = littleEndian(sha512(concatBytes(r, raw, plain(data)))) % Point.Fn.ORDER;
    const found = Point.BASE.multiplyUnsafe(s).subtract(Point.fromBytes(raw, true).multiplyUnsafe(k));
    return Bytes.compare(found.toBytes(), r) === 0;
  } catch {
    return false; // a key that is no point
  }
}

function littleEndian(bytes: Uint8Array): bigint {
  return bytes.reduceRight((number, byte) => number * 256n + BigInt(byte), 0n);
}

function rawIn(der: Uint8Array, head: Uint8Array): Uint8Array {
  if (der.length !== head.length + KEY_BYTES || Bytes.compare(der.subarray(0, head.length), head) !== 0)
    throw new TypeError('expected an Ed25519 key in DER');
  return Uint8Array.from(der.subarray(head.length));
}

function bytesOf(data: Data): Uint8Array {
  return typeof data === 'string' ? new TextEncoder().encode(data) : plain(data);
}

/** Noble wants to be given nothing but Uint8Array itself. */
function plain(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(bytes.buffer as ArrayBuffer, bytes.byteOffset, bytes.length);
}
