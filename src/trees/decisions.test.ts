/** Decisions in the log and in order, by several processes at once, against a plain map: of each key the first decision that
 *  was written. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Database } from '../storage/database.ts';
import { DECISIONS_SCHEMA, Decisions } from './decisions.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'capstan-decisions-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function open(name: string, freshMost?: number) {
  const database = Database.open(join(folder, name), DECISIONS_SCHEMA);
  return { database, decisions: new Decisions(database, freshMost) };
}

const decision = (n: number) => ({ n, text: '"\u0000\ud800é', run: `r${n % 2}`, spent: spentOf(n) });
const spentOf = (n: number) => ({ calls: 1, tokens: n, micros: 10 * n, seconds: 0 });
const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

const who = fc.nat(2);
const steps = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constant('put' as const), who, keys: fc.array(fc.nat(30), { maxLength: 8 }) }),
    fc.record({ kind: fc.constant('now' as const), who, keys: fc.array(fc.nat(30), { maxLength: 2 }) }),
    fc.record({ kind: fc.constant('open' as const), who }),
    fc.record({ kind: fc.constant('look' as const), who }),
    fc.record({ kind: fc.constant('turn' as const) }),
  ),
  { maxLength: 30 },
);

test('every process finds what any of them has written, in whichever place it is, and the first of a key', () =>
  fc.assert(
    fc.asyncProperty(steps, fc.integer({ min: 1, max: 12 }), async (sequence, freshMost) => {
      const name = `${Math.random()}.db`;
      const all = Array.from({ length: 3 }, () => open(name, freshMost));
      const expected = new Map<string, string>();
      const look = (n: number) => {
        for (let key = 0; key <= 30; key++)
          expect(all[n]!.decisions.get(`k${key}`)).toBe(expected.get(`k${key}`));
      };
      let count = 0;
      for (const step of sequence) {
        if (step.kind === 'turn') await turn();
        else if (step.kind === 'look') look(step.who);
        else if (step.kind === 'open') {
          all[step.who]!.database.close();
          all[step.who] = open(name, freshMost);
        } else {
          const { database, decisions } = all[step.who]!;
          const rows = step.keys.map((key) => ({ key: `k${key}`, json: JSON.stringify(decision(count++)) }));
          if (step.kind === 'put')
            await Promise.all(rows.map(({ key, json }) => decisions.put(key, 'p', json)));
          else
            database.writeNow(() => {
              // A person decides what nobody has decided.
              for (const { key, json } of rows) if (!expected.has(key)) decisions.putNow(key, 'p', json);
            });
          for (const { key, json } of rows) if (!expected.has(key)) expected.set(key, json);
        }
      }
      for (const n of all.keys()) look(n);
      for (const { database } of all) database.close();
    }),
    { seed: 1, numRuns: 60 },
  ));

test('what a run has paid for is the same wherever its decisions are', async () => {
  const { database, decisions } = open('spent.db', 10);
  for (let n = 1; n <= 25; n++) {
    await decisions.put(`k${n}`, 'p', JSON.stringify(decision(n)));
    await turn();
    const own = Array.from({ length: n }, (_, i) => i + 1).filter((i) => i % 2 === 1);
    const tokens = own.reduce((sum, i) => sum + i, 0);
    expect(decisions.spentBy('r1')).toEqual({ calls: own.length, tokens, micros: 10 * tokens, seconds: 0 });
  }
  const count = database.look<{ count: number }>('select count(*) as count from decision');
  expect(count()).toMatchObject({ count: 20 });
  database.close();
});

test('after a full disk nothing more is taken, and what was acknowledged is there', async () => {
  const database = Database.open(join(folder, 'full.db'), DECISIONS_SCHEMA, { pagesMax: 40 });
  const decisions = new Decisions(database, 50);
  const kept: string[] = [];
  const json = JSON.stringify({ text: 'x'.repeat(500) });
  await expect(
    (async () => {
      for (let n = 0; n < 1000; n++) {
        await decisions.put(`k${n}`, 'p', json);
        kept.push(`k${n}`);
        await turn();
      }
    })(),
  ).rejects.toMatchObject({ code: 'storage' });
  await expect(decisions.put('more', 'p', json)).rejects.toMatchObject({ code: 'storage' });
  for (const key of kept) expect(decisions.get(key)).toBe(json);
  expect(decisions.get(`k${kept.length}`)).toBeUndefined();
  database.close();
  const again = open('full.db');
  expect(kept.length).toBeGreaterThan(10);
  for (const key of kept) expect(again.decisions.get(key)).toBe(json);
  expect(again.decisions.get('more')).toBeUndefined();
  again.database.close();
});
