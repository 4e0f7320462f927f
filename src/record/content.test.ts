import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { entriesOf, LEDGER_OPTIONS, saidOf } from '../../test/tiny-run.ts';
import { contentOf } from './content.ts';
import { type Draft, withLedger } from './ledger.ts';
import { verifyLedger } from './verify.ts';

const home = fs.mkdtempSync(join(tmpdir(), 'capstan-content-'));
afterAll(() => fs.rmSync(home, { recursive: true, force: true }));
let path: string;
let copies = 0;
beforeEach(() => {
  path = join(home, `ledger-${++copies}`);
});

const PAUSED: Draft = { kind: 'work-paused', actor: { id: 'person:ada', kind: 'person' } };
const salt = (n: number) => new Uint8Array(32).fill(n);
const append = (texts: readonly string[]) =>
  withLedger(path, LEDGER_OPTIONS, (ledger) =>
    texts.map((text, i) => ledger.appendAbout(PAUSED, [{ field: 'reason', text, salt: salt(i) }])),
  );
const erased = (seq: number) =>
  withLedger(path, LEDGER_OPTIONS, (ledger) =>
    ledger.append([{ ...PAUSED, kind: 'content-erased', parents: [seq], words: { field: 'reason' } }]),
  );
const fileOf = (seq: number) => join(path, `content/${entriesOf(path)[seq]!.content![0]!.commitment}.json`);

describe('content that entries are committed to', () => {
  test('is kept beside the log and not in it, and read back as it was written', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ minLength: 1, maxLength: 50, unit: 'grapheme' }), { maxLength: 5 }),
        (texts) => {
          path = join(home, `ledger-${++copies}`);
          const seqs = append(texts.map((text) => `because ${text}`));
          if (texts.length === 0) return;
          const entries = entriesOf(path);
          const read = seqs.map((seq) => contentOf(path, entries, entries[seq]!, 'reason'));
          expect(read).toEqual(texts.map((text) => `because ${text}`));
          expect(JSON.stringify(entries)).not.toContain('because');
          expect(verifyLedger(path).contents).toEqual({ kept: texts.length, erased: [], unrecorded: [] });
        },
      ),
      { numRuns: 20 },
    );
  });

  test('is its owner’s alone to read', () => {
    const [seq] = append(['a bad week']);
    expect(fs.statSync(fileOf(seq!)).mode & 0o777).toBe(0o600);
  });

  test('that is altered, of another entry, or gone is an error that names the file', () => {
    const [one, two] = append(['a bad week', 'a good week']) as [number, number];
    const [first, second] = [fileOf(one), fileOf(two)];
    const whole = fs.readFileSync(first, 'utf8');
    for (const text of [
      whole.replace('bad', 'sad'),
      whole.replace('0', '1'),
      fs.readFileSync(second, 'utf8'),
      whole.trimEnd(),
      whole.replace(',', ', '),
      whole.replace('a bad', '\\u0061 bad'),
      '{}',
      'x',
    ]) {
      fs.writeFileSync(first, text);
      expect(
        saidOf(() => verifyLedger(path)),
        text,
      ).toContain(first);
    }
    fs.rmSync(first);
    expect(saidOf(() => verifyLedger(path))).toMatch(/expected the content «reason» of entry 1, got no file/);
    fs.writeFileSync(first, whole);
    expect(verifyLedger(path).contents.kept).toBe(2);
  });

  test('that was erased is gone for a reason, and one that no entry knows is listed', () => {
    const [one] = append(['a bad week', 'a good week']) as [number];
    const file = fileOf(one);
    erased(one);
    expect(saidOf(() => verifyLedger(path))).toContain('expected nothing, as it was erased by entry 3');
    fs.rmSync(file);
    for (const name of ['more.json', '.more']) fs.writeFileSync(join(path, `content/${name}`), '{}');
    const { contents, entries: all } = verifyLedger(path);
    expect(contents).toEqual({
      kept: 1,
      erased: [{ seq: 1, field: 'reason', by: 3 }],
      unrecorded: ['content/.more', 'content/more.json'],
    });
    expect(contentOf(path, all, all[1]!, 'reason')).toBeUndefined();
  });

  test('is text: half of a character would commit to another one', () => {
    expect(() => append(['a\ud800'])).toThrow('content «reason»: expected Unicode text');
    const [one] = append(['a\ufffd']);
    const file = fileOf(one!);
    fs.writeFileSync(file, fs.readFileSync(file, 'utf8').replace('\ufffd', '\\ud800'));
    expect(saidOf(() => verifyLedger(path))).toContain(file);
  });
});
