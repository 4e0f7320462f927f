/** What the pages verify, as they do: src/ledger on a browser's own cryptography and bytes, with a ledger made by Node's. */

import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { withLedger } from '../src/record/ledger.ts';
import { receiptOf } from '../src/record/receipt.ts';
import { Bytes } from '../web/src/buffer.ts';
import { pin, repin } from '../web/src/verify/pin.ts';

/** Two full tiles and a partial one, and one above them. */
const ENTRIES = 600;
const path = mkdtempSync(join(tmpdir(), 'capstan-web-verify-'));
const files = new Map<string, Uint8Array>();
let key: string;
let receipt: string;
let verifyLog: typeof import('../web/src/verify/log.ts').verifyLog;
let verifyEntry: typeof import('../web/src/verify/receipt.ts').verifyEntry;

beforeAll(async () => {
  const options = {
    origin: 'example.org/log',
    seed: () => new Uint8Array(32).fill(7),
    now: () => '2026-11-28T12:00:00.000Z',
  };
  const actor = { id: 'program:capstan', kind: 'program' as const };
  const drafts = Array.from({ length: ENTRIES - 1 }, (_, i) => ({
    kind: 'run-started' as const,
    actor,
    run: `run ${i}`,
  }));
  withLedger(path, options, (ledger) => ledger.append(drafts));
  const log = join(path, 'log');
  for (const name of readdirSync(log, { recursive: true, encoding: 'utf8' }))
    if (statSync(join(log, name)).isFile()) files.set(name, new Uint8Array(readFileSync(join(log, name))));
  key = readFileSync(join(path, 'log.vkey'), 'utf8').trim();
  receipt = receiptOf(path, 300);
  vi.resetModules();
  vi.doMock('node:crypto', () => import('../web/src/crypto.ts'));
  vi.stubGlobal('Buffer', Bytes);
  ({ verifyLog } = await import('../web/src/verify/log.ts'));
  ({ verifyEntry } = await import('../web/src/verify/receipt.ts'));
});

afterAll(() => {
  vi.unstubAllGlobals();
  vi.doUnmock('node:crypto');
  rmSync(path, { recursive: true, force: true });
});

const verify = (given: ReadonlyMap<string, Uint8Array>) => verifyLog(async (name) => given.get(name), key);

describe('the whole log', () => {
  test('verifies, and says how far it is', async () => {
    const seen: number[] = [];
    const found = await verifyLog(
      async (name) => files.get(name),
      key,
      ({ entries, of }) => seen.push(entries / of),
    );
    expect(found).toMatchObject({ origin: 'example.org/log', size: ENTRIES, files: files.size });
    expect(seen.length).toBe(3);
    expect(seen.at(-1)).toBe(1);
    expect(seen).toEqual(seen.toSorted((a, b) => a - b));
  });

  test('verifies by full tiles where the partial ones are gone', async () => {
    const grown = new Map(files);
    for (const name of ['tile/entries/002', 'tile/0/002'] as const) {
      const partial = grown.get(`${name}.p/88`)!;
      grown.delete(`${name}.p/88`);
      const rest = name === 'tile/0/002' ? new Uint8Array(168 * 32) : filling(168);
      grown.set(name, new Uint8Array([...partial, ...rest]));
    }
    expect((await verify(grown)).size).toBe(ENTRIES);
  });

  test('is refused with one bit of any file another one, a file cut short, longer, gone, or in the place of another', async () => {
    const names = [...files.keys()];
    expect(names.map((name) => name.replace(/\d{3}.*/, '…'))).toEqual(
      expect.arrayContaining(['checkpoint', 'tile/0/…', 'tile/1/…', 'tile/entries/…']),
    );
    const change = fc.constantFrom('bit', 'cut', 'longer', 'gone', 'swapped');
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...names),
        fc.constantFrom(...names),
        change,
        fc.nat(),
        async (name, other, how, chance) => {
          const bytes = files.get(name)!;
          const changed = new Map(files);
          if (how === 'bit') {
            const flipped = bytes.slice();
            flipped[(chance >> 3) % bytes.length]! ^= 1 << (chance & 7);
            changed.set(name, flipped);
          }
          if (how === 'cut') changed.set(name, bytes.slice(0, chance % bytes.length));
          if (how === 'longer') changed.set(name, new Uint8Array([...bytes, chance]));
          if (how === 'gone') changed.delete(name);
          if (how === 'swapped') {
            if (name === other) return;
            changed.set(name, files.get(other)!);
            changed.set(other, bytes);
          }
          const said = await verify(changed).then(
            () => 'verified',
            (error: Error) => error.message,
          );
          expect(said, `${how} ${name}`).toMatch(/expected/);
        },
      ),
      { numRuns: 60 },
    );
  });

  test('is refused for another key', async () => {
    const other = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW';
    await expect(verifyLog(async (name) => files.get(name), other)).rejects.toThrow(
      'signature of PeterNeumann',
    );
  });
});

describe('one entry', () => {
  test('verifies by its receipt', () => {
    const found = verifyEntry(300, receipt, key);
    expect(found).toMatchObject({ size: ENTRIES, entry: { seq: 300, run: 'run 299' }, witnesses: [] });
    expect(found.root).toMatch(/^[0-9a-f]{64}$/);
  });

  test('is refused under another number, and with any character of its receipt another one', () => {
    expect(() => verifyEntry(299, receipt, key)).toThrow('expected its number, got 300');
    fc.assert(
      fc.property(fc.nat(receipt.length - 1), fc.constantFrom('A', '0', 'z', '\n', '='), (at, put) => {
        if (receipt[at] === put) return;
        expect(() => verifyEntry(300, receipt.slice(0, at) + put + receipt.slice(at + 1), key)).toThrow();
      }),
    );
  });
});

describe('the log’s key', () => {
  test('is remembered at first sight; another one is told until somebody believes it', () => {
    const kept = new Map<string, string>();
    const store = {
      getItem: (name: string) => kept.get(name) ?? null,
      setItem: (name: string, value: string) => void kept.set(name, value),
    };
    expect(pin(store, 'one', 'a')).toEqual({ kind: 'first' });
    expect(pin(store, 'one', 'a')).toEqual({ kind: 'same' });
    expect(pin(store, 'two', 'b')).toEqual({ kind: 'first' });
    expect(pin(store, 'one', 'b')).toEqual({ kind: 'changed', known: 'a' });
    expect(pin(store, 'one', 'b')).toEqual({ kind: 'changed', known: 'a' });
    repin(store, 'one', 'b');
    expect(pin(store, 'one', 'b')).toEqual({ kind: 'same' });
  });
});

/** A bundle of entries of one byte. */
function filling(count: number): Uint8Array {
  return new Uint8Array(Array.from({ length: count }, () => [0, 1, 0x78]).flat());
}
