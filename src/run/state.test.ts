import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import type { StudentState } from '../distill/replicas.ts';
import { START } from '../iterate/progress.ts';
import { encodeTensors } from '../registry/safetensors.ts';
import { Folder } from '../storage/folder.ts';
import { type ArmState, loadState, readState, saveState } from './state.ts';

const root = fs.mkdtempSync(join(tmpdir(), 'capstan-state-'));
let folder: Folder;
beforeEach(() => {
  folder = new Folder(fs.mkdtempSync(join(root, 'arm-')));
});
afterAll(() => fs.rmSync(root, { recursive: true, force: true }));

const STATE: ArmState = {
  progress: { ...START, step: 50, stage: 1, agreed: 0.1 + 0.2, weight: 1 / 3, horizons: [2, 3] },
  seconds: 12.345678901234567,
  operations: 3.2e12,
  examples: { count: 3, range: ['a'.repeat(64), 'b'.repeat(64)], shards: ['c'.repeat(64)] },
  points: [{ step: 25, seconds: 1, operations: 2, decisions: 3, frontier: 1, answerer: [0.5, 0] }],
  iterations: [],
};
const vectors = (seed: number): StudentState => ({
  parameters: Float32Array.of(seed, -0, 1e-45, Number.MAX_VALUE),
  first: Float32Array.of(1, 2, 3, 4),
  second: Float32Array.of(0, 0, 0, 0),
  average: Float32Array.of(0.1, 0.2, 0.3, seed),
});

const COUNT = 4;
const corrupt = expect.objectContaining({ code: 'corrupt' });
const files = () => fs.readdirSync(folder.path, { recursive: true, encoding: 'utf8' }).sort();
const statesFile = () => files().find((name) => name.endsWith('.safetensors'))!;

describe('what was saved', () => {
  test('comes back, bit for bit', () => {
    saveState(folder, STATE, vectors(7));
    expect(loadState(folder, COUNT)).toEqual({ state: STATE, vectors: vectors(7) });
    expect(readState(folder)).toMatchObject(STATE);
  });

  test('comes back, whatever the numbers', () => {
    const arrays = fc.integer({ min: 1, max: 5 }).chain((length) => {
      const vector = fc.float32Array({ minLength: length, maxLength: length });
      return fc.record({ parameters: vector, first: vector, second: vector, average: vector });
    });
    const figure = fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0); // JSON has no −0
    fc.assert(
      fc.property(arrays, figure, figure, (vectors, seconds, agreed) => {
        const state: ArmState = { ...STATE, seconds, progress: { ...STATE.progress, agreed } };
        saveState(folder, state, vectors);
        expect(loadState(folder, vectors.parameters.length)).toEqual({ state, vectors });
      }),
      { seed: 1, numRuns: 40 },
    );
  });

  test('is nothing where nothing was', () => {
    expect(loadState(folder, COUNT)).toBeUndefined();
    expect(readState(folder)).toBeUndefined();
    expect(files()).toEqual([]);
  });

  test('last is what counts, and of the vectors before nothing is left', () => {
    for (const seed of [1, 2, 3]) saveState(folder, { ...STATE, seconds: seed }, vectors(seed));
    expect(loadState(folder, COUNT)).toEqual({ state: { ...STATE, seconds: 3 }, vectors: vectors(3) });
    expect(files().filter((name) => name.includes('/')).length).toBe(1);
  });

  test('twice with the same vectors is still there', () => {
    saveState(folder, STATE, vectors(1));
    saveState(folder, { ...STATE, seconds: 99 }, vectors(1));
    expect(loadState(folder, COUNT)).toEqual({ state: { ...STATE, seconds: 99 }, vectors: vectors(1) });
  });
});

describe('a crash while saving', () => {
  /** A folder whose writes and removals stop working after so many. */
  function dying(after: number): Folder {
    let left = after;
    const guard = <F extends (...given: never[]) => unknown>(act: F): F =>
      ((...given: never[]) => {
        if (left-- <= 0) throw new Error('power is gone');
        return act(...given);
      }) as F;
    return new Folder(folder.path, {
      ...fs,
      openSync: guard(fs.openSync as never) as typeof fs.openSync,
      renameSync: guard(fs.renameSync),
      rmSync: guard(fs.rmSync),
    });
  }

  test('leaves the state before or the new one, whole, wherever it strikes', () => {
    const [before, after] = [
      { state: STATE, vectors: vectors(1) },
      { state: { ...STATE, seconds: 99 }, vectors: vectors(2) },
    ];
    const seen = new Set<number>();
    for (let calls = 0; calls < 12; calls++) {
      fs.rmSync(folder.path, { recursive: true, force: true });
      saveState(folder, before.state, before.vectors);
      try {
        saveState(dying(calls), after.state, after.vectors);
      } catch {
        // as a process that died there
      }
      const found = loadState(folder, COUNT);
      expect([before, after]).toContainEqual(found);
      seen.add(found!.state.seconds);
    }
    expect(seen.size).toBe(2);
  });
});

describe('damage is told, with the file it struck', () => {
  beforeEach(() => saveState(folder, STATE, vectors(1)));

  test.each([
    ['nothing', () => ''],
    ['half of it', (text: string) => text.slice(0, text.length / 2)],
    ['another format', (text: string) => text.replace('capstan-arm-1', 'capstan-arm-9')],
    ['no object', () => 'null'],
    ['a format and nothing else', () => '{"format":"capstan-arm-1"}'],
    ['no content', (text: string) => text.replace('"content"', '"contents"')],
    ['no hash', (text: string) => text.replace('"sha256"', '"sha255"')],
    ['another step', (text: string) => text.replace('"step": 50', '"step": 51')],
    ['a figure more', (text: string) => text.replace('"progress": {', '"progress": { "extra": 1,')],
    ['a figure less', (text: string) => text.replace('"stageSteps": 0,', '')],
    [
      'another set of vectors',
      (text: string) => text.replace(/"vectors": "./, (found) => `${found.slice(0, -1)}0`),
    ],
  ])('state.json holds %s', (_, damage) => {
    const whole = folder.readText('state.json');
    expect(damage(whole)).not.toBe(whole);
    folder.writeAtomic('state.json', damage(whole));
    for (const read of [(folder: Folder) => loadState(folder, COUNT), readState]) {
      expect(() => read(folder)).toThrow(corrupt);
      expect(() => read(folder)).toThrow(`${folder.path}/state.json: `);
    }
  });

  test.each([
    ['one bit turned', (bytes: Uint8Array) => bytes.with(bytes.length - 1, bytes.at(-1)! ^ 1)],
    ['its end cut off', (bytes: Uint8Array) => bytes.slice(0, -4)],
    ['nothing left', () => new Uint8Array(0)],
    ['other tensors', () => encodeTensors({ metadata: {}, tensors: [] })],
  ])('the vectors have %s', (_, damage) => {
    const name = statesFile();
    folder.writeAtomic(name, damage(Uint8Array.from(folder.read(name))));
    expect(() => loadState(folder, COUNT)).toThrow(corrupt);
    const hash = name.slice('states/'.length, -'.safetensors'.length);
    expect(() => loadState(folder, COUNT)).toThrow(hash);
    expect(readState(folder)).toMatchObject(STATE); // the record alone is whole
  });

  test.each([
    ['shorter', (vector: Float32Array) => vector.slice(1), '3'],
    ['longer', (vector: Float32Array) => Float32Array.of(...vector, 1), '5'],
  ])('one of the vectors is %s than those of the student', (_, changed, length) => {
    for (const name of ['parameters', 'first', 'second', 'average'] as const) {
      saveState(folder, STATE, { ...vectors(1), [name]: changed(vectors(1)[name]) });
      const message = `expected 4 values of «${name}», got ${length}`;
      expect(() => loadState(folder, COUNT)).toThrow(corrupt);
      expect(() => loadState(folder, COUNT)).toThrow(`${folder.path}/${statesFile()}: ${message}`);
    }
  });

  test('the vectors are gone', () => {
    const name = statesFile();
    folder.remove(name);
    expect(() => loadState(folder, COUNT)).toThrow(
      expect.objectContaining({ message: expect.stringContaining(name) }),
    );
  });
});
