import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { Folder } from '../storage/folder.ts';
import { readSealed, writeSealed } from './sealed.ts';

const folder = new Folder(fs.mkdtempSync(join(tmpdir(), 'capstan-sealed-')));
afterAll(() => fs.rmSync(folder.path, { recursive: true, force: true }));

const FORMAT = 'test-1';
const corrupt = expect.objectContaining({
  code: 'corrupt',
  message: expect.stringMatching(`^${folder.path}/file\\.json: `),
});
const read = () => readSealed(folder, 'file.json', FORMAT);
const content = fc.dictionary(fc.string(), fc.jsonValue());

describe('a sealed file', () => {
  test('gives back what was put into it', () =>
    fc.assert(
      fc.property(content, (content) => {
        writeSealed(folder, 'file.json', FORMAT, content);
        expect(read()).toEqual(JSON.parse(JSON.stringify(content)));
      }),
      { seed: 1 },
    ));

  test('leaves out what JSON leaves out', () => {
    writeSealed(folder, 'file.json', FORMAT, { kept: 1, gone: undefined });
    expect(read()).toEqual({ kept: 1 });
  });

  test('gives the content that was put into it or is corrupt, wherever a character is another', () =>
    fc.assert(
      fc.property(
        content,
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        fc.string({ minLength: 1, maxLength: 1 }),
        (content, place, put) => {
          writeSealed(folder, 'file.json', FORMAT, content);
          const text = folder.readText('file.json');
          const at = Math.floor(place * text.length);
          folder.writeAtomic('file.json', text.slice(0, at) + put + text.slice(at + 1));
          let got: unknown;
          try {
            got = read();
          } catch (error) {
            expect(error).toEqual(corrupt);
            return;
          }
          // White space, or the character that was there.
          expect(got).toEqual(JSON.parse(JSON.stringify(content)));
        },
      ),
      { seed: 2, numRuns: 150 },
    ));

  test.each([
    ['', /JSON/],
    ['null', /expected format «test-1», got «undefined»/],
    ['[1]', /expected format «test-1», got «undefined»/],
    ['{"format":"test-2"}', /expected format «test-1», got «test-2»/],
    ['{"format":"test-1"}', /expected content and its hash/],
    ['{"format":"test-1","content":{}}', /expected content and its hash/],
    ['{"format":"test-1","sha256":7,"content":{}}', /expected content with hash 7, it was altered/],
    ['{"format":"test-1","sha256":"","content":null}', /it was altered/],
  ])('that holds %j is corrupt, in words', (text, says) => {
    folder.writeAtomic('file.json', text);
    expect(read).toThrow(corrupt);
    expect(read).toThrow(says);
  });

  test('that is missing is not found', () => {
    expect(() => readSealed(folder, 'nothing.json', FORMAT)).toThrow(
      expect.objectContaining({ code: 'not-found' }),
    );
  });
});
