import { createPublicKey, verify } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { openEnvelope, preAuthenticationEncoding, sealEnvelope } from './envelope.ts';
import { signerKey, signMessage, verifierOf } from './key.ts';

const key = signerKey('note', 'capstan-test', new Uint8Array(32).fill(3));
const TYPE = 'application/vnd.in-toto+json';
const body = fc.uint8Array({ maxLength: 60 });

/** The example in DSSE's protocol.md, «Test Vectors». */
const VECTOR = {
  type: 'http://example.com/HelloWorld',
  body: Buffer.from('hello world'),
  encoded: 'DSSEv1 29 http://example.com/HelloWorld 11 hello world',
  x: 46950820868899156662930047687818585632848591499744589407958293238635476079160n,
  y: 5640078356564379163099075877009565129882514886557779369047442380624545832820n,
  signature: 'A3JqsQGtVsJ2O2xqrI5IcnXip5GToJ3F+FnZ+O88SjtR6rDAajabZKciJTfUiHqJPcIAriEGAHTVeCUjW2JIZA==',
};

describe('an envelope', () => {
  test('signs the bytes that the published vector signs', () => {
    const encoded = preAuthenticationEncoding(VECTOR.type, VECTOR.body);
    expect(encoded.toString()).toBe(VECTOR.encoded);
    const base64url = (n: bigint) =>
      Buffer.from(n.toString(16).padStart(64, '0'), 'hex').toString('base64url');
    const published = createPublicKey({
      key: { kty: 'EC', crv: 'P-256', x: base64url(VECTOR.x), y: base64url(VECTOR.y) },
      format: 'jwk',
    });
    const signature = Buffer.from(VECTOR.signature, 'base64');
    expect(verify('sha256', encoded, { key: published, dsaEncoding: 'ieee-p1363' }, signature)).toBe(true);
  });

  test('counts bytes and not characters, and tells where the type ends', () => {
    expect(preAuthenticationEncoding('é', Buffer.from('ü')).toString()).toBe('DSSEv1 2 é 2 ü');
    expect(preAuthenticationEncoding('', Buffer.alloc(0)).toString()).toBe('DSSEv1 0  0 ');
    const text = fc.string({ maxLength: 12 });
    fc.assert(
      fc.property(text, body, text, body, (type, bytes, other, others) => {
        const isSame = type === other && Buffer.compare(bytes, others) === 0;
        const equal = preAuthenticationEncoding(type, bytes).equals(preAuthenticationEncoding(other, others));
        expect(equal).toBe(isSame);
      }),
    );
  });

  test('gives its body to who has the key, and to nobody after any change', () => {
    fc.assert(
      fc.property(body, fc.nat(), fc.nat(7), (bytes, at, bit) => {
        const sealed = JSON.parse(JSON.stringify(sealEnvelope(TYPE, bytes, key)));
        expect([...openEnvelope(sealed, TYPE, verifierOf(key))]).toEqual([...bytes]);
        expect(() => openEnvelope(sealed, 'text/plain', verifierOf(key))).toThrow(
          'expected the type text/plain',
        );
        const other = signerKey('note', 'capstan-test', new Uint8Array(32).fill(4));
        expect(() => openEnvelope(sealed, TYPE, verifierOf(other))).toThrow('got none that holds');
        const more = { ...sealed, signatures: [{ sig: 'AAAA' }, ...sealed.signatures] };
        expect([...openEnvelope(more, TYPE, verifierOf(key))]).toEqual([...bytes]);
        const changed = Buffer.from(bytes.length > 0 ? bytes : [0]);
        changed[at % changed.length]! ^= 1 << bit;
        const payload = changed.toString('base64');
        expect(() => openEnvelope({ ...sealed, payload }, TYPE, verifierOf(key))).toThrow(
          'got none that holds',
        );
        expect(() => openEnvelope({ ...sealed, signatures: [] }, TYPE, verifierOf(key))).toThrow('got none');
      }),
    );
  });

  test('is not what the same key signs elsewhere', () => {
    const bytes = Buffer.from('capstan-test\n1\nAAAA\n');
    const sig = signMessage(key, bytes).toString('base64');
    const forged = { payloadType: TYPE, payload: bytes.toString('base64'), signatures: [{ sig }] };
    expect(() => openEnvelope(forged, TYPE, verifierOf(key))).toThrow('got none that holds');
    for (const value of [undefined, null, 7, [], {}, { payloadType: TYPE }])
      expect(() => openEnvelope(value, TYPE, verifierOf(key))).toThrow(
        expect.objectContaining({ code: 'corrupt' }),
      );
  });
});
