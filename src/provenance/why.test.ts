import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { carryOutTiny, createTiny, entriesOf, PATIENCE_MS, recorderIn, tiny } from '../../test/tiny-run.ts';
import type { Entry } from '../ledger/entry.ts';
import { loadCheckpoint } from '../registry/promotion.ts';
import { modelServed } from '../run/chronicle.ts';
import { Folder } from '../storage/folder.ts';
import { flat, whyModel } from './why.ts';

const home = fs.mkdtempSync(join(tmpdir(), 'capstan-why-'));
const ledger = join(home, 'ledger');
const one = { path: join(home, 'one'), ledger };
let entries: readonly Entry[];
let hashes: readonly string[];

beforeAll(async () => {
  createTiny(one);
  const { record } = await carryOutTiny(one);
  hashes = record.arms[0]!.iterations.map(({ checkpoint }) => checkpoint);
  for (const by of ['person:ada', 'person:bob']) modelServed(recorderIn(ledger), 'one', hashes[1]!, by);
  entries = entriesOf(ledger);
}, PATIENCE_MS);
afterAll(() => fs.rmSync(home, { recursive: true, force: true }));

describe('why a model is as it is', () => {
  test('goes from its promotion back to who started the run, and from parent to parent', () => {
    const [found] = whyModel(entries, hashes[1]!.slice(0, 10));
    const kinds = flat(found!.made).map(({ kind }) => kind);
    expect(kinds).toEqual([
      'model-promoted',
      'gate-decided',
      'examples-written',
      'training-ended',
      'training-started',
      'run-started',
    ]);
    expect(flat(found!.made).at(-1)!.authority).toBe('person:ada');
    expect(found!.parent).toMatchObject({ checkpoint: hashes[0], run: 'one' });
    expect(found!.parent!.parent).toBeUndefined();
    expect(found!.events.map(({ authority }) => authority)).toEqual(['person:bob', 'person:ada']);
    expect(found!.parent!.events).toEqual([]);
  });

  test('says what the checkpoint says of itself: its examples and its parent', () => {
    const arm = new Folder(join(one.path, 'ida'));
    for (const hash of hashes) {
      const [found] = whyModel(entries, hash);
      const { dataRoot, dataCount, parent } = loadCheckpoint(arm, hash).lineage;
      const written = flat(found!.made).find(({ kind }) => kind === 'examples-written')!;
      expect(written).toMatchObject({ subjects: [{ sha256: dataRoot }], figures: { examples: dataCount } });
      expect(found!.parent?.checkpoint ?? null).toBe(parent);
    }
  });

  test('is told apart for runs that made the same bits, and by names that mean one thing', async () => {
    const again = { path: join(home, 'again'), ledger, configuration: tiny() };
    createTiny(again);
    await carryOutTiny(again);
    const found = whyModel(entriesOf(ledger), hashes[1]!);
    expect(found.map(({ run }) => run)).toEqual(['one', 'again']);
    expect(found[1]!.events).toEqual([]);
    expect(flat(found[1]!.made).at(-1)!.run).toBe('again');
    expect(() => whyModel(entries, 'xyz')).toThrow('expected 6 to 64 hexadecimal digits');
    expect(whyModel(entries, '0'.repeat(64))).toEqual([]);
  });
});
