import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { commit, type Place, SALT, verifyCommitment } from './commitment.ts';

const PLACE: Place = { kind: 'action-taken', seq: 12, field: 'answer' };
const salt = fc.uint8Array({ minLength: SALT, maxLength: SALT });
const content = fc.uint8Array({ maxLength: 100 });
const place = fc.record({
  kind: fc.constantFrom('action-taken' as const, 'answer-corrected' as const),
  seq: fc.nat(),
  field: fc.stringMatching(/^[a-z]{1,10}$/),
});

describe('a commitment', () => {
  test('is the HMAC that python3 finds', () => {
    // hmac.new(bytes(range(32)), b'capstan-commitment-v1\0action-taken\0answer\x0012\0forty-two', 'sha256').hexdigest()
    const bytes = Uint8Array.from({ length: SALT }, (_, i) => i);
    expect(commit(PLACE, new TextEncoder().encode('forty-two'), bytes)).toEqual({
      field: 'answer',
      commitment: '342960f79a3e6cb76d5972ec26cd45cd7469cf9482f32e4afbe7b7ec3735cc91',
      bytes: 9,
    });
  });

  test('is kept by its content, and by no other content, salt, place or length', () => {
    fc.assert(
      fc.property(place, content, salt, place, content, salt, (where, what, key, elsewhere, other, wrong) => {
        const committed = commit(where, what, key);
        verifyCommitment(where, committed, what, key);
        const isSame = (a: Uint8Array, b: Uint8Array) => Buffer.compare(a, b) === 0;
        if (!isSame(what, other))
          expect(() => verifyCommitment(where, committed, other, key)).toThrow('altered');
        if (!isSame(key, wrong))
          expect(() => verifyCommitment(where, committed, what, wrong)).toThrow('altered');
        const moved = commit(elsewhere, what, key).commitment === committed.commitment;
        expect(moved).toBe(JSON.stringify(elsewhere) === JSON.stringify(where));
        const longer = { ...committed, bytes: committed.bytes + 1 };
        expect(() => verifyCommitment(where, longer, what, key)).toThrow('altered');
      }),
    );
  });

  test('says where one part ends and the next begins', () => {
    const key = new Uint8Array(SALT);
    const of = (field: string, text: string) =>
      commit({ ...PLACE, field }, new TextEncoder().encode(text), key).commitment;
    expect(of('a', 'bc')).not.toBe(of('ab', 'c'));
    expect(() => of('a\0b', 'c')).toThrow('expected no zero character');
  });

  test('needs a whole salt', () => {
    expect(() => commit(PLACE, new Uint8Array(1), new Uint8Array(31))).toThrow('expected 32 bytes, got 31');
  });
});
