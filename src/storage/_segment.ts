/** One segment of a journal as bytes, all numbers little-endian:
 *     segment = header frame …        header = magic (8) version (4) first sequence number (8) CRC-32 of these (4)
 *     frame   = word (4) CRC-32 (4) payload        word = length of the payload, and bit 31 on a group's first frame
 *  The CRC-32 of a frame is of its place, its word and its payload, and starts from the header's. So no byte of a
 *  segment can change without a check that fails, a frame is valid only where it was written, and zeros are no frame. */

import { crc32 } from 'node:zlib';

export const HEADER_BYTES = 24;
/** What a frame adds to its payload. */
export const FRAME_BYTES = 8;
/** Keeps a length apart from the mark in bit 31, and makes most words of a torn frame impossible ones. */
export const RECORD_BYTES_MAX = 2 ** 24 - 1;

const MAGIC = 'CAPSTANJ';
const VERSION = 1;
const FIRST_OF_GROUP = 2 ** 31;

export interface Header {
  /** Sequence number of the segment's first record. */
  readonly first: number;
  /** Where the checks of its frames start from. */
  readonly seed: number;
}

export function encodeHeader(first: number): Buffer {
  const bytes = Buffer.alloc(HEADER_BYTES);
  bytes.write(MAGIC, 'latin1');
  bytes.writeUInt32LE(VERSION, 8);
  bytes.writeBigUInt64LE(BigInt(first), 12);
  bytes.writeUInt32LE(crc32(bytes.subarray(0, 20)), 20);
  return bytes;
}

/** The header, or what is wrong with it. */
export function decodeHeader(bytes: Buffer): Header | string {
  if (bytes.length < HEADER_BYTES) return `expected a header of ${HEADER_BYTES} bytes, got ${bytes.length}`;
  const magic = bytes.toString('latin1', 0, 8);
  if (magic !== MAGIC) return `expected «${MAGIC}», got ${JSON.stringify(magic)}`;
  const [checked, seed] = [crc32(bytes.subarray(0, 20)), bytes.readUInt32LE(20)];
  if (checked !== seed) return `expected a header with CRC-32 ${seed}, got ${checked}`;
  const version = bytes.readUInt32LE(8);
  if (version !== VERSION) return `expected version ${VERSION}, got ${version}`;
  return { first: Number(bytes.readBigUInt64LE(12)), seed };
}

/** The frames of one group, to be written at that place. */
export function encodeGroup(records: readonly Uint8Array[], place: number, seed: number): Buffer {
  const bytes = Buffer.allocUnsafe(records.reduce((sum, { length }) => sum + FRAME_BYTES + length, 0));
  let at = 0;
  for (const record of records) {
    const word = at === 0 ? record.length + FIRST_OF_GROUP : record.length;
    bytes.writeUInt32LE(word, at);
    bytes.writeUInt32LE(checkOf(record, word, place + at, seed), at + 4);
    bytes.set(record, at + FRAME_BYTES);
    at += FRAME_BYTES + record.length;
  }
  return bytes;
}

/** The payload of the frame at that place, or what is wrong with it. */
export function decodeFrame(bytes: Buffer, place: number, seed: number): Buffer | string {
  const room = bytes.length - place - FRAME_BYTES;
  if (room < 0) return `expected a frame, got ${bytes.length - place} bytes`;
  const word = bytes.readUInt32LE(place);
  const length = word % FIRST_OF_GROUP;
  if (length === 0 || length > Math.min(room, RECORD_BYTES_MAX))
    return `expected a record of 1 to ${Math.min(room, RECORD_BYTES_MAX)} bytes, got ${length}`;
  const payload = bytes.subarray(place + FRAME_BYTES, place + FRAME_BYTES + length);
  const [stored, checked] = [bytes.readUInt32LE(place + 4), checkOf(payload, word, place, seed)];
  return stored === checked ? payload : `expected a frame with CRC-32 ${stored}, got ${checked}`;
}

/** Where after that place a whole frame begins a group. */
export function groupAfter(bytes: Buffer, place: number, seed: number): number | undefined {
  for (let at = place + 1; at + FRAME_BYTES < bytes.length; at++) {
    const begins = bytes[at + 3] === FIRST_OF_GROUP / 2 ** 24; // of the lengths' bits none is in this byte
    if (begins && typeof decodeFrame(bytes, at, seed) !== 'string') return at;
  }
  return undefined;
}

function checkOf(payload: Uint8Array, word: number, place: number, seed: number): number {
  return crc32(payload, checkOfWord(place, checkOfWord(word, seed)));
}

/** CRC-32 of four bytes, little-endian: a call of zlib's takes longer than the few steps here. */
function checkOfWord(word: number, seed: number): number {
  let check = ~seed;
  for (let shift = 0; shift < 32; shift += 8)
    check = (check >>> 8) ^ TABLE[(check ^ (word >>> shift)) & 255]!;
  return ~check >>> 0;
}

/** What the CRC-32 of zlib (ISO 3309) makes of each byte. */
const TABLE = Int32Array.from({ length: 256 }, (_, byte) => {
  let check = byte;
  for (let bit = 0; bit < 8; bit++) check = (check >>> 1) ^ (check % 2 === 0 ? 0 : 0xedb88320);
  return check;
});
