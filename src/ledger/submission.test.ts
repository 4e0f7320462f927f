import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CapstanError } from '../base/errors.ts';
import { formatSubmission, parseSubmission, SUBMISSION_BYTES_MAX } from './submission.ts';

// The example of c2sp.org/tlog-witness.
const EXAMPLE = `old 20852014
PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=
jrJZDmY8Y7SyJE0MWLpLozkIVMSMZcD5kvuKxPC3swk=
5+pKlUdi2LeF/BcMHBn+Ku6yhPGNCswZZD1X/6QgPd8=
/6WVhPs2CwSsb5rYBH5cjHV/wSmA79abXAwhXw3Kj/0=

example.com/behind-the-sofa
20852163
CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=
`;
const hash = fc.uint8Array({ minLength: 32, maxLength: 32 });
const bytes = (text: string) => Buffer.from(text);

describe('a submission', () => {
  test('is read as the specification writes it', () => {
    const { old, proof, head } = parseSubmission(bytes(EXAMPLE));
    expect(old).toBe(20852014);
    expect(proof.map((one) => one.length)).toEqual([32, 32, 32, 32]);
    expect(Buffer.from(head).toString()).toBe(EXAMPLE.slice(EXAMPLE.indexOf('example.com')));
    expect(formatSubmission({ old, proof, head }).toString()).toBe(EXAMPLE);
  });

  test('comes back as it was written', () => {
    const head = fc.stringMatching(/^[a-z\n]{0,40}$/).map(bytes);
    fc.assert(
      fc.property(fc.maxSafeNat(), fc.array(hash, { maxLength: 63 }), head, (old, proof, head) => {
        const read = parseSubmission(formatSubmission({ old, proof, head }));
        expect(read.old).toBe(old);
        expect(read.proof.map((one) => Buffer.from(one))).toEqual(proof.map((one) => Buffer.from(one)));
        expect(Buffer.from(read.head)).toEqual(head);
      }),
    );
  });

  test.each([
    ['nothing', ''],
    ['a size with a zero in front', EXAMPLE.replace('old 2', 'old 02')],
    ['a size below 0', EXAMPLE.replace('old 2', 'old -2')],
    ['no old size', EXAMPLE.slice(EXAMPLE.indexOf('\n') + 1)],
    ['a hash that is too short', EXAMPLE.replace('PlRNCrwHpqhGrupue0L7', 'PlRNCrwHpqhGrupue0')],
    ['no empty line', EXAMPLE.replaceAll('\n\n', '\n')],
    ['64 hashes', EXAMPLE.replace('\n', `\n${`${'A'.repeat(43)}=\n`.repeat(60)}`)],
    ['a control character', EXAMPLE.replace('old', 'old\r')],
    ['too many bytes', EXAMPLE + 'x'.repeat(SUBMISSION_BYTES_MAX)],
  ])('of %s is refused', (_, text) => {
    expect(() => parseSubmission(bytes(text))).toThrow(CapstanError);
  });

  test('of any bytes is refused with an error of ours, or is the very one written', () => {
    const mutated = fc.tuple(fc.nat(), fc.nat(255)).map(([at, byte]) => {
      const all = bytes(EXAMPLE);
      all[at % all.length] = byte;
      return all;
    });
    fc.assert(
      fc.property(mutated, (all) => {
        try {
          expect(formatSubmission(parseSubmission(all))).toEqual(all);
        } catch (error) {
          expect(error).toBeInstanceOf(CapstanError);
        }
      }),
    );
  });
});
