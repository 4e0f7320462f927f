import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { redactJson, redactor } from './redact.ts';

/** What may stand in a header, and has the length of a key. */
const secret = fc.string({
  unit: fc.integer({ min: 0x21, max: 0x7e }).map((code) => String.fromCharCode(code)),
  minLength: 20,
  maxLength: 60,
});
const text = fc.string({ maxLength: 200 });

describe('a redactor', () => {
  test('leaves no twelve characters of a key, in no form of it, wherever it stands', () => {
    fc.assert(
      fc.property(secret, text, text, fc.nat(3), (key, before, after, form) => {
        const forms = [
          key,
          encodeURIComponent(key),
          JSON.stringify(key),
          Buffer.from(`${before}${key}${after}`).toString('base64'),
        ];
        const written = forms[form]!;
        const said = redactor([key])(`${before}${written}${after}`);
        for (let at = 0; at + 12 <= key.length; at++) expect(said).not.toContain(key.slice(at, at + 12));
        if (form === 3) {
          const base64 = said.replace(before, '').replace(after, '');
          expect(Buffer.from(base64, 'base64').toString()).not.toContain(key);
        }
      }),
    );
  });

  test('takes out a part of a key as well', () => {
    fc.assert(
      fc.property(secret, fc.nat(8), (key, from) => {
        const part = key.slice(from, from + 12);
        expect(redactor([key])(`key ${part}… is wrong`)).toBe('key [secret]… is wrong');
      }),
    );
  });

  test('changes nothing else', () => {
    fc.assert(
      fc.property(secret, text, (key, words) => {
        fc.pre(
          !Array.from({ length: key.length }, (_, i) => key.slice(i, i + 8)).some((part) =>
            words.includes(part),
          ),
        );
        expect(redactor([key])(words)).toBe(words);
        expect(redactor([])(words)).toBe(words);
      }),
    );
  });

  test('takes short words for no secrets: local servers want a key such as «ollama»', () => {
    expect(redactor(['ollama'])('ask ollama')).toBe('ask ollama');
  });

  test('looks into values, their names and half characters', () => {
    const redact = redactor(['0123456789abcdef']);
    const value = JSON.parse('{"a0123456789abcdef":["\\ud800",{"b":"x0123456789abcdefy"},1,null,true]}');
    expect(redactJson(value, redact)).toEqual({
      'a[secret]': ['\ufffd', { b: 'x[secret]y' }, 1, null, true],
    });
  });
});
