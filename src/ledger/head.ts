/** The tree head: what a log says of all that it holds, in a signed note. C2SP calls it a checkpoint
 *  (c2sp.org/tlog-checkpoint); in this code that word means weights. Its text is
 *     <origin>\n<size>\n<base64 of the root>\n                    and extension lines, opaque and not recommended
 *  Witnesses add cosignatures (c2sp.org/tlog-cosignature): that at this time it was the largest tree they had seen, and
 *  that it extends all they had seen before. */

import { CapstanError, expectInteger } from '../base/errors.ts';
import { base64Of, corrupt, decimalOf, expectReadable, quoted } from './_strict.ts';
import { type SignerKey, signMessage, type VerifierKey } from './key.ts';
import { cosignedText, formatNote, openNote, type Signature, signText, TIME_BYTES } from './note.ts';
import { HASH_BYTES, type Tree } from './proof.ts';

export interface TreeHead extends Tree {
  /** Which log: the name of its key. */
  readonly origin: string;
  readonly extensions: readonly string[];
}

/** A witness and when it saw the head, in seconds since 1970. */
export interface Cosignature {
  readonly key: VerifierKey;
  readonly time: number;
}

export interface OpenedHead extends TreeHead {
  readonly cosignatures: readonly Cosignature[];
}

/** The text that is signed. */
export function formatHead({ origin, size, root, extensions }: TreeHead): string {
  const text = [origin, size, Buffer.from(root).toString('base64'), ...extensions, ''].join('\n');
  expectReadable('a tree head', () => {
    const read = parseHead(text);
    return read.origin === origin && read.size === size && read.extensions.length === extensions.length;
  });
  return text;
}

/** The head in a note's text; nothing of it may be believed before the note is opened. */
export function parseHead(text: string): TreeHead {
  const what = 'a tree head';
  const [origin = '', size = '', base64 = '', ...rest] = text.split('\n');
  const extensions = rest.slice(0, -1);
  if (rest.at(-1) !== '' || origin === '' || extensions.includes(''))
    throw corrupt(what, 'lines of origin, size, root and more, none empty', quoted(text));
  const root = base64Of(what, base64);
  if (root.length !== HASH_BYTES) throw corrupt(what, `a root of ${HASH_BYTES} bytes`, quoted(base64));
  return { origin, size: decimalOf(what, size), root, extensions };
}

/** The head as a note, signed by the key of its log. */
export function signHead(head: TreeHead, log: SignerKey): string {
  if (log.name !== head.origin)
    throw new CapstanError(
      'invalid',
      `the key of ${quoted(head.origin)}: expected its name, got «${log.name}»`,
    );
  const text = formatHead(head);
  return formatNote({ text, signatures: [signText(text, log)] });
}

/** The head, if the log signed it and no witness that we know signed it wrongly. How many must have signed it is the
 *  caller's to decide. */
export function openHead(
  note: Uint8Array,
  log: VerifierKey,
  witnesses: readonly VerifierKey[] = [],
): OpenedHead {
  const { text, verified } = openNote(note, log, witnesses);
  const head = parseHead(text);
  if (head.origin !== log.name) throw corrupt('a tree head', `the origin «${log.name}»`, quoted(head.origin));
  const cosignatures = verified
    .filter(({ key }) => key.kind === 'cosignature')
    .map(({ key, signature }) => ({ key, time: timeOf(signature) }));
  return { ...head, cosignatures };
}

/** A witness's signature under the text of a head: the caller has seen that it extends what the witness saw before. */
export function cosign(text: string, witness: SignerKey, time: number): Signature {
  if (witness.kind !== 'cosignature')
    throw new CapstanError(
      'invalid',
      `key ${witness.name}: expected one for cosignatures, got one for notes`,
    );
  expectInteger('the time of a cosignature', time, 0, Number.MAX_SAFE_INTEGER);
  parseHead(text);
  const seconds = Buffer.alloc(TIME_BYTES);
  seconds.writeBigUInt64BE(BigInt(time));
  const signature = signMessage(witness, cosignedText(text, BigInt(time)));
  return { name: witness.name, id: witness.id, bytes: Buffer.concat([seconds, signature]) };
}

/** The specification allows 2^63 − 1; what is above 2^53 − 1 is 285 million years away. */
function timeOf({ bytes }: Signature): number {
  const time = Number(Buffer.from(bytes).readBigUInt64BE());
  if (!Number.isSafeInteger(time))
    throw corrupt('a cosignature', `a time up to ${Number.MAX_SAFE_INTEGER}`, `${time}`);
  return time;
}
