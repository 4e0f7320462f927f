/** The part of Node's Buffer that src/ledger uses, where there is none: bytes that know hex, base64 and how numbers lie. */

export class Bytes extends Uint8Array {
  static override from(value: unknown, encoding?: unknown, length?: unknown): Bytes {
    if (typeof value === 'string') return decoded(value, (encoding as string | undefined) ?? 'utf8');
    if (value instanceof ArrayBuffer)
      return new Bytes(value, encoding as number | undefined, length as number | undefined);
    return new Bytes(value as ArrayLike<number>);
  }

  static override of(...bytes: number[]): Bytes {
    return new Bytes(bytes);
  }

  static alloc(size: number, fill = 0): Bytes {
    const bytes = new Bytes(size);
    return fill === 0 ? bytes : bytes.fill(fill);
  }

  static allocUnsafe(size: number): Bytes {
    return new Bytes(size);
  }

  static concat(parts: readonly Uint8Array[]): Bytes {
    const whole = new Bytes(parts.reduce((sum, { length }) => sum + length, 0));
    let at = 0;
    for (const part of parts) {
      whole.set(part, at);
      at += part.length;
    }
    return whole;
  }

  static compare(a: Uint8Array, b: Uint8Array): -1 | 0 | 1 {
    const shared = Math.min(a.length, b.length);
    for (let i = 0; i < shared; i++) if (a[i] !== b[i]) return a[i]! < b[i]! ? -1 : 1;
    return Math.sign(a.length - b.length) as -1 | 0 | 1;
  }

  equals(other: Uint8Array): boolean {
    return Bytes.compare(this, other) === 0;
  }

  override toString(encoding = 'utf8', start = 0, end = this.length): string {
    const bytes = this.subarray(start, end);
    if (encoding === 'hex') return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
    if (encoding === 'latin1' || encoding === 'binary') return latin1(bytes);
    if (encoding === 'base64') return btoa(latin1(bytes));
    return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
  }

  /** Latin-1 only. */
  write(text: string, offset: number, length: number, _encoding: 'latin1'): number {
    const count = Math.min(text.length, length, this.length - offset);
    for (let i = 0; i < count; i++) this[offset + i] = text.charCodeAt(i);
    return count;
  }

  readUInt16BE(offset = 0): number {
    return this.#view().getUint16(offset);
  }

  writeUInt16BE(value: number, offset = 0): number {
    this.#view().setUint16(offset, value);
    return offset + 2;
  }

  readBigUInt64BE(offset = 0): bigint {
    return this.#view().getBigUint64(offset);
  }

  writeBigUInt64BE(value: bigint, offset = 0): number {
    this.#view().setBigUint64(offset, value);
    return offset + 8;
  }

  #view(): DataView {
    return new DataView(this.buffer, this.byteOffset, this.length);
  }
}

/** What is not of the encoding ends the bytes early, or leaves none: src/ledger compares what it read with what it writes. */
function decoded(text: string, encoding: string): Bytes {
  if (encoding === 'utf8') return new Bytes(new TextEncoder().encode(text));
  if (encoding === 'latin1' || encoding === 'binary') return ofCharacters(text);
  if (encoding === 'hex') {
    const pairs = /^(?:[0-9a-f]{2})*/i.exec(text)![0];
    return new Bytes((pairs.match(/../g) ?? []).map((pair) => Number.parseInt(pair, 16)));
  }
  try {
    return ofCharacters(atob(text));
  } catch {
    return new Bytes(0);
  }
}

function ofCharacters(text: string): Bytes {
  const bytes = new Bytes(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}

/** As many arguments as a call may have anywhere. */
const CHUNK = 8192;

function latin1(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += CHUNK)
    text += String.fromCharCode(...bytes.subarray(at, at + CHUNK));
  return text;
}

globalThis.Buffer ??= Bytes as unknown as typeof Buffer;
