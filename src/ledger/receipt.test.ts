import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CapstanError } from '../base/errors.ts';
import { cosign, formatHead, parseHead, signHead } from './head.ts';
import { signerKey } from './key.ts';
import { formatNote, parseNote } from './note.ts';
import { rootAt } from './proof.ts';
import { formatReceipt, makeReceipt, parseReceipt, verifyReceipt } from './receipt.ts';
import { grow, tilePath, tileReader } from './tile.ts';

const LOG = signerKey('note', 'example.com/log', Buffer.alloc(32, 1));
const WITNESS = signerKey('cosignature', 'witness.example/1', Buffer.alloc(32, 2));
const TIME = 1_700_000_000;
const SIZE = 300;
const ENTRIES = Array.from({ length: SIZE }, (_, i) => Buffer.from(`entry ${i}`));
const files = new Map(
  Array.from(
    grow(0, ENTRIES, () => undefined),
    ({ tile, bytes }) => [tilePath(tile), bytes],
  ),
);
const corrupt = expect.objectContaining({ code: 'corrupt' });

// A receipt of an older tree is made from the tiles of the newer one.
const READER = tileReader(SIZE, (path) => files.get(path));

function signedAt(size: number): string {
  const text = formatHead({ origin: LOG.name, size, root: rootAt(size, READER), extensions: [] });
  const { signatures } = parseNote(Buffer.from(signHead(parseHead(text), LOG)));
  return formatNote({ text, signatures: [...signatures, cosign(text, WITNESS, TIME)] });
}

const HEADS = new Map([1, 2, 3, 17, 256, 257, SIZE].map((size) => [size, signedAt(size)]));
const place = fc
  .constantFrom(...HEADS.keys())
  .chain((size) => fc.record({ size: fc.constant(size), index: fc.nat(size - 1) }));

describe('a receipt', () => {
  test('made, written, read and verified tells of its head, and only for its entry', () => {
    const extra = fc.option(fc.uint8Array({ minLength: 1 }), { nil: undefined });
    fc.assert(
      fc.property(place, extra, ({ size, index }, more) => {
        const made = makeReceipt(index, HEADS.get(size)!, READER, more);
        const written = formatReceipt(made);
        const read = parseReceipt(Buffer.from(written));
        expect(formatReceipt(read)).toBe(written);
        expect(read.extra && Uint8Array.from(read.extra)).toEqual(more);
        const head = verifyReceipt(read, ENTRIES[index]!, LOG, [WITNESS]);
        expect(head).toMatchObject({ origin: LOG.name, size, cosignatures: [{ time: TIME }] });
        expect(() => verifyReceipt(read, Buffer.from('another'), LOG)).toThrow(corrupt);
      }),
    );
  });

  test('has the lines of tlog-proof, in its order', () => {
    const receipt = makeReceipt(1, HEADS.get(3)!, READER, Buffer.from('why'));
    const hashes = receipt.proof.map((hash) => Buffer.from(hash).toString('base64'));
    expect(hashes).toHaveLength(2);
    expect(formatReceipt(receipt)).toBe(
      `c2sp.org/tlog-proof@v1\nextra d2h5\nindex 1\n${hashes[0]}\n${hashes[1]}\n\n${HEADS.get(3)}`,
    );
    const only = makeReceipt(0, HEADS.get(1)!, READER);
    expect(formatReceipt(only)).toBe(`c2sp.org/tlog-proof@v1\nindex 0\n\n${HEADS.get(1)}`);
  });

  test('with a bit changed in any byte is refused, unless a witness is named there', () => {
    const bytes = Buffer.from(formatReceipt(makeReceipt(200, HEADS.get(SIZE)!, READER)));
    for (let at = 0; at < bytes.length; at++) {
      const other = Buffer.from(bytes);
      other[at]! ^= 1 << (at & 7);
      const verified = attempt(() => {
        const read = parseReceipt(other);
        return [read, verifyReceipt(read, ENTRIES[200]!, LOG, [WITNESS])] as const;
      });
      // The name or id of a witness is its own: changed, it is a witness that we do not know.
      if (verified) expect(verified[1].cosignatures).toEqual([]);
    }
  });

  test('of another index is refused, and so is one with a proof or head of another', () => {
    const receipt = makeReceipt(5, HEADS.get(17)!, READER);
    for (let index = 0; index < 18; index++)
      if (index !== 5) expect(() => verifyReceipt({ ...receipt, index }, ENTRIES[5]!, LOG)).toThrow(corrupt);
    const { proof } = makeReceipt(5, HEADS.get(256)!, READER);
    expect(() => verifyReceipt({ ...receipt, proof }, ENTRIES[5]!, LOG)).toThrow(corrupt);
    expect(() => verifyReceipt({ ...receipt, head: HEADS.get(256)! }, ENTRIES[5]!, LOG)).toThrow(corrupt);
    const stranger = signerKey('note', LOG.name, Buffer.alloc(32, 9));
    expect(() => verifyReceipt(receipt, ENTRIES[5]!, stranger)).toThrow(corrupt);
  });

  const head = HEADS.get(1)!;
  test.each([
    ['nothing', ''],
    ['another version', `c2sp.org/tlog-proof@v2\nindex 0\n\n${head}`],
    ['no index', `c2sp.org/tlog-proof@v1\n\n${head}`],
    ['an index with leading zeros', `c2sp.org/tlog-proof@v1\nindex 00\n\n${head}`],
    ['an index below 0', `c2sp.org/tlog-proof@v1\nindex -1\n\n${head}`],
    ['the index before the extra', `c2sp.org/tlog-proof@v1\nindex 0\nextra d2h5\n\n${head}`],
    ['two extras', `c2sp.org/tlog-proof@v1\nextra d2h5\nextra d2h5\nindex 0\n\n${head}`],
    ['an empty extra', `c2sp.org/tlog-proof@v1\nextra \nindex 0\n\n${head}`],
    ['an extra in another spelling', `c2sp.org/tlog-proof@v1\nextra d2h=\nindex 0\n\n${head}`],
    ['a short hash', `c2sp.org/tlog-proof@v1\nindex 0\nd2h5\n\n${head}`],
    ['a hash too many', `c2sp.org/tlog-proof@v1\nindex 0\n${Buffer.alloc(32).toString('base64')}\n\n${head}`],
    [
      '54 hashes',
      `c2sp.org/tlog-proof@v1\nindex 0\n${`${Buffer.alloc(32).toString('base64')}\n`.repeat(54)}\n${head}`,
    ],
    ['no empty line', `c2sp.org/tlog-proof@v1\nindex 0\n${head}`],
    ['carriage returns', `c2sp.org/tlog-proof@v1\r\nindex 0\r\n\r\n${head}`],
    ['no head', 'c2sp.org/tlog-proof@v1\nindex 0\n\n'],
  ])('with %s is refused', (_, text) => {
    expect(() => verifyReceipt(parseReceipt(Buffer.from(text)), ENTRIES[0]!, LOG)).toThrow(corrupt);
  });

  test('of garbage is refused, and never by another error', () => {
    const line = fc.oneof(
      fc.string(),
      fc.constantFrom('index 0', 'extra d2h5', '', Buffer.alloc(32).toString('base64'), head),
    );
    fc.assert(
      fc.property(fc.array(line, { maxLength: 6 }), fc.boolean(), (lines, begun) => {
        const bytes = Buffer.from(`${begun ? 'c2sp.org/tlog-proof@v1\n' : ''}${lines.join('\n')}`);
        const read = attempt(() => parseReceipt(bytes));
        if (read) expect(attempt(() => formatReceipt(read)) ?? bytes.toString()).toBe(bytes.toString());
        if (read) attempt(() => verifyReceipt(read, Buffer.from('nothing of this log'), LOG));
      }),
      { numRuns: 1000 },
    );
  });
});

function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    expect(error).toBeInstanceOf(CapstanError);
    return undefined;
  }
}
