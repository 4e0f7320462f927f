import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, expect, expectTypeOf, test } from 'vitest';
import { Folder } from '../storage/folder.ts';
import type { Checkpoint, Gate, Lineage } from './checkpoint.ts';
import {
  loadCheckpoint,
  type Promotable,
  promotable,
  promote,
  promoted,
  rollBack,
  rollbackTarget,
  saveCheckpoint,
} from './promotion.ts';

const root = fs.mkdtempSync(join(tmpdir(), 'capstan-registry-'));
let folder = new Folder(root);
beforeEach(() => {
  folder = new Folder(fs.mkdtempSync(join(root, 'run-')));
});
afterAll(() => fs.rmSync(root, { recursive: true, force: true }));

const GATE: Gate = {
  agreement: 0.9,
  low: 0.88,
  high: 0.92,
  n: 100,
  threshold: 0.85,
  passed: true,
  comparison: null,
};
const refused = expect.objectContaining({ code: 'refused' });

function save(changes: Partial<Lineage> = {}): Checkpoint {
  const lineage: Lineage = {
    ...{
      task: 'permutation-powering',
      parameters: { elements: 8 },
      iteration: 1,
      level: 1,
      parent: null,
      seed: 1,
    },
    ...{
      configuration: {},
      configurationHash: '',
      step: 1,
      dataRoot: '',
      dataCount: 0,
      teacher: 'Amplify^H(X_ema)',
    },
    ...{ groundTruth: false, gate: GATE, figures: {}, version: '0.1.0' },
    ...changes,
  };
  const tensors = [{ name: 'w', shape: [1], values: Float32Array.of(lineage.iteration) }];
  return loadCheckpoint(folder, saveCheckpoint(folder, lineage, tensors));
}

test('what is promoted is what is served, until the next iteration is', () => {
  expect(() => promoted(folder)).toThrow(
    /nothing is promoted yet; a checkpoint is once it has passed its gate/,
  );
  const [first, second] = [save({ iteration: 1 }), save({ iteration: 2, level: 5 })];
  promote(folder, promotable(first));
  expect(promoted(folder)).toEqual(first);
  promote(folder, promotable(second));
  expect(promoted(folder)).toEqual(second);
  expect(JSON.parse(folder.readText('promoted.json'))).toEqual({ hash: second.hash, iteration: 2, level: 5 });
});

test('the pawls hold: no earlier or equal iteration takes the place of a later one', () => {
  promote(folder, promotable(save({ iteration: 2 })));
  for (const iteration of [0, 1, 2])
    expect(() => promote(folder, promotable(save({ iteration, seed: 99 })))).toThrow(refused);
  expect(promoted(folder).lineage).toMatchObject({ iteration: 2, seed: 1 });
});

test('the same checkpoint twice is promoted once: a crash in between loses nothing', () => {
  const first = save();
  promote(folder, promotable(first));
  const before = folder.readText('promoted.json');
  promote(folder, promotable(first));
  expect(folder.readText('promoted.json')).toBe(before);
  const second = save({ iteration: 2 });
  promote(folder, promotable(second));
  expect(() => promote(folder, promotable(first))).toThrow(refused); // once it was served, but no more
  expect(promoted(folder)).toEqual(second);
});

test.each([
  ['cut short', (bytes: Uint8Array) => bytes.slice(0, 100)],
  ['emptied', () => new Uint8Array(0)],
  ['of one bit turned', (bytes: Uint8Array) => bytes.with(bytes.length - 1, bytes.at(-1)! ^ 1)],
])('a checkpoint %s is corrupt, and the file is named', (_, damage) => {
  const { hash } = save();
  const file = `checkpoints/${hash}.safetensors`;
  folder.writeAtomic(file, damage(Uint8Array.from(folder.read(file))));
  expect(() => loadCheckpoint(folder, hash)).toThrow(expect.objectContaining({ code: 'corrupt' }));
  expect(() => loadCheckpoint(folder, hash)).toThrow(`${folder.path}/${file}: `);
});

test.each<[string, Partial<Lineage>, RegExp]>([
  ['that saw ground truth', { groundTruth: true }, /trained on ground truth/],
  ['without a gate', { gate: null }, /through no gate/],
  [
    'that failed its gate',
    { gate: { ...GATE, passed: false, agreement: 0.7 } },
    /agreement of 0.7 at the frontier, expected every level to reach 0.85 by its lower bound/,
  ],
])('a checkpoint %s is refused, however it is presented', (_, flaw, message) => {
  const flawed = save(flaw);
  expect(() => promotable(flawed)).toThrow(refused);
  expect(() => promotable(flawed)).toThrow(message);
  const forged: Promotable = { ...promotable(save()), hash: flawed.hash };
  expect(() => promote(folder, forged)).toThrow(message);
  expect(folder.exists('promoted.json')).toBe(false);
  folder.writeAtomic('promoted.json', JSON.stringify({ hash: flawed.hash, iteration: 1, level: 1 }));
  expect(() => promoted(folder)).toThrow(message);
});

test('a checkpoint altered after its promotion is served to nobody, and a later one can still take its place', () => {
  const first = save();
  promote(folder, promotable(first));
  const name = `checkpoints/${first.hash}.safetensors`;
  const bytes = Uint8Array.from(folder.read(name));
  bytes[bytes.length - 1]! ^= 1;
  folder.writeAtomic(name, bytes);
  expect(() => promoted(folder)).toThrow(expect.objectContaining({ code: 'corrupt' }));
  const second = save({ iteration: 2 });
  promote(folder, promotable(second));
  expect(promoted(folder)).toEqual(second);
});

test('a checkpoint that was never saved is not promoted', () => {
  const elsewhere = promotable(save());
  folder.remove(`checkpoints/${elsewhere.hash}.safetensors`);
  expect(() => promote(folder, elsewhere)).toThrow(expect.objectContaining({ code: 'not-found' }));
});

test.each(['', '[]', '{"hash":1}', '{"hash":"../../etc/passwd","iteration":1}'])(
  'a record of promotion that says %j is an error in words',
  (text) => {
    folder.writeAtomic('promoted.json', text);
    expect(() => promoted(folder)).toThrow(
      expect.objectContaining({ code: expect.stringMatching(/corrupt|invalid/) }),
    );
  },
);

test('the types let nothing be promoted that has not been checked, least of all ground truth', () => {
  expectTypeOf(promote).parameter(1).toEqualTypeOf<Promotable>();
  expectTypeOf<Checkpoint>().not.toExtend<Promotable>();
  expectTypeOf<Checkpoint & { lineage: { groundTruth: true } }>().not.toExtend<Promotable>();
  expectTypeOf<Promotable['lineage']['groundTruth']>().toEqualTypeOf<false>();
  // @ts-expect-error an unchecked checkpoint
  expect(() => promote(folder, save({ groundTruth: true }))).toThrow(refused);
});

test('a person may take a promotion back, to an earlier one that passed its gate, and to no other', () => {
  const [first, second] = [save({ iteration: 1 }), save({ iteration: 2 })];
  const failed = save({ iteration: 1, seed: 7, gate: { ...GATE, passed: false } });
  expect(() => rollBack(folder, promotable(first))).toThrow(refused); // nothing is served yet
  promote(folder, promotable(first));
  promote(folder, promotable(second));
  expect(() => rollbackTarget(folder, second.hash)).toThrow(refused);
  expect(() => rollbackTarget(folder, failed.hash)).toThrow(refused);
  rollBack(folder, rollbackTarget(folder, first.hash));
  expect(promoted(folder)).toEqual(first);
  promote(folder, promotable(second)); // a later one passed its gate again
  expect(promoted(folder)).toEqual(second);
});

test('what is not shown to be as good as the one before it is refused, and says where', () => {
  const comparison = {
    with: 'ab'.repeat(32),
    passed: false,
    contexts: 512,
    errorRate: 0.01,
    margin: 0.05,
    level: 3,
    difference: -0.11,
    wealth: 0.2,
  };
  const worse = save({ gate: { ...GATE, passed: false, comparison } });
  expect(() => promotable(worse)).toThrow(refused);
  expect(() => promotable(worse)).toThrow(/not shown to be less than 0\.05 worse at level 3: -0\.11/);
  // A lineage that contradicts itself is no way around it.
  expect(() => promotable(save({ gate: { ...GATE, passed: true, comparison } }))).toThrow(refused);
  expect(promotable(save({ gate: { ...GATE, comparison: { ...comparison, passed: true } } }))).toBeDefined();
});
