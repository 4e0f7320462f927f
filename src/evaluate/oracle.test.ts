import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { amplify } from '../amplify/amplify.ts';
import { withEnvironment } from '../amplify/environment.ts';
import { hch } from '../amplify/hch.ts';
import { memo } from '../amplify/memo.ts';
import { nobody } from '../assistants/nobody.ts';
import { Random } from '../base/random.ts';
import { scope } from '../core/budget.ts';
import { permutationPoweringExaminer } from '../examiners/permutation-powering.ts';
import { Runtime } from '../onnx/runtime.ts';
import { loadCheckpoint, promotable, promoted } from '../registry/promotion.ts';
import { trainArm } from '../run/arm.ts';
import { configure } from '../run/configuration.ts';
import type { ArmPlan } from '../run/plan.ts';
import { Folder } from '../storage/folder.ts';
import { type PowerQuestion, permutationPowering } from '../tasks/permutation-powering.ts';
import { isRight } from './accuracy.ts';
import { oracle } from './oracle.ts';

const task = permutationPowering({ elements: 8, powers: 8 });
const knows = oracle(permutationPoweringExaminer);

test('the oracle answers every question with the truth, asking nobody', async () => {
  for (const level of [1, 2, 3]) {
    const questions = task.sample(Random.seeded(level), { split: 'test', size: 8, level });
    const answers = await amplify(knows, nobody).answer(questions, scope());
    questions.forEach((question, i) => {
      expect(isRight(permutationPoweringExaminer, question, answers[i]!)).toBe(true);
    });
  }
});

describe('whatever is built from the oracle knows ground truth, and says so', () => {
  const { overseer, environment } = task;
  const tainted = amplify(knows, nobody);
  test.each([
    ['the oracle', knows],
    ['Amplify^oracle(⊥)', tainted],
    ['Amplify^oracle(Amplify^H(⊥))', amplify(knows, amplify(overseer, nobody))],
    ['Amplify^H(Amplify^oracle(⊥))', amplify(overseer, tainted)],
    ['it with the facts beside it', withEnvironment(environment, tainted)],
    ['a memo of it', memo(tainted, task.key)],
    ['HCH of it', hch(knows, task.environment, 2)],
  ])('%s', (_, { origin }) => {
    expect(origin.groundTruth).toBe(true);
  });

  test('and without the oracle nothing does', () => {
    expect(amplify(overseer, memo(hch(overseer, environment, 2), task.key)).origin.groundTruth).toBe(false);
  });
});

describe('a student of the oracle', () => {
  const configuration = configure({ task: task.name, size: 8, powers: 8, width: 16, replicas: 1 });
  const training = {
    ...configuration.training,
    curriculum: { ...configuration.training.curriculum, contexts: 4 },
    gate: {
      ...configuration.training.gate,
      advance: 0,
      finish: 0,
      attempt: -1,
      questions: 16,
      stepsMin: 1,
      warmUpMin: 1,
    },
    stepsPerIteration: 3,
  };
  const plan: ArmPlan<PowerQuestion, number> = {
    key: 'supervised',
    kind: 'supervised',
    name: 'Supervised on ground truth',
    overseers: [knows],
    learned: false,
    training,
  };
  const path = mkdtempSync(join(tmpdir(), 'capstan-oracle-'));
  let runtime: Runtime;
  beforeAll(async () => {
    runtime = await Runtime.open({ threads: 1, backend: 'native' });
  });
  afterAll(async () => {
    await runtime.close();
    rmSync(path, { recursive: true });
  });

  test('passes its gates and is promoted nevertheless never: its lineage says what it learned from', async () => {
    const folder = new Folder(path);
    const record = await trainArm(
      {
        task,
        examiner: permutationPoweringExaminer,
        configuration,
        folder,
        withRuntimes: (use) => use([runtime]),
        clock: () => 0,
        signal: new AbortController().signal,
        assertHeld: () => {},
        tell: () => {},
        name: 'a test',
        record: () => 0,
        began: 0,
        halted: () => undefined,
        promotion: () => 'gate',
        revoked: () => new Map(),
      },
      plan,
      folder,
    );
    expect(record).toMatchObject({ state: 'finished', groundTruth: true });
    expect(record.iterations.map(({ passed }) => passed)).toEqual([true, true]);
    for (const { checkpoint } of record.iterations) {
      const kept = loadCheckpoint(folder, checkpoint);
      expect(kept.lineage).toMatchObject({
        groundTruth: true,
        teacher: 'Amplify^oracle(X_ema)',
        gate: { passed: true },
      });
      expect(() => promotable(kept)).toThrow(expect.objectContaining({ code: 'refused' }));
    }
    expect(() => promoted(folder)).toThrow(expect.objectContaining({ code: 'not-found' }));
  });
});
