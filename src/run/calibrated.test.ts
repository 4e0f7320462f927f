import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { planted } from '../../test/planted.ts';
import { hch } from '../amplify/hch.ts';
import { memo } from '../amplify/memo.ts';
import { Random } from '../base/random.ts';
import { drawExam } from '../core/exam.ts';
import { Folder } from '../storage/folder.ts';
import { type PowerQuestion, permutationPowering } from '../tasks/permutation-powering.ts';
import { calibrateCheckpoint, readCalibration, writeCalibration } from './calibrated.ts';
import { judged } from './judgement.ts';

const SIZE = 8;
const task = permutationPowering({ elements: SIZE, powers: 8 });
const x = planted<PowerQuestion, number>({
  truth: memo(hch(task.overseer, task.environment, 3), task.key),
  key: task.key,
  wrong: (answer) => (answer + 1) % SIZE,
  probability: (question, random) => [0.99, 0.8, 0.4][task.level(question) - 1]! ** (2 * random.uniform()),
  said: Math.sqrt,
  seed: 1,
});
const CHECKPOINT = 'c'.repeat(64);
const OPTIONS = { checkpoint: CHECKPOINT, risk: 0.08, depth: 1, contexts: 60, method: 'isotonic' } as const;
const found = await calibrateCheckpoint(task, x, OPTIONS);
const path = mkdtempSync(join(tmpdir(), 'capstan-calibrated-'));
afterAll(() => rmSync(path, { recursive: true, force: true }));

describe('calibrating a checkpoint', () => {
  test('says what it was, what was asked, and that H alone said what is right', () => {
    expect(found).toMatchObject({ checkpoint: CHECKPOINT, risk: 0.08, reference: 'HCH_1' });
    expect(found.piles).toEqual(
      [1, 2, 3].map((level) => ({
        level,
        fit: { contexts: 30, questions: 30 * SIZE },
        thresholds: { contexts: 60, questions: 60 * SIZE },
        check: { contexts: 30, questions: 30 * SIZE },
      })),
    );
    expect(found.confidence.direct.groundTruth).toBe(false);
  });

  test('is looked at where nothing was fitted: the risk is kept, and confidences mean more than before', () => {
    const { brierBefore, brierAfter, keptAndWrong, escalated } = found.check;
    expect(keptAndWrong.low).toBeLessThan(0.08);
    expect(brierAfter).toBeLessThan(brierBefore);
    expect(escalated.value).toBeGreaterThan(0);
    expect(escalated.value).toBeLessThan(0.6);
  });

  test('is written and read again, and refused when it was altered', () => {
    const run = new Folder(path);
    expect(readCalibration(run)).toBeUndefined();
    const file = writeCalibration(run, found);
    expect(readCalibration(run)).toEqual(JSON.parse(JSON.stringify(found)));
    writeFileSync(file, readFileSync(file, 'utf8').replace('"risk": 0.08', '"risk": 0.5'));
    expect(() => readCalibration(run)).toThrow('it was altered');
  });

  test('needs as many contexts as the risk says', async () => {
    await expect(calibrateCheckpoint(task, x, { ...OPTIONS, contexts: 10 })).rejects.toThrow(
      'at most the risk of 0.08, got 0.0909',
    );
  });
});

describe('a question of a calibrated run', () => {
  test('is kept, taken apart, or for a person: by its confidence and the threshold of its level', async () => {
    const questions = [1, 2, 3].flatMap((level) =>
      drawExam(task, 'test', level, 40, Random.seeded(1)).flat(),
    );
    const decisions = new Set<string>();
    for (const question of questions) {
      const one = await judged(task, x, found, question);
      const { threshold } = found.confidence.thresholds[task.level(question) - 1]!;
      expect(one).toMatchObject({ threshold, level: task.level(question), risk: 0.08 });
      expect(one.decision === 'person').toBe(one.probability < threshold);
      if (one.decision === 'keep') expect(one.direct).toBeGreaterThanOrEqual(found.confidence.keep);
      if (one.decision === 'decompose') expect(one.direct).toBeLessThan(found.confidence.keep);
      decisions.add(one.decision);
    }
    expect([...decisions].sort()).toEqual(['decompose', 'keep', 'person']);
  });
});
