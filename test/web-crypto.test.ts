/** What stands in for Node's own cryptography and bytes in a browser, against Node's own and published vectors. */

import * as node from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Bytes } from '../web/src/buffer.ts';
import * as web from '../web/src/crypto.ts';

const bytes = fc.uint8Array({ maxLength: 300 });
const seeds = fc.uint8Array({ minLength: 32, maxLength: 32 });
const hex = (text: string) => Uint8Array.from(Buffer.from(text, 'hex'));
const of = (value: Uint8Array) => Buffer.from(value).toString('hex');

const PKCS8 = hex('302e020100300506032b657004220420');
const SPKI = hex('302a300506032b6570032100');
const pkcs8 = (raw: Uint8Array) =>
  ({ key: Buffer.concat([PKCS8, raw]), format: 'der', type: 'pkcs8' }) as const;
const spki = (raw: Uint8Array) => ({ key: Buffer.concat([SPKI, raw]), format: 'der', type: 'spki' }) as const;

describe('hashes', () => {
  test('SHA-256 is that of FIPS 180-4, and Node’s of anything, as hex and as characters', () => {
    const abc = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';
    expect(web.hash('sha256', 'abc')).toBe(abc);
    fc.assert(
      fc.property(
        fc.oneof(bytes, fc.string({ unit: 'binary' })),
        fc.constantFrom('hex', 'binary'),
        (data, form) => {
          expect(web.hash('sha256', data, form)).toBe(node.hash('sha256', data, form));
        },
      ),
    );
  });

  test('HMAC is that of RFC 4231, and Node’s of anything in parts', () => {
    const mac = web.createHmac('sha256', new Uint8Array(20).fill(0x0b)).update('Hi There').digest('hex');
    expect(mac).toBe('b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7');
    fc.assert(
      fc.property(bytes, fc.array(fc.oneof(bytes, fc.string())), (key, parts) => {
        const [own, theirs] = [web.createHmac('sha256', key), node.createHmac('sha256', key)];
        for (const part of parts) {
          own.update(part);
          theirs.update(part);
        }
        expect(own.digest('hex')).toBe(theirs.digest('hex'));
      }),
    );
  });

  test('two runs of bytes are the same where they are', () => {
    fc.assert(
      fc.property(bytes, bytes, (a, b) => {
        expect(web.timingSafeEqual(a, Uint8Array.from(a))).toBe(true);
        if (a.length === b.length) expect(web.timingSafeEqual(a, b)).toBe(node.timingSafeEqual(a, b));
        else expect(() => web.timingSafeEqual(a, b)).toThrow(RangeError);
      }),
    );
  });
});

describe('Ed25519', () => {
  // RFC 8032 §7.1: secret, public, message, signature.
  test.each([
    [
      '9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60',
      'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a',
      '',
      'e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b',
    ],
    [
      '4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb',
      '3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c',
      '72',
      '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
    ],
  ])('of %s is that of RFC 8032', (secret, shown, message, signature) => {
    const key = web.createPrivateKey(pkcs8(hex(secret)));
    const open = web.createPublicKey(key);
    expect(of(open.export({ format: 'der', type: 'spki' }))).toBe(of(SPKI) + shown);
    expect(of(web.sign(null, hex(message), key))).toBe(signature);
    expect(web.verify(null, hex(message), open, hex(signature))).toBe(true);
  });

  test('signs what Node signs, and each verifies the other’s; one bit off and neither does', () => {
    fc.assert(
      fc.property(seeds, bytes, fc.nat(), (seed, message, chance) => {
        const [own, theirs] = [web.createPrivateKey(pkcs8(seed)), node.createPrivateKey(pkcs8(seed))];
        const [open, shown] = [web.createPublicKey(own), node.createPublicKey(theirs)];
        const signature = web.sign(null, message, own);
        expect(of(signature)).toBe(of(node.sign(null, message, theirs)));
        expect(of(own.export({ format: 'der', type: 'pkcs8' }))).toBe(
          of(theirs.export({ format: 'der', type: 'pkcs8' })),
        );
        expect(
          open.equals(
            web.createPublicKey(spki(hex(of(open.export({ format: 'der', type: 'spki' })).slice(24)))),
          ),
        ).toBe(true);
        expect(web.verify(null, message, open, signature)).toBe(true);
        const flipped = Uint8Array.from(signature);
        flipped[(chance >> 3) % 64]! ^= 1 << (chance & 7);
        const wrong = node.verify(null, message, shown, flipped);
        expect(wrong).toBe(false);
        expect(web.verify(null, message, open, flipped)).toBe(wrong);
      }),
      { numRuns: 30 },
    );
  });

  test('keys and points of small order, and numbers that are too large, are judged as Node judges them', () => {
    // The points of order 1, 2, 4 and 8, in ways to write them that are and are not canonical; S of 0, L and above.
    const points = [
      '0100000000000000000000000000000000000000000000000000000000000000',
      'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
      '0000000000000000000000000000000000000000000000000000000000000000',
      '0000000000000000000000000000000000000000000000000000000000000080',
      '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
      'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
      'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
      'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
      '0100000000000000000000000000000000000000000000000000000000000080',
      'ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff',
      '0200000000000000000000000000000000000000000000000000000000000000',
    ];
    const numbers = [
      '00'.repeat(32),
      'edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010',
      'ff'.repeat(32),
    ];
    let accepted = 0;
    for (const key of points)
      for (const point of points)
        for (const number of numbers)
          for (const message of ['', 'a', 'ledger', 'head']) {
            const [data, signature] = [new TextEncoder().encode(message), hex(point + number)];
            const theirs = node.verify(null, data, node.createPublicKey(spki(hex(key))), signature);
            const own = web.verify(null, data, web.createPublicKey(spki(hex(key))), signature);
            expect(own, `${key} ${point} ${number} ${message}`).toBe(theirs);
            if (own) accepted++;
          }
    expect(accepted).toBeGreaterThan(10);
  });

  test('a key in other bytes is refused', () => {
    expect(() => web.createPublicKey(spki(new Uint8Array(31)))).toThrow('Ed25519');
    expect(() => web.createPrivateKey(spki(new Uint8Array(32)))).toThrow('Ed25519');
  });
});

describe('bytes', () => {
  const same = (own: Uint8Array, theirs: Uint8Array) => expect(of(own)).toBe(of(theirs));

  test('are read from and written as text as Node does', () => {
    fc.assert(
      fc.property(bytes, fc.string({ unit: 'binary' }), fc.nat(20), (given, text, from) => {
        const [own, theirs] = [Bytes.from(given), Buffer.from(given)];
        for (const form of ['hex', 'base64', 'latin1', 'utf8'] as const) {
          expect(own.toString(form)).toBe(theirs.toString(form));
          expect(own.toString(form, from, from + 4)).toBe(theirs.toString(form, from, from + 4));
          const said = theirs.toString(form);
          same(Bytes.from(said, form), Buffer.from(said, form));
        }
        same(Bytes.from(text), Buffer.from(text));
        same(Bytes.from(text, 'hex'), Buffer.from(text, 'hex'));
      }),
    );
  });

  test('base64 that is spelled otherwise does not come back as it was, here or in Node', () => {
    const spelled = fc.oneof(
      fc.string(),
      bytes.chain((given) => {
        const text = Buffer.from(given).toString('base64');
        return fc.constantFrom(
          text,
          text.replace(/=+$/, ''),
          `${text}=`,
          `${text}\n`,
          ` ${text}`,
          text.replaceAll('+', '-'),
        );
      }),
    );
    fc.assert(
      fc.property(spelled, (text) => {
        const comes = Buffer.from(text, 'base64').toString('base64') === text;
        expect(Bytes.from(text, 'base64').toString('base64') === text).toBe(comes);
      }),
    );
  });

  test('are put together, compared and cut as Node does', () => {
    fc.assert(
      fc.property(fc.array(bytes, { maxLength: 4 }), bytes, bytes, (parts, a, b) => {
        same(Bytes.concat(parts), Buffer.concat(parts));
        expect(Bytes.compare(a, b)).toBe(Buffer.compare(a, b));
        expect(Bytes.from(a).equals(b)).toBe(Buffer.from(a).equals(b));
        expect(Bytes.from(a).subarray(1)).toBeInstanceOf(Bytes);
        same(Bytes.of(...a), Buffer.of(...a));
        same(Bytes.alloc(3, 7), Buffer.alloc(3, 7));
        expect(Bytes.from(a.buffer as ArrayBuffer, a.byteOffset, a.length).equals(a)).toBe(true);
      }),
    );
  });

  test('hold numbers and characters as Node does', () => {
    fc.assert(
      fc.property(
        fc.nat(0xffff),
        fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
        fc.nat(9),
        bytes,
        (short, long, at, text) => {
          const [own, theirs] = [Bytes.alloc(24), Buffer.alloc(24)];
          const said = Buffer.from(text).toString('latin1');
          for (const one of [own, theirs]) {
            one.write(said, at, 8, 'latin1');
            expect(one.writeUInt16BE(short, at)).toBe(at + 2);
            expect(one.readUInt16BE(at)).toBe(short);
            expect(one.writeBigUInt64BE(long, at + 3)).toBe(at + 11);
            expect(one.readBigUInt64BE(at + 3)).toBe(long);
          }
          same(own, theirs);
        },
      ),
    );
  });
});
