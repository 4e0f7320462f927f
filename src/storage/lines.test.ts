import { appendFileSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { Folder } from './folder.ts';
import { appendLines, readLines } from './lines.ts';

const root = mkdtempSync(join(tmpdir(), 'capstan-lines-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const NAME = 'some.jsonl';
const fresh = () => new Folder(mkdtempSync(join(root, 'one-')));
const object = fc.record({ text: fc.string({ unit: 'grapheme' }), n: fc.integer() });

test('what was appended is read, in order', () => {
  fc.assert(
    fc.property(fc.array(fc.array(object), { maxLength: 5 }), (groups) => {
      const folder = fresh();
      for (const group of groups) appendLines(folder, NAME, group);
      expect(readLines(folder, NAME)).toEqual(groups.flat());
    }),
    { numRuns: 30 },
  );
});

test('wherever a crash tore the last line, the lines before it are there, and the next is whole', () => {
  const folder = fresh();
  const file = join(folder.path, NAME);
  const [before, torn, next] = [{ is: 'before' }, { is: 'törn «»' }, { is: 'next' }];
  appendLines(folder, NAME, [before]);
  const start = readFileSync(file).length;
  appendLines(folder, NAME, [torn]);
  const whole = readFileSync(file);
  for (let end = start; end < whole.length; end++) {
    writeFileSync(file, whole);
    truncateSync(file, end);
    expect(readLines(folder, NAME)).toEqual([before]);
    appendLines(folder, NAME, [next]);
    expect(readLines(folder, NAME)).toEqual([before, next]);
  }
});

test('a line that is no object is told by its number', () => {
  const folder = fresh();
  appendLines(folder, NAME, [{ a: 1 }]);
  appendFileSync(join(folder.path, NAME), '{"b":\n');
  expect(() => readLines(folder, NAME)).toThrow(
    expect.objectContaining({ code: 'corrupt', message: expect.stringContaining(`${NAME}, line 2: `) }),
  );
  expect(readLines(fresh(), NAME)).toEqual([]);
});
