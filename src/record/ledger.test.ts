import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { CapstanError } from '../base/errors.ts';
import { Random } from '../base/random.ts';
import { parseVerifierKey, signerKey, verifierOf } from '../ledger/key.ts';
import { parseReceipt, verifyReceipt } from '../ledger/receipt.ts';
import { type Draft, type LedgerOptions, withLedger } from './ledger.ts';
import { receiptOf } from './receipt.ts';
import { verifyLedger } from './verify.ts';

const root = fs.mkdtempSync(join(tmpdir(), 'capstan-ledger-'));
afterAll(() => fs.rmSync(root, { recursive: true, force: true }));
let path: string;
let turn = 0;
beforeEach(() => {
  path = join(root, String(turn++));
});

const OPTIONS: LedgerOptions = {
  origin: 'example.org/log',
  seed: () => new Uint8Array(32).fill(7),
  now: () => '2026-11-28T12:00:00.000Z',
};
const began = (run: string): Draft => ({
  kind: 'run-started',
  actor: { id: 'program:capstan', kind: 'program' },
  run,
});
const ended = (run: string, ends: number): Draft => ({ ...began(run), kind: 'run-ended', ends });
const append = (drafts: readonly Draft[], where = path) =>
  withLedger(where, OPTIONS, (ledger) => ledger.append(drafts));
const many = (count: number) => Array.from({ length: count }, (_, i) => began(`run ${i}`));
const file = (name: string) => join(path, name);

function filesIn(folder: string): readonly string[] {
  const names = fs.readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return names.filter((name) => fs.statSync(join(folder, name)).isFile() && name !== 'lock').sort();
}

describe('a ledger', () => {
  test('begins with an entry that says so, numbers what follows, and verifies', () => {
    expect(append([began('one')])).toBe(1);
    expect(append([ended('one', 1), began('two')])).toBe(2);
    const { head, entries, open, unpublished } = verifyLedger(path);
    expect(entries.map(({ seq, kind }) => [seq, kind])).toEqual([
      [0, 'ledger-started'],
      [1, 'run-started'],
      [2, 'run-ended'],
      [3, 'run-started'],
    ]);
    expect(head).toMatchObject({ origin: OPTIONS.origin, size: 4 });
    expect(open.map(({ seq }) => seq)).toEqual([3]);
    expect(unpublished).toBe(0);
  });

  test('is the same in one group as one by one, over the edge of tiles too', () => {
    const drafts = many(600);
    const other = `${path}-other`;
    append(drafts);
    withLedger(other, OPTIONS, (ledger) => {
      for (const [i, draft] of drafts.entries()) {
        ledger.append([draft]);
        if (i % 100 === 0) ledger.publish();
      }
    });
    const roots = [path, other].map((where) => verifyLedger(where).head.root);
    expect(roots[0]).toEqual(roots[1]);
    // Beginnings of full tiles are gone, those of the last one may stay.
    const partial = filesIn(join(other, 'log/tile/0')).filter((name) => name.includes('.p'));
    expect(partial.filter((name) => !name.startsWith('002.p'))).toEqual([]);
  });

  test('keeps its signing key to its owner', () => {
    append([]);
    if (process.platform !== 'win32') expect(fs.statSync(file('log.key')).mode & 0o777).toBe(0o600);
    const key = parseVerifierKey(fs.readFileSync(file('log.vkey'), 'utf8').trimEnd());
    expect(key.name).toBe(OPTIONS.origin);
  });

  test('gives receipts that need nothing but the key', () => {
    append(many(300));
    const key = verifierOf(signerKey('note', OPTIONS.origin, OPTIONS.seed()));
    for (const number of [0, 1, 255, 256, 300]) {
      const receipt = parseReceipt(Buffer.from(receiptOf(path, number)));
      expect(verifyReceipt(receipt, receipt.extra!, key).size).toBe(301);
      expect(JSON.parse(Buffer.from(receipt.extra!).toString()).seq).toBe(number);
      const forged = Buffer.from(receipt.extra!);
      forged[40]! ^= 1;
      expect(() => verifyReceipt(receipt, forged, key)).toThrow(CapstanError);
    }
    expect(() => receiptOf(path, 301)).toThrow('expected an integer from 0 to 300, got 301');
  });

  test('that is not there is not found', () => {
    expect(() => verifyLedger(path)).toThrow('expected a ledger');
  });
});

describe('what was acknowledged', () => {
  test('is published by the next who opens, if its writer died in between', () => {
    append(many(3));
    const [before, tiles] = [fs.readFileSync(file('log/checkpoint')), filesIn(file('log'))];
    append([began('lost head')]);
    // As if the process had died after its journal was synced.
    for (const name of filesIn(file('log'))) if (!tiles.includes(name)) fs.rmSync(file(`log/${name}`));
    fs.writeFileSync(file('log/checkpoint'), before);
    expect(verifyLedger(path)).toMatchObject({ unpublished: 1, head: { size: 4 } });
    append([]);
    expect(
      verifyLedger(path)
        .entries.map(({ run }) => run)
        .at(-1),
    ).toBe('lost head');
  });
});

describe('tampering', () => {
  /** Whatever else is refused, a ledger that was changed is never taken for whole. */
  const refused = (act: () => unknown, what: string): void => {
    try {
      act();
    } catch (error) {
      expect(error).toBeInstanceOf(CapstanError);
      return;
    }
    throw new Error(`accepted: ${what}`);
  };

  test('with any byte of any file is refused', () => {
    append(many(300));
    const random = Random.seeded(1);
    for (const name of filesIn(path).filter((one) => one !== 'log.key')) {
      const original = fs.readFileSync(file(name));
      for (let i = 0; i < 40; i++) {
        const changed = Buffer.from(original);
        const [at, bit] = [random.below(changed.length), random.below(8)];
        changed[at]! ^= 1 << bit;
        fs.writeFileSync(file(name), changed);
        refused(() => verifyLedger(path), `${name}, byte ${at} of ${changed.length}, bit ${bit}`);
      }
      fs.writeFileSync(file(name), original.subarray(0, random.below(original.length)));
      refused(() => verifyLedger(path), `${name}, cut`);
      fs.rmSync(file(name));
      // Only a partial tile that later ones contain may go (tlog-tiles, «Partial Tiles»).
      if (/^log\/tile\/(0|entries)\/000\.p\/1$/.test(name)) verifyLedger(path);
      else refused(() => verifyLedger(path), `${name} is gone`);
      fs.writeFileSync(file(name), original);
    }
    verifyLedger(path);
  });

  test('by an older head, or by going back to an old state of all files, shows beside a head that somebody kept', () => {
    append(many(10));
    const backup = `${path}-backup`;
    fs.cpSync(path, backup, { recursive: true });
    append(many(5));
    const known = fs.readFileSync(file('log/checkpoint'));
    verifyLedger(path, { known });
    verifyLedger(backup);
    expect(() => verifyLedger(backup, { known })).toThrow('it was rolled back');
    // Another history of the same length, signed by the true key.
    append(many(4), backup);
    append([began('another')], backup);
    verifyLedger(backup);
    expect(() => verifyLedger(backup, { known })).toThrow(CapstanError);
  });

  test('by a key of one’s own is refused by who has the true one', () => {
    append(many(3));
    const own = `${path}-own`;
    withLedger(own, { ...OPTIONS, seed: () => new Uint8Array(32).fill(9) }, (ledger) =>
      ledger.append(many(3)),
    );
    const key = verifierOf(signerKey('note', OPTIONS.origin, OPTIONS.seed()));
    verifyLedger(path, { key });
    verifyLedger(own);
    expect(() => verifyLedger(own, { key })).toThrow(CapstanError);
  });

  test('with a journal that is shorter than the signed head keeps the ledger closed', () => {
    append(many(5));
    const journal = file('journal/00000000.seg');
    const short = fs.readFileSync(journal);
    append(many(5));
    fs.writeFileSync(journal, short);
    expect(() => append([began('more')])).toThrow('expected at least 11 records, got 6');
    expect(() => verifyLedger(path)).toThrow('expected 11 entries, got 6');
  });

  test('is not what a missing verifier key means: it follows from the signer’s, and is made again', () => {
    append(many(2));
    const key = fs.readFileSync(file('log.vkey'), 'utf8');
    fs.rmSync(file('log.vkey'));
    append([]);
    expect(fs.readFileSync(file('log.vkey'), 'utf8')).toBe(key);
  });

  test('with the signing key gone is no reason to make a new one', () => {
    append([]);
    fs.rmSync(file('log.key'));
    expect(() => append([])).toThrow('expected log.key');
  });
});
