import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CapstanError } from '../base/errors.ts';
import {
  formatSignerKey,
  formatVerifierKey,
  parseSignerKey,
  parseVerifierKey,
  type SignerKey,
  signerKey,
  verifierOf,
} from './key.ts';
import { formatNote, formatSignature, openNote, parseNote, signText } from './note.ts';

// golang.org/x/mod/sumdb/note, note_test.go.
const PETER_SECRET = 'PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz';
const PETER = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW';
const ENOCH = 'EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop';
const TEXT =
  "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";
const PETER_SIGNED =
  '— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n';
const ENOCH_SIGNED =
  '— EnochRoot rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01oOTGwnWLox33WWd1RvMc+QQ=\n';

const peter = parseVerifierKey(PETER);
const enoch = parseVerifierKey(ENOCH);
const corrupt = expect.objectContaining({ code: 'corrupt' });
const invalid = expect.objectContaining({ code: 'invalid' });
const bytes = (text: string) => Buffer.from(text);
const names = (note: { verified: readonly { key: { name: string } }[] }) =>
  note.verified.map(({ key }) => key.name);

const seed = fc.uint8Array({ minLength: 32, maxLength: 32 });
const name = fc.stringMatching(/^[a-zé/.0-9]{1,20}$/u);
const key = fc
  .tuple(fc.constantFrom('note' as const, 'cosignature' as const), name, seed)
  .map(([kind, text, secret]) => signerKey(kind, text, secret));
const line = fc.stringMatching(/^[ -~é—]{0,20}$/u);
const text = fc.array(line, { minLength: 1, maxLength: 5 }).map((lines) => `${lines.join('\n')}\n`);

describe('a key', () => {
  test('read again is the key it was, in both its text forms', () => {
    fc.assert(
      fc.property(key, (made) => {
        const secret = formatSignerKey(made);
        expect(formatSignerKey(parseSignerKey(secret))).toBe(secret);
        const shown = formatVerifierKey(made);
        const read = parseVerifierKey(shown);
        expect(formatVerifierKey(read)).toBe(shown);
        expect(read.publicKey.equals(made.publicKey)).toBe(true);
        expect({ ...read, publicKey: 0 }).toEqual({ ...verifierOf(made), publicKey: 0 });
      }),
      { numRuns: 50 },
    );
  });

  test('of x/mod has the id and the public half that Go gives it', () => {
    const secret = parseSignerKey(PETER_SECRET);
    expect(formatVerifierKey(secret)).toBe(PETER);
    expect(formatSignerKey(secret)).toBe(PETER_SECRET);
    expect(peter).toMatchObject({ kind: 'note', name: 'PeterNeumann', id: 'c74f20a3' });
  });

  test('has another id for each kind, so that one kind of signature is never taken for the other', () => {
    const ids = (['note', 'cosignature'] as const).map(
      (kind) => signerKey(kind, 'k', Buffer.alloc(32, 1)).id,
    );
    expect(new Set(ids).size).toBe(2);
  });

  test.each([
    ['a verifier key', PETER, parseVerifierKey],
    ['a signer key', PETER_SECRET, parseSignerKey],
  ] as const)('cut anywhere or with any character raised is refused: %s', (_, whole, parse) => {
    for (let start = 0; start <= whole.length; start++)
      for (let end = start + 1; end <= whole.length; end++)
        if (start !== 0 || end !== whole.length) refuses(() => parse(whole.slice(start, end)));
    for (let i = 0; i < whole.length; i++)
      refuses(() =>
        parse(whole.slice(0, i) + String.fromCharCode(whole.charCodeAt(i) + 1) + whole.slice(i + 1)),
      );
  });

  test.each([
    'PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY==', // x/mod: too long, with its id
    'PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW', // x/mod: an unknown type, with its id
    PETER.replace('c74f20a3', 'C74F20A3'),
    `${PETER}\n`,
    ` ${PETER}`,
    '',
  ])('«%s» is refused', (vkey) => {
    expect(() => parseVerifierKey(vkey)).toThrow(corrupt);
  });

  test('of garbage is refused, and any 32 bytes are a key under which nothing verifies', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string(), fc.stringMatching(/^(PRIVATE\+KEY\+)?[a-z]\+[0-9a-f]{8}\+[A-Za-z0-9+/]{44}$/)),
        (garbage) => {
          refuses(() => parseVerifierKey(garbage));
          refuses(() => parseSignerKey(garbage));
        },
      ),
      { numRuns: 500 },
    );
    fc.assert(
      fc.property(seed, fc.constantFrom(0x01, 0x04), (raw, type) => {
        const typed = Buffer.from([type, ...raw]);
        const id = createHash('sha256').update('k\n').update(typed).digest();
        const read = parseVerifierKey(`k+${id.toString('hex', 0, 4)}+${typed.toString('base64')}`);
        const signature = Buffer.concat([id.subarray(0, 4), Buffer.alloc(type === 0x01 ? 64 : 72, raw[0])]);
        refuses(() => openNote(bytes(`${TEXT}\n— k ${signature.toString('base64')}\n`), read));
      }),
    );
  });

  test.each(['', 'a b', 'a+b', 'a\u00a0b', 'a\u2003', 'a\nb', 'a\u0001', '\ud800'])(
    'may not be named %j',
    (bad) => {
      expect(() => signerKey('note', bad, Buffer.alloc(32))).toThrow(invalid);
    },
  );

  test('never shows its secret, in an error or in print', () => {
    const secret = PETER_SECRET.slice(-30);
    const damaged = PETER_SECRET.replace('c74f20a3', 'c74f20a4');
    for (const wrong of [damaged, `${PETER_SECRET}=`, PETER_SECRET.replace('KEY+', 'KEY')]) {
      for (const parse of [parseSignerKey, parseVerifierKey])
        expect(refuses(() => parse(wrong)).message).not.toContain(secret.slice(0, 10));
    }
    expect(JSON.stringify(parseSignerKey(PETER_SECRET))).not.toContain(secret.slice(0, 10));
    expect(() => signerKey('note', 'k', Buffer.alloc(31))).toThrow(invalid);
  });
});

describe('a note', () => {
  test('signed is opened by the keys that signed it, with the same text', () => {
    fc.assert(
      fc.property(
        text,
        fc.uniqueArray(name, { minLength: 1, maxLength: 4 }),
        seed,
        (said, signers, secret) => {
          const keys = signers.map((signer) => signerKey('note', signer, secret));
          const note = bytes(
            formatNote({ text: said, signatures: keys.map((each) => signText(said, each)) }),
          );
          for (const required of keys) {
            const opened = openNote(note, required, keys);
            expect(opened.text).toBe(said);
            expect(names(opened)).toEqual(signers);
            expect(names(openNote(note, required))).toEqual([required.name]);
          }
          expect(formatNote(parseNote(note))).toBe(note.toString());
        },
      ),
      { numRuns: 50 },
    );
  });

  test('with any bit changed is refused', () => {
    const note = bytes(`${TEXT}\n${PETER_SIGNED}`);
    for (let bit = 0; bit < note.length * 8; bit++) {
      const other = Buffer.from(note);
      other[bit >> 3]! ^= 1 << (bit & 7);
      refuses(() => openNote(other, peter));
    }
  });

  test('of garbage is refused, or written again is the same bytes', () => {
    const shaped = fc
      .tuple(text, fc.array(fc.tuple(fc.string(), fc.base64String()), { maxLength: 3 }))
      .map(([said, signed]) => bytes(`${said}\n${signed.map(([who, how]) => `— ${who} ${how}\n`).join('')}`));
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array(), shaped), (raw) => {
        let written = Buffer.from(raw).toString('latin1');
        try {
          written = bytes(formatNote(parseNote(raw))).toString('latin1');
        } catch (error) {
          expect(error).toBeInstanceOf(CapstanError);
        }
        expect(written).toBe(Buffer.from(raw).toString('latin1'));
        refuses(() => openNote(raw, peter));
      }),
      { numRuns: 1000 },
    );
  });
});

describe('the vectors of golang.org/x/mod/sumdb/note', () => {
  test('a note signed by Peter is byte for byte the one that Go writes', () => {
    const signature = signText(TEXT, parseSignerKey(PETER_SECRET));
    expect(formatNote({ text: TEXT, signatures: [signature] })).toBe(`${TEXT}\n${PETER_SIGNED}`);
  });

  test('two signatures: of the known key, of both, of the unknown key alone', () => {
    const both = bytes(`${TEXT}\n${PETER_SIGNED}${ENOCH_SIGNED}`);
    expect(names(openNote(both, peter))).toEqual(['PeterNeumann']);
    expect(names(openNote(both, peter, [enoch]))).toEqual(['PeterNeumann', 'EnochRoot']);
    expect(openNote(both, enoch).signatures.map(formatSignature)).toEqual([PETER_SIGNED, ENOCH_SIGNED]);
    expect(() => openNote(bytes(`${TEXT}\n${ENOCH_SIGNED}`), peter)).toThrow(corrupt);
    expect(() => openNote(bytes(`${TEXT}\n${ENOCH_SIGNED}`), peter, [enoch])).toThrow(corrupt);
  });

  test('a signature of a known key that fails is no note, whoever else signed it', () => {
    const failing = `${PETER_SIGNED.slice(0, 60)}ABCD${PETER_SIGNED.slice(60)}`;
    const note = bytes(`${TEXT}\n${ENOCH_SIGNED}${failing}`);
    expect(() => openNote(note, peter)).toThrow(corrupt);
    expect(() => openNote(note, enoch, [peter])).toThrow(corrupt);
    expect(names(openNote(note, enoch))).toEqual(['EnochRoot']);
    // Go would look at the first of one key only.
    expect(() => openNote(bytes(`${TEXT}\n${PETER_SIGNED}${failing}`), peter)).toThrow(corrupt);
  });

  test('two different keys of one name and id are refused, the same key twice is not', () => {
    const note = bytes(`${TEXT}\n${PETER_SIGNED}`);
    expect(names(openNote(note, peter, [peter, enoch]))).toEqual(['PeterNeumann']);
    expect(() => openNote(note, peter, [{ ...enoch, name: peter.name, id: peter.id }])).toThrow(invalid);
  });

  test('100 signatures are read, 101 are not', () => {
    expect(names(openNote(bytes(`${TEXT}\n${PETER_SIGNED.repeat(100)}`), peter))).toHaveLength(100);
    expect(() => openNote(bytes(`${TEXT}\n${PETER_SIGNED.repeat(101)}`), peter)).toThrow(corrupt);
    expect(() => openNote(bytes(`${'x'.repeat(1_000_000)}\n\n${PETER_SIGNED}`), peter)).toThrow(corrupt);
  });

  test.each([
    TEXT,
    `${TEXT}\n`,
    `${TEXT}\n${PETER_SIGNED.slice(0, -1)}`,
    `\x01${TEXT}\n${PETER_SIGNED}`,
    `${TEXT}\r\n${PETER_SIGNED}`,
    `${TEXT}\n— Bad Name x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=`,
    `${TEXT}\n${PETER_SIGNED}Unexpected line.\n`,
    `${TEXT}\n— PeterNeumann x08gow==\n`,
    `${TEXT}\n${PETER_SIGNED.replace('nAM=', 'nAN=')}`, // the same bytes in another spelling
  ])('a malformed note is refused: %j', (note) => {
    expect(() => openNote(bytes(note), peter)).toThrow(corrupt);
  });

  test('bytes that are no UTF-8 are refused', () => {
    const note = Buffer.concat([Buffer.of(0xff), bytes(`${TEXT}\n${PETER_SIGNED}`)]);
    expect(() => openNote(note, peter)).toThrow(corrupt);
  });
});

test('the example of C2SP signed-note verifies with the key beside it', () => {
  const example = parseVerifierKey('example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k');
  const note =
    'This is an example message.\n\n— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n';
  expect(openNote(bytes(note), example).text).toBe('This is an example message.\n');
});

describe('what would be refused is not written', () => {
  const signer: SignerKey = parseSignerKey(PETER_SECRET);

  test.each(['', 'abc', 'a\u0001b\n', 'a\r\n', '\ud800\n'])('the text %j', (said) => {
    expect(() => formatNote({ text: said, signatures: [signText(said, signer)] })).toThrow(invalid);
  });

  test('no signature, and one of a key for cosignatures', () => {
    expect(() => formatNote({ text: TEXT, signatures: [] })).toThrow(invalid);
    expect(() => signText(TEXT, signerKey('cosignature', 'w', Buffer.alloc(32)))).toThrow(invalid);
  });
});

function refuses(read: () => unknown): CapstanError {
  try {
    read();
  } catch (error) {
    expect(error).toBeInstanceOf(CapstanError);
    if (error instanceof CapstanError) return error;
  }
  throw new Error('expected a refusal');
}
