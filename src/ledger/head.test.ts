import { createHash, createPublicKey, verify } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CapstanError } from '../base/errors.ts';
import { cosign, formatHead, openHead, parseHead, signHead, type TreeHead } from './head.ts';
import { formatVerifierKey, parseVerifierKey, signerKey } from './key.ts';
import { formatNote, formatSignature, parseNote, parseSignatures } from './note.ts';

const LOG = signerKey('note', 'example.com/log', Buffer.alloc(32, 1));
const WITNESSES = [2, 3].map((n) => signerKey('cosignature', `witness.example/${n}`, Buffer.alloc(32, n)));
const ROOT = Buffer.from('CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=', 'base64');
const corrupt = expect.objectContaining({ code: 'corrupt' });
const invalid = expect.objectContaining({ code: 'invalid' });

// The examples of C2SP tlog-checkpoint and tlog-cosignature: their keys are not published, the layout is.
const EXAMPLE = 'example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n';
const EXAMPLE_NOTE = `${EXAMPLE}
— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=
— witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==
`;

const line = fc.stringMatching(/^[!-~é ]{1,20}$/u);
const head: fc.Arbitrary<TreeHead> = fc.record({
  origin: line,
  size: fc.maxSafeNat(),
  root: fc.uint8Array({ minLength: 32, maxLength: 32 }),
  extensions: fc.array(line, { maxLength: 3 }),
});

describe('the text of a head', () => {
  test('read again is the head it was made of', () => {
    fc.assert(
      fc.property(head, (made) => {
        const read = parseHead(formatHead(made));
        expect({ ...read, root: Uint8Array.from(read.root) }).toEqual(made);
      }),
    );
  });

  test('is that of the example of tlog-checkpoint', () => {
    const made = { origin: 'example.com/behind-the-sofa', size: 20852163, root: ROOT, extensions: [] };
    expect(formatHead(made)).toBe(EXAMPLE);
    expect(parseHead(parseNote(Buffer.from(EXAMPLE_NOTE)).text)).toEqual(made);
  });

  test.each([
    '',
    '\n',
    EXAMPLE.slice(0, -1),
    EXAMPLE.replace('example.com/behind-the-sofa', ''),
    EXAMPLE.replace('20852163', '020852163'),
    EXAMPLE.replace('20852163', '+20852163'),
    EXAMPLE.replace('20852163', '0x10'),
    EXAMPLE.replace('20852163', '1e3'),
    EXAMPLE.replace('20852163', '-0'),
    EXAMPLE.replace('20852163', ' 20852163'),
    EXAMPLE.replace('20852163', '9007199254740992'),
    EXAMPLE.replace('20852163', ''),
    EXAMPLE.replace('q2I=', 'q2J='),
    EXAMPLE.replace('q2I=', 'q2I'),
    EXAMPLE.replace('CsUY', ''),
    `${EXAMPLE}\n`,
    `${EXAMPLE}\nextension\n`,
    EXAMPLE.split('\n').slice(0, 2).join('\n'),
  ])('%j is refused', (text) => {
    expect(() => parseHead(text)).toThrow(corrupt);
  });

  test('of garbage is refused, or written again is the same text', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(line, fc.constantFrom('', '0', ROOT.toString('base64'))), { maxLength: 6 }),
        (lines) => {
          const text = lines.join('\n');
          const read = attempt(() => parseHead(text));
          if (read) expect(formatHead(read)).toBe(text);
        },
      ),
      { numRuns: 2000 },
    );
  });

  test.each([
    { origin: '' },
    { origin: 'a\nb' },
    { size: -1 },
    { size: 0.5 },
    { root: ROOT.subarray(1) },
    { extensions: [''] },
    { extensions: ['a\nb'] },
  ])('that would be refused is not written: %j', (change) => {
    const made = { origin: 'o', size: 5, root: ROOT, extensions: [], ...change };
    expect(() => formatHead(made)).toThrow(invalid);
  });
});

const HEAD: TreeHead = { origin: LOG.name, size: 7, root: ROOT, extensions: [] };

describe('a signed head', () => {
  test('opens with the key of its log, and with no other', () => {
    const note = Buffer.from(signHead(HEAD, LOG));
    expect(openHead(note, LOG)).toEqual({ ...HEAD, cosignatures: [] });
    const other = signerKey('note', LOG.name, Buffer.alloc(32, 9));
    expect(() => openHead(note, other)).toThrow(corrupt);
    expect(() => openHead(note, { ...other, id: LOG.id })).toThrow(corrupt);
  });

  test('is of the log that its key names', () => {
    expect(() => signHead({ ...HEAD, origin: 'example.com/other' }, LOG)).toThrow(invalid);
    // As a key might sign that is used for two logs.
    const text = formatHead({ ...HEAD, origin: 'example.com/other' });
    const renamed = Buffer.from(
      signHead({ ...HEAD, origin: 'example.com/other' }, { ...LOG, name: 'example.com/other' }),
    );
    const signatures = parseNote(renamed).signatures.map((signature) => ({ ...signature, name: LOG.name }));
    expect(() => openHead(Buffer.from(formatNote({ text, signatures })), LOG)).toThrow(corrupt);
  });

  test('with any bit changed is refused', () => {
    const note = Buffer.from(signHead(HEAD, LOG));
    for (let bit = 0; bit < note.length * 8; bit++) {
      const other = Buffer.from(note);
      other[bit >> 3]! ^= 1 << (bit & 7);
      expect(attempt(() => openHead(other, LOG))).toBeUndefined();
    }
  });
});

describe('a cosignature', () => {
  const text = formatHead(HEAD);
  const TIME = 1_679_315_147;
  const cosigned = (time = TIME) => {
    const { signatures } = parseNote(Buffer.from(signHead(HEAD, LOG)));
    return Buffer.from(
      formatNote({ text, signatures: [...signatures, ...WITNESSES.map((each) => cosign(text, each, time))] }),
    );
  };

  test('of every witness that is known is told with its time, and others are not looked at', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), (time) => {
        const note = cosigned(time);
        const told = (known: typeof WITNESSES) =>
          openHead(note, LOG, known).cosignatures.map((each) => ({ name: each.key.name, time: each.time }));
        expect(told(WITNESSES)).toEqual(WITNESSES.map(({ name }) => ({ name, time })));
        expect(told(WITNESSES.slice(1))).toEqual([{ name: 'witness.example/3', time }]);
        expect(told([])).toEqual([]);
      }),
      { numRuns: 20 },
    );
  });

  test('is what tlog-cosignature says, recomputed without our code', () => {
    const { id, bytes, name } = cosign(text, WITNESSES[0]!, TIME);
    const key = Buffer.from(formatVerifierKey(WITNESSES[0]!).split('+').slice(2).join('+'), 'base64');
    expect(key[0]).toBe(4);
    const message = Buffer.concat([Buffer.from(`${name}\n`), key]);
    expect(createHash('sha256').update(message).digest('hex').slice(0, 8)).toBe(id);
    expect(Buffer.from(bytes).readBigUInt64BE()).toBe(BigInt(TIME));
    const publicKey = createPublicKey({
      key: { kty: 'OKP', crv: 'Ed25519', x: key.subarray(1).toString('base64url') },
      format: 'jwk',
    });
    const signed = Buffer.from(`cosignature/v1\ntime ${TIME}\n${text}`);
    expect(verify(null, signed, publicKey, bytes.subarray(8))).toBe(true);
  });

  test('has the layout of the example of tlog-cosignature: its time is 1679315147', () => {
    const [, witness] = parseNote(Buffer.from(EXAMPLE_NOTE)).signatures;
    expect(witness).toMatchObject({ name: 'witness.example.com/w1', id: '8d66cf3f' });
    expect(witness!.bytes).toHaveLength(72);
    expect(Buffer.from(witness!.bytes).readBigUInt64BE()).toBe(1679315147n);
  });

  test('is also a line of its own, as a witness answers', () => {
    const signature = cosign(text, WITNESSES[0]!, TIME);
    const [read] = parseSignatures(formatSignature(signature));
    expect({ ...read, bytes: Buffer.from(read!.bytes) }).toEqual(signature);
  });

  test('at another time, of another head, or cut short is refused', () => {
    const note = parseNote(cosigned());
    const withLast = (change: (bytes: Buffer) => Uint8Array) => {
      const last = note.signatures.at(-1)!;
      const signatures = note.signatures.with(-1, { ...last, bytes: change(Buffer.from(last.bytes)) });
      return () => openHead(Buffer.from(formatNote({ text, signatures })), LOG, WITNESSES);
    };
    expect(withLast((bytes) => bytes)().cosignatures).toHaveLength(2);
    const other = formatHead({ ...HEAD, size: 8 });
    expect(withLast(() => cosign(other, WITNESSES[1]!, TIME).bytes)).toThrow(corrupt);
    expect(withLast((bytes) => bytes.with(7, bytes[7]! ^ 1))).toThrow(corrupt);
    expect(withLast((bytes) => bytes.subarray(0, 4))).toThrow(corrupt);
    expect(withLast((bytes) => bytes.subarray(8))).toThrow(corrupt);
    expect(withLast((bytes) => Buffer.concat([bytes, Buffer.of(0)]))).toThrow(corrupt);
  });

  test('does not stand for the signature of the log, even with the same name and key', () => {
    const witness = signerKey('cosignature', LOG.name, Buffer.alloc(32, 1));
    const note = Buffer.from(formatNote({ text, signatures: [cosign(text, witness, TIME)] }));
    expect(() => openHead(note, LOG, [witness])).toThrow(corrupt);
  });

  test('is made by a key for it, of a head, at a time', () => {
    expect(() => cosign(text, LOG, TIME)).toThrow(invalid);
    expect(() => cosign(text, WITNESSES[0]!, -1)).toThrow(invalid);
    expect(() => cosign('something else\n', WITNESSES[0]!, TIME)).toThrow(corrupt);
    expect(formatVerifierKey(parseVerifierKey(formatVerifierKey(WITNESSES[0]!)))).toMatch(/^witness/);
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
