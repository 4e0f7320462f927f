/** A receipt: that an entry is in a log, for someone who has neither the log nor a network (c2sp.org/tlog-proof, files
 *  `.tlog-proof`). It is
 *     c2sp.org/tlog-proof@v1\n
 *     [extra <base64>\n]                                         opaque, not authenticated
 *     index <decimal>\n
 *     <base64 of a hash>\n …                                     the inclusion proof, RFC 6962 §2.1.1
 *     \n
 *     <the signed tree head, byte for byte> */

import { base64Of, corrupt, decimalOf, expectReadable, quoted, textOf } from './_strict.ts';
import { type OpenedHead, openHead, parseHead } from './head.ts';
import type { VerifierKey } from './key.ts';
import { leafHash } from './merkle.ts';
import { NOTE_BYTES_MAX, parseNote } from './note.ts';
import { HASH_BYTES, type HashReader, proveInclusion, verifyInclusion } from './proof.ts';

export interface Receipt {
  readonly index: number;
  readonly proof: readonly Uint8Array[];
  /** The signed note of the tree head. */
  readonly head: string;
  /** What the receipt's maker wants to say beside it; anybody may change it. */
  readonly extra?: Uint8Array;
}

/** The receipt of entry `index` in the tree of a signed head. */
export function makeReceipt(index: number, head: string, reader: HashReader, extra?: Uint8Array): Receipt {
  const { size } = parseHead(parseNote(Buffer.from(head)).text);
  const proof = proveInclusion(index, size, reader);
  return extra ? { index, proof, head, extra } : { index, proof, head };
}

export function formatReceipt({ index, proof, head, extra }: Receipt): string {
  const lines = [
    FIRST_LINE,
    ...(extra ? [`${EXTRA}${base64(extra)}`] : []),
    `${INDEX}${index}`,
    ...proof.map(base64),
  ];
  const text = `${lines.join('\n')}\n\n${head}`;
  expectReadable('a receipt', () => parseReceipt(Buffer.from(text)).head === head);
  return text;
}

/** The receipt without a look at what it proves. */
export function parseReceipt(bytes: Uint8Array): Receipt {
  const what = 'a receipt';
  if (bytes.length > RECEIPT_BYTES_MAX)
    throw corrupt(what, `at most ${RECEIPT_BYTES_MAX} bytes`, `${bytes.length}`);
  const text = textOf(what, bytes);
  const split = text.indexOf('\n\n');
  const [first = '', ...lines] = text.slice(0, Math.max(split, 0)).split('\n');
  if (first !== FIRST_LINE) throw corrupt(what, `«${FIRST_LINE}», lines and a tree head`, quoted(text));
  const extra = lines[0]?.startsWith(EXTRA)
    ? base64Of('the extra of a receipt', lines.shift()!.slice(EXTRA.length))
    : undefined;
  if (extra?.length === 0) throw corrupt(what, 'an extra or no line of it', 'an empty one');
  const index = lines.shift() ?? '';
  if (!index.startsWith(INDEX)) throw corrupt(what, `«${INDEX}…»`, quoted(index));
  if (lines.length > PROOF_HASHES_MAX)
    throw corrupt(what, `at most ${PROOF_HASHES_MAX} hashes`, `${lines.length}`);
  const receipt = {
    index: decimalOf('the index of a receipt', index.slice(INDEX.length)),
    proof: lines.map(hashOf),
    head: text.slice(split + 2),
  };
  return extra ? { ...receipt, extra } : receipt;
}

/** Throws unless the receipt shows that the log of this key holds the entry; then it gives the head and its witnesses. */
export function verifyReceipt(
  { index, proof, head }: Receipt,
  entry: Uint8Array,
  log: VerifierKey,
  witnesses: readonly VerifierKey[] = [],
): OpenedHead {
  const opened = openHead(Buffer.from(head), log, witnesses);
  verifyInclusion(proof, index, leafHash(entry), opened);
  return opened;
}

const FIRST_LINE = 'c2sp.org/tlog-proof@v1';
const EXTRA = 'extra ';
const INDEX = 'index ';

/** A path in a tree of 2^53 leaves, the largest that has a head here. */
const PROOF_HASHES_MAX = 53;

/** A note and as much again: an entry that may come as the extra has 64 KiB at most. */
const RECEIPT_BYTES_MAX = 2 * NOTE_BYTES_MAX;

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}

function hashOf(line: string): Buffer {
  const hash = base64Of('a hash of a receipt', line);
  if (hash.length !== HASH_BYTES)
    throw corrupt('a hash of a receipt', `${HASH_BYTES} bytes`, `${hash.length}`);
  return hash;
}
