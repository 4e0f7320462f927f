import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Random } from '../src/base/random.ts';
import { killed } from './desk/killed.ts';

const own = mkdtempSync(join(tmpdir(), 'capstan-own-'));
const before = process.env.XDG_STATE_HOME;
beforeAll(() => {
  process.env.XDG_STATE_HOME = own;
});
afterAll(() => {
  process.env.XDG_STATE_HOME = before ?? '';
  rmSync(own, { recursive: true });
});

test('what people were told is committed is on the ledger once, wherever the process is killed', async () => {
  const found = await killed(3, Random.seeded(1), 40);
  expect(found.violations).toEqual([]);
  expect(found.acknowledged).toBeGreaterThan(3);
});
