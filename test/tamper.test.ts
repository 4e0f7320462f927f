/** Whatever is changed in a ledger is found, by `verify` or by a memory outside of it. */

import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { withLedger } from '../src/record/ledger.ts';
import { CONTENT_KINDS } from './tamper/contents.ts';
import { DECISION_KINDS } from './tamper/decisions.ts';
import { entriesOf, type Files, journalOf, LOG, publishedOf } from './tamper/forge.ts';
import { KINDS } from './tamper/kinds.ts';
import { tamperings, untampered } from './tamper/tamper.ts';

/** Of each kind; `npm run prove tamper` tries 100,000 in all. */
const TRIED = 12;

test('a whole ledger is accepted by everybody', () => {
  untampered(1);
});

test(`${KINDS.length + CONTENT_KINDS.length + DECISION_KINDS.length} kinds of tampering, ${TRIED} of each: none is accepted, and each is found by whom it has to be`, () => {
  for (const { kind, accepted, wrong } of tamperings(TRIED, 1)) {
    expect(accepted, kind).toBe(0);
    expect(wrong).toEqual([]);
  }
});

test('what is forged is, byte for byte, what a ledger would be', () => {
  const path = mkdtempSync(join(tmpdir(), 'capstan-forged-'));
  try {
    const options = {
      origin: LOG.name,
      seed: () => Buffer.alloc(32, 1),
      now: () => '2026-11-28T12:00:00.000Z',
    };
    const entries = entriesOf(0, 300, 'true');
    withLedger(path, options, (ledger) => {
      const drafts = entries.slice(1).map((entry) => {
        const { v, seq, time, ...draft } = JSON.parse(entry.toString());
        return draft;
      });
      ledger.append(drafts);
    });
    const names = readdirSync(path, { recursive: true, encoding: 'utf8' });
    const files: Files = new Map(
      names
        .filter((name) => statSync(join(path, name)).isFile() && !/lock|log\.key|^journal/.test(name))
        .map((name) => [name, readFileSync(join(path, name))]),
    );
    const read = files.get('log/tile/entries/000')!;
    const own = [read.subarray(2, 2 + read.readUInt16BE(0)), ...entries.slice(1)];
    const made = publishedOf(own, LOG);
    // The first one was published alone, before the others came.
    for (const name of files.keys()) if (name.endsWith('.p/1') && !made.has(name)) files.delete(name);
    expect([...files.keys()].sort()).toEqual([...made.keys()].sort());
    for (const [name, bytes] of made) expect(files.get(name)!.equals(bytes), name).toBe(true);
    const journal = readFileSync(join(path, 'journal/00000000.seg'));
    const forged = journalOf(own, 1, 2 ** 20).get('journal/00000000.seg')!;
    expect(forged.length).toBe(journal.length); // groups are another: the first entry, then the rest
  } finally {
    rmSync(path, { recursive: true });
  }
});
