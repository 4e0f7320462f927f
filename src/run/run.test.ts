import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { VERSION } from '../base/version.ts';
import { configure } from './configuration.ts';
import { createRun } from './folder.ts';
import { carryOut } from './run.ts';

const home = mkdtempSync(join(tmpdir(), 'capstan-run-'));
afterAll(() => rmSync(home, { recursive: true, force: true }));

const OPTIONS = {
  threads: 1,
  backend: 'native',
  machine: 'a test',
  clock: () => performance.now() / 1000,
  signal: new AbortController().signal,
  tell: () => {},
  record: () => 0,
  by: 'person:a test',
  halted: () => undefined,
  promotion: () => 'gate' as const,
  revoked: () => new Map(),
} as const;

const created = (name: string, version: string): string => {
  const path = join(home, name);
  const configuration = configure({ task: 'permutation-powering', size: 8, replicas: 1, maxSteps: 5 });
  createRun(path, { configuration, baselines: false, started: '2026-01-01T00:00:00Z', command: '', version });
  return path;
};

test('a run is carried out by the version that started it, and by no other', async () => {
  const { record } = await carryOut(created('ours', VERSION), OPTIONS);
  expect(record.arms[0]!.steps).toBe(5);
  await expect(carryOut(created('theirs', '0.0.9'), OPTIONS)).rejects.toThrow(
    `expected one started by Capstan ${VERSION}, got 0.0.9`,
  );
});
