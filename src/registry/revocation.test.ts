import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { CapstanError } from '../base/errors.ts';
import { Folder } from '../storage/folder.ts';
import type { Lineage } from './checkpoint.ts';
import {
  loadCheckpoint,
  promotable,
  promote,
  promoted,
  rollBack,
  rollbackTarget,
  saveCheckpoint,
} from './promotion.ts';
import { expectNotRevoked, revocations, revoke } from './revocation.ts';

const root = fs.mkdtempSync(join(tmpdir(), 'capstan-revocation-'));
afterAll(() => fs.rmSync(root, { recursive: true, force: true }));
let folder = new Folder(root);
beforeEach(() => {
  folder = new Folder(fs.mkdtempSync(join(root, 'run-')));
});

const LINEAGE: Omit<Lineage, 'iteration' | 'parent' | 'seed'> = {
  task: 'permutation-powering',
  parameters: { elements: 8 },
  level: 1,
  configuration: {},
  configurationHash: '',
  step: 1,
  dataRoot: '',
  dataCount: 0,
  teacher: 'Amplify^H(X_ema)',
  groundTruth: false,
  gate: { agreement: 0.9, low: 0.88, high: 0.92, n: 100, threshold: 0.85, passed: true, comparison: null },
  figures: {},
  version: '0.1.0',
};
let seed = 0;
const save = (iteration: number, parent: string | null = null): string =>
  saveCheckpoint(folder, { ...LINEAGE, iteration, parent, seed: seed++ }, []);
const take = (hash: string) =>
  revoke(folder, { hash, reason: 'it learned from a bad week', salt: '00', entry: 7 });
const offer = (hash: string) => promote(folder, promotable(loadCheckpoint(folder, hash)));
const refused = expect.objectContaining({ code: 'refused' });

describe('a revoked checkpoint', () => {
  test('is served no more, and the reason is told; an earlier one can be', () => {
    const first = save(1);
    const second = save(2, first);
    offer(first);
    offer(second);
    take(second);
    expect(() => promoted(folder)).toThrow(
      'it was revoked (entry 7 of the ledger): it learned from a bad week',
    );
    rollBack(folder, rollbackTarget(folder, first));
    expect(promoted(folder).hash).toBe(first);
    expect(() => offer(second)).toThrow(refused);
  });

  test('takes with it all that was trained on from it, also what is made later', () => {
    const first = save(1);
    const second = save(2, first);
    offer(first);
    take(first);
    expect(() => offer(second)).toThrow(`it was trained on from ${first}, which was revoked`);
    expect(() => offer(save(3, second))).toThrow(refused);
    expect(() => rollbackTarget(folder, first)).toThrow(refused);
    offer(save(3)); // another line
  });

  test('stays revoked: a second time changes nothing', () => {
    const hash = save(1);
    take(hash);
    revoke(folder, { hash, reason: 'another', salt: '01', entry: 9 });
    expect(revocations(folder)).toEqual([
      { hash, reason: 'it learned from a bad week', salt: '00', entry: 7 },
    ]);
  });

  test('of any family tree: refused is exactly what descends from one that is revoked', () => {
    const trees = fc.array(fc.tuple(fc.nat(), fc.boolean()), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(trees, (tree) => {
        folder = new Folder(fs.mkdtempSync(join(root, 'tree-')));
        const hashes: string[] = [];
        const bad: boolean[] = [];
        tree.forEach(([above, isRevoked], i) => {
          const parent = above % (i + 1); // i itself: no parent
          hashes.push(save(i + 1, parent === i ? null : hashes[parent]!));
          bad.push(isRevoked || (parent !== i && bad[parent]!));
          if (isRevoked) take(hashes[i]!);
        });
        const parentOf = (hash: string) => loadCheckpoint(folder, hash).lineage.parent;
        hashes.forEach((hash, i) => {
          const look = () => expectNotRevoked(folder, hash, parentOf);
          if (bad[i]) expect(look).toThrow(refused);
          else look();
        });
      }),
      { numRuns: 30 },
    );
  });
});

test('revocation fails closed: on a file that is damaged, and on a parent that is gone', () => {
  const first = save(1);
  const second = save(2, first);
  offer(second);
  take(save(9));
  expect(promoted(folder).hash).toBe(second);
  folder.remove(`checkpoints/${first}.safetensors`);
  expect(() => promoted(folder)).toThrow(CapstanError);
  const { hash } = revocations(folder)[0]!;
  for (const text of ['', '{}', '{"hash":"00"}', '[]']) {
    folder.writeAtomic(`revoked/${hash}.json`, text);
    expect(() => promoted(folder)).toThrow(expect.objectContaining({ code: 'corrupt' }));
  }
});
