import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { long } from '../../test/long.ts';
import { CapstanError } from '../base/errors.ts';
import { permutationPoweringExaminer } from '../examiners/permutation-powering.ts';
import type { IterateOptions } from '../iterate/iterate.ts';
import { MerkleAccumulator } from '../ledger/merkle.ts';
import { Runtime } from '../onnx/runtime.ts';
import { predictorShape } from '../overseers/predictor.ts';
import type { Draft } from '../record/ledger.ts';
import { decodeCheckpoint, type Lineage } from '../registry/checkpoint.ts';
import { loadCheckpoint, promoted } from '../registry/promotion.ts';
import type { ArmRecord } from '../report/record.ts';
import { Folder } from '../storage/folder.ts';
import { permutationPowering } from '../tasks/permutation-powering.ts';
import { trainArm } from './arm.ts';
import { mainPlan } from './arms.ts';
import type { Recorder } from './chronicle.ts';
import { type Configuration, configure } from './configuration.ts';
import type { ArmEvent } from './setting.ts';
import { loadState, readState } from './state.ts';

const configuration = configure({ task: 'permutation-powering', size: 8, powers: 8, width: 16, replicas: 1 });
const task = permutationPowering({ elements: 8, powers: 8 });
/** Few contexts, and gates that anybody passes: two warm-ups of two steps, then two iterations of as many. */
const training: IterateOptions = {
  ...configuration.training,
  curriculum: { ...configuration.training.curriculum, contexts: 4 },
  gate: {
    ...configuration.training.gate,
    advance: 0,
    finish: 0,
    questions: 16,
    attempt: -1,
    stepsMin: 2,
    warmUpMin: 2,
  },
};

const root = fs.mkdtempSync(join(tmpdir(), 'capstan-arm-'));
let runtime: Runtime;
let folder: Folder;
/** What comes of it undisturbed. */
let whole: { readonly record: ArmRecord; readonly files: Readonly<Record<string, string>> };

beforeAll(async () => {
  runtime = await Runtime.open({ threads: 1, backend: 'native' });
  folder = emptyFolder();
  whole = { record: await train(), files: filesOf(folder) };
});
afterAll(async () => {
  await runtime.close();
  fs.rmSync(root, { recursive: true, force: true });
});
beforeEach(() => {
  folder = emptyFolder();
});

const emptyFolder = () => new Folder(fs.mkdtempSync(join(root, 'arm-')));

interface Circumstances {
  readonly chosen?: Configuration;
  readonly change?: Partial<IterateOptions>;
  /** Called after each event. */
  readonly tell?: (event: ArmEvent, stop: () => void) => void;
  readonly place?: Folder;
  readonly record?: Recorder;
  readonly halted?: () => string | undefined;
}

/** As `carryOut` does it, from whatever is in the folder. */
function train({
  chosen = configuration,
  change = {},
  tell = () => {},
  place = folder,
  record = () => 0,
  halted = () => undefined,
}: Circumstances = {}): Promise<ArmRecord> {
  folder.sweep();
  const stop = new AbortController();
  return trainArm(
    {
      task,
      examiner: permutationPoweringExaminer,
      configuration: chosen,
      folder: place,
      withRuntimes: (use) => use([runtime]),
      clock: () => 0,
      signal: stop.signal,
      assertHeld: () => {},
      tell: (event) => tell(event, () => stop.abort()),
      name: 'a test',
      record,
      began: 0,
      halted,
      promotion: () => 'gate',
      revoked: () => new Map(),
    },
    { ...mainPlan(task, permutationPoweringExaminer, chosen), training: { ...training, ...change } },
    place,
  );
}

/** All bytes, by the file's name. */
function filesOf({ path }: Folder): Readonly<Record<string, string>> {
  const names = fs.readdirSync(path, { recursive: true, encoding: 'utf8' }).sort();
  const files = names.filter((name) => fs.statSync(join(path, name)).isFile());
  return Object.fromEntries(files.map((name) => [name, fs.readFileSync(join(path, name), 'latin1')]));
}

/** The lineage in a checkpoint among the files. */
function lineageIn(files: Readonly<Record<string, string>>, hash: string): Lineage {
  return decodeCheckpoint(Buffer.from(files[`checkpoints/${hash}.safetensors`]!, 'latin1'), hash).lineage;
}

/** A disk that can be watched, and broken, before each file takes its place. */
function diskWith(beforeFile: (name: string, content: Uint8Array) => void): Folder {
  return new Folder(folder.path, {
    ...fs,
    renameSync: (from, to) => {
      beforeFile(`${basename(dirname(String(to)))}/${basename(String(to))}`, fs.readFileSync(from));
      fs.renameSync(from, to);
    },
  });
}

describe('an arm', () => {
  test('compares what passed its gate with what passed before, and promotes it if it is shown to be no worse', () => {
    const [first, second] = whole.record.iterations;
    expect(whole.record.iterations.map(({ passed }) => passed)).toEqual([true, true]);
    const gates = [first, second].map((one) => lineageIn(whole.files, one!.checkpoint).gate!);
    expect(gates[0]!.comparison).toBeNull();
    const { errorRate, margin } = training.ratchet;
    expect(gates[1]!.comparison).toMatchObject({ with: first!.checkpoint, passed: true, errorRate, margin });
  });

  test('serves the one before where that is not shown, and goes on', async () => {
    const ratchet = { ...training.ratchet, errorRate: 1e-300, contexts: 32 }; // no evidence is that strong
    const said: Draft[] = [];
    const { iterations, state } = await train({
      change: { ratchet },
      record: (make) => said.push(...make(said.length)),
    });
    const [first, second] = iterations;
    expect([first!.passed, second!.passed, state]).toEqual([true, false, 'finished']);
    expect(promoted(folder).hash).toBe(first!.checkpoint);
    expect(second!.violation).toMatch(
      /not shown to be less than 5\.0 points worse .* the one before is served on/,
    );
    const { comparison, passed } = loadCheckpoint(folder, second!.checkpoint).lineage.gate!;
    expect([comparison!.passed, passed, comparison!.with]).toEqual([false, false, first!.checkpoint]);
    expect(said.filter(({ kind }) => kind === 'model-promoted').length).toBe(1);
    const decided = said.filter(({ kind }) => kind === 'gate-decided').map(({ figures }) => figures!);
    expect(decided[0]).not.toHaveProperty('compared-passed');
    expect(decided[1]).toMatchObject({ passed: 0, 'compared-passed': 0, 'compared-margin-ppm': 50_000 });
  });

  test('passes its gates and serves the last of its checkpoints', () => {
    const { record, files } = whole;
    expect(record).toMatchObject({ state: 'finished', steps: 8, groundTruth: false });
    expect(record.iterations.map(({ level, passed }) => [level, passed])).toEqual([
      [2, true],
      [3, true],
    ]);
    const names = Object.keys(files);
    expect(names.filter((name) => name.startsWith('checkpoints/')).length).toBe(2);
    expect(names.filter((name) => name.startsWith('states/')).length).toBe(1);
    expect(JSON.parse(files['promoted.json']!).hash).toBe(record.iterations[1]!.checkpoint);
  });

  test('that has ended is its record, and is not trained again', async () => {
    const record = await train();
    const files = filesOf(folder);
    const events: string[] = [];
    expect(await train({ tell: ({ kind }) => events.push(kind) })).toEqual(record);
    expect(events).toEqual(['arm-started']);
    expect(filesOf(folder)).toEqual(files);
  });

  test('has written every example that a checkpoint names before the checkpoint itself', async () => {
    const shards: Uint8Array[] = [];
    const roots: { readonly root: string; readonly count: number }[] = [];
    const place = diskWith((name, content) => {
      if (name.startsWith('examples/')) shards.push(content);
      if (!name.startsWith('checkpoints/')) return;
      const tree = MerkleAccumulator.restore(0, []);
      for (const leaf of shards.flatMap(leavesOf)) tree.append(leaf);
      roots.push({ root: tree.root(), count: tree.size });
    });
    const { iterations } = await train({ place });
    const lineages = iterations.map(({ checkpoint }) => loadCheckpoint(folder, checkpoint).lineage);
    expect(lineages.map(({ dataRoot, dataCount }) => ({ root: dataRoot, count: dataCount }))).toEqual(roots);
    expect(roots.map(({ count }) => count)).toEqual([6 * 4, 8 * 4]);
  });

  test('is on the record with every gate, and with every promotion before it takes effect', async () => {
    const entries: Draft[] = [];
    const served: (string | undefined)[] = [];
    const place = emptyFolder();
    const { iterations } = await train({
      place,
      record: (make) => {
        const promoted = join(place.path, 'promoted.json');
        const first = entries.length;
        const drafts = make(first);
        const now = fs.existsSync(promoted) ? JSON.parse(fs.readFileSync(promoted, 'utf8')).hash : undefined;
        for (const draft of drafts) if (draft.kind === 'model-promoted') served.push(now);
        entries.push(...drafts);
        return first;
      },
    });
    const [one, two] = iterations.map(({ checkpoint }) => checkpoint);
    const iteration = ['training-ended', 'examples-written', 'gate-decided', 'model-promoted'];
    const started = 'training-started';
    expect(entries.map(({ kind }) => kind)).toEqual([started, ...iteration, started, ...iteration]);
    expect(served).toEqual([undefined, one]);
    const of = (kind: string) => entries.filter((entry) => entry.kind === kind);
    for (const kind of ['gate-decided', 'model-promoted'])
      expect(of(kind).map(({ subjects }) => subjects![0]!.sha256)).toEqual([one, two]);
    expect(of('training-ended').map(({ ends }) => ends)).toEqual([0, 5]);
    expect(entries.map(({ parents }) => parents?.[0])).toEqual([
      0,
      undefined,
      1,
      2,
      3,
      0,
      undefined,
      6,
      7,
      8,
    ]);
    expect(of('gate-decided')[0]!.figures).toMatchObject({ passed: 1, level: iterations[0]!.level });
    expect(of('examples-written')[1]).toMatchObject({
      actor: { id: 'script:H', kind: 'script' },
      subjects: [{ sha256: iterations[1]!.dataRoot }],
      figures: { examples: 8 * 4, decisions: iterations[1]!.decisions },
    });
  });

  test('whose training is stopped or fails says so: nothing that began is without an end', async () => {
    const entries: Draft[] = [];
    const record: Recorder = (make) => entries.push(...make(entries.length)) - 1;
    await expect(train({ record, tell: (_, stop) => stop() })).rejects.toThrow('stopped after');
    const broken = diskWith((name) => {
      if (name.startsWith('checkpoints/')) throw new CapstanError('storage', 'the disk is full');
    });
    await expect(train({ record, place: broken })).rejects.toThrow('the disk is full');
    expect(entries.map(({ kind, ends, words }) => [kind, ends, words!.state])).toEqual([
      ['training-started', undefined, undefined],
      ['training-ended', 0, 'interrupted'],
      ['training-started', undefined, undefined],
      ['training-ended', 2, 'storage'],
    ]);
  });

  test('whose steps run out in a warm-up has passed no gate, and serves nothing', async () => {
    const record = await train({ change: { stepsMax: 1 } });
    expect(record).toMatchObject({ state: 'gate-failed', steps: 1 });
    expect(record.iterations).toMatchObject([{ level: 1, passed: false }]);
    expect(() => promoted(folder)).toThrow(expect.objectContaining({ code: 'not-found' }));
  });

  test('whose steps end with a passed gate serves what passed it', async () => {
    const record = await train({ change: { stepsMax: 6 } });
    expect(record).toMatchObject({ state: 'gate-failed', steps: 6 });
    expect(record.iterations).toMatchObject([{ level: 2, passed: true }]);
    expect(promoted(folder).hash).toBe(record.iterations[0]!.checkpoint);
  });
});

describe('resumed = uninterrupted: the same bytes in every file', () => {
  test.each([1, 3, 6, 7])('stopped after step %i', async (step) => {
    const saved = step <= 6 ? 0 : 6; // the first iteration ends after step 6
    await expect(
      train({
        tell: ({ kind, ...event }, stop) => {
          if (kind === 'trained' && 'arm' in event && event.arm.steps === step) stop();
        },
      }),
    ).rejects.toThrow(
      expect.objectContaining({
        code: 'interrupted',
        message: `stopped after training step ${step}; step ${saved} is saved`,
      }),
    );
    expect(readState(folder)?.progress.step ?? 0).toBe(saved);
    expect(await train()).toEqual(whole.record);
    expect(filesOf(folder)).toEqual(whole.files);
  });

  test('stopped after each step anew it never ends, and changes nothing: what is not saved is done again', async () => {
    for (let session = 0; session < 3; session++)
      await expect(train({ tell: (_, stop) => stop() })).rejects.toThrow(/^stopped after training step 1; /);
    expect(filesOf(folder)).toEqual({});
    expect(await train()).toEqual(whole.record);
  });

  long('crashed before any of its files takes its place', async () => {
    for (let calls = 0; ; calls++) {
      folder = emptyFolder();
      let left = calls;
      const place = diskWith(() => {
        if (left-- === 0) throw new Error('power is gone');
      });
      const crashed = await train({ place }).then(
        () => false,
        () => true,
      );
      if (!crashed) {
        expect(calls).toBe(2 * 5); // a shard, a checkpoint, its promotion, vectors, the state
        break;
      }
      expect(await train()).toEqual(whole.record);
      expect(filesOf(folder)).toEqual(whole.files);
    }
  });
});

describe('an arm of H′', () => {
  const { labels } = configuration;
  /** Small, and trusted after two batches in each stage whatever it says; by then it has learned to say something. */
  const chosen: Configuration = {
    ...configure({ task: task.name, size: 8, powers: 8, width: 16, replicas: 1, overseer: 'predictor' }),
    labels: {
      ...labels,
      decisionsMax: 2000,
      batch: 8,
      window: 16,
      wrongMax: 16,
      auditEvery: 2,
      study: 60,
      imitator: { ...labels.imitator, width: 16, rows: 32 },
    },
  };
  let undisturbed: typeof whole;
  const entries: Draft[] = [];
  beforeAll(async () => {
    folder = emptyFolder();
    const record: Recorder = (make) => entries.push(...make(entries.length)) - 1;
    undisturbed = { record: await train({ chosen, record }), files: filesOf(folder) };
  });

  test('says in its record how faithful H′ is to H, and from how many decisions it learned', () => {
    const { fidelity, decisions, groundTruth } = undisturbed.record;
    expect(fidelity).toMatchObject({ learnedFrom: decisions, functional: { n: 1000 } });
    expect(decisions).toBeGreaterThan(16);
    expect(undisturbed.record).toMatchObject({ state: 'finished', steps: 8 });
    expect(fidelity!.exact.n).toBeGreaterThan(fidelity!.functional.n);
    for (const { value, low, high } of [fidelity!.functional, fidelity!.exact]) {
      expect(low).toBeLessThanOrEqual(value);
      expect(value).toBeLessThanOrEqual(high);
    }
    expect(groundTruth).toBe(false);
    expect(whole.record.fidelity).toBeUndefined();
  });

  test('keeps H′ beside the student: its network, and every decision of H that it learned from', () => {
    for (const [name, bytes] of Object.entries(undisturbed.files)) {
      fs.mkdirSync(dirname(join(folder.path, name)), { recursive: true });
      fs.writeFileSync(join(folder.path, name), bytes, 'latin1');
    }
    const { state, vectors } = loadState(folder, undisturbed.record.trainedParameters)!;
    const own = Object.keys(vectors).filter((name) => name.startsWith('predictor.'));
    expect(own.sort()).toEqual([
      'predictor.decisions',
      'predictor.first',
      'predictor.parameters',
      'predictor.second',
    ]);
    const { places, actionWords } = predictorShape(task, 16);
    const { decisions } = undisturbed.record;
    expect(vectors['predictor.decisions']!.length).toBe(decisions * (places + 2 * actionWords));
    expect(state.apprentice!.tested.decisions).toBeLessThanOrEqual(decisions);
  });

  test('is on the record by its parameters, and H as whom it learned from', () => {
    const written = entries.filter(({ kind }) => kind === 'examples-written');
    expect(written.map(({ figures }) => figures!.decisions)).toEqual(
      undisturbed.record.iterations.map(({ decisions }) => decisions),
    );
    for (const entry of written)
      expect(entry).toMatchObject({
        actor: { id: "model:H'", kind: 'model', version: expect.stringMatching(/^[0-9a-f]{64}$/) },
        authority: 'script:H',
      });
  });

  test.each([3, 7])('stopped after step %i and resumed, ends in the same bytes', async (step) => {
    const stopped = train({
      chosen,
      tell: ({ kind, ...event }, stop) => {
        if (kind === 'trained' && 'arm' in event && event.arm.steps === step) stop();
      },
    });
    await expect(stopped).rejects.toThrow(/^stopped after training step /);
    expect(readState(folder)?.progress.step ?? 0).toBe(step < 6 ? 0 : 6);
    expect(await train({ chosen })).toEqual(undisturbed.record);
    expect(filesOf(folder)).toEqual(undisturbed.files);
  });

  test('crashed after its last gate and before it was compared with H, is compared when it is resumed', async () => {
    let saves = 0;
    const place = diskWith((name) => {
      // The states of two iterations, then that with the fidelity.
      if (name.endsWith('/state.json') && ++saves === 3) throw new Error('power is gone');
    });
    await expect(train({ chosen, place })).rejects.toThrow('power is gone');
    expect(readState(folder)).toMatchObject({ progress: { state: 'finished' } });
    expect(readState(folder)!.fidelity).toBeUndefined();
    expect(await train({ chosen })).toEqual(undisturbed.record);
    expect(filesOf(folder)).toEqual(undisturbed.files);
  });
});

describe('an arm that is taught the ground truth', () => {
  test('says so in its record and checkpoints, and is never promoted, whatever gate it passes', async () => {
    const chosen = configure({
      task: task.name,
      size: 8,
      powers: 8,
      width: 16,
      replicas: 1,
      overseer: 'truth',
    });
    const record = await train({ chosen });
    expect(record).toMatchObject({ kind: 'supervised', groundTruth: true, state: 'finished' });
    expect(record.iterations.map(({ passed }) => passed)).toEqual([true, true]);
    for (const { checkpoint } of record.iterations)
      expect(loadCheckpoint(folder, checkpoint).lineage.groundTruth).toBe(true);
    expect(Object.keys(filesOf(folder))).not.toContain('promoted.json');
    expect(() => promoted(folder)).toThrow(expect.objectContaining({ code: 'not-found' }));
  });
});

/** A shard is its leaves, each after its length. */
function leavesOf(shard: Uint8Array): readonly Uint8Array[] {
  const bytes = Buffer.from(shard);
  const leaves: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; ) {
    const length = bytes.readUInt32LE(at);
    leaves.push(bytes.subarray(at + 4, at + 4 + length));
    at += 4 + length;
  }
  return leaves;
}
