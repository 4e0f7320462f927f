import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { planted } from '../../test/planted.ts';
import { hch } from '../amplify/hch.ts';
import { memo } from '../amplify/memo.ts';
import { Random } from '../base/random.ts';
import { scope } from '../core/budget.ts';
import { drawExam } from '../core/exam.ts';
import { Folder } from '../storage/folder.ts';
import { type PowerQuestion, permutationPowering } from '../tasks/permutation-powering.ts';
import {
  CALIBRATION,
  type CalibrationFile,
  calibrateCheckpoint,
  calibrationSheet,
  calibrationText,
  readCalibration,
  referenceBySheet,
} from './calibrated.ts';
import { heldOut } from './held-out.ts';
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
const OPTIONS = {
  ...{ checkpoint: CHECKPOINT, risk: 0.08, depth: 1, contexts: 60, perContext: SIZE },
  method: 'isotonic',
} as const;
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
    run.writeAtomic(CALIBRATION, calibrationText(found));
    expect(readCalibration(run)).toEqual(JSON.parse(JSON.stringify(found)));
    run.writeAtomic(CALIBRATION, calibrationText(found).replace('"risk": 0.08', '"risk": 0.5'));
    expect(() => readCalibration(run)).toThrow('it was altered');
  });

  test('needs as many contexts as the risk says', async () => {
    await expect(calibrateCheckpoint(task, x, { ...OPTIONS, contexts: 10 })).rejects.toThrow(
      'at most the risk of 0.08, got 0.0909',
    );
  });
});

describe('calibrating again', () => {
  const again = (inForce: CalibrationFile, change: object = {}) =>
    calibrateCheckpoint(task, x, { ...OPTIONS, ...change }, { inForce });
  const sure = { kind: 'isotonic', points: [{ confidence: 0, probability: 0.999 }] } as const;
  /** Everything is held for nearly certain. */
  const bent: CalibrationFile = {
    ...found,
    confidence: { ...found.confidence, direct: { groundTruth: false, levels: {}, otherwise: sure } },
  };

  test('puts what was fitted now in the place of what is bent: contexts that neither was fitted to show that it helps', async () => {
    const done = await again(bent);
    const { accepted, round, of, before, after, difference } = done.recalibration!;
    expect([accepted, round, of]).toEqual([true, 1, CHECKPOINT]);
    expect(difference.high).toBeLessThan(0);
    expect(difference.value).toBeCloseTo(after.value - before.value, 12);
    expect(done.check.brierAfter).toBeCloseTo(after.value, 2);
    expect(done.confidence.direct).not.toEqual(bent.confidence.direct);
    expect(done.check.keptAndWrong.low).toBeLessThan(0.08);
  });

  test('leaves in force what is right already, and finds thresholds anew for another checkpoint or risk alone', async () => {
    const right = await calibrateCheckpoint(task, x, { ...OPTIONS, contexts: 150 });
    const few = { contexts: 14 }; // fewer labels than the mean alone may decide on
    const same = await again(right, few);
    expect(same.recalibration).toMatchObject({ accepted: false, round: 1 });
    expect(same.confidence).toEqual(right.confidence);
    const { thresholds: _, ...maps } = right.confidence;
    for (const change of [{ checkpoint: 'd'.repeat(64) }, { risk: 0.1 }]) {
      const other = await again(right, { ...few, ...change });
      expect(other).toMatchObject({ ...change, recalibration: { accepted: false, of: CHECKPOINT } });
      expect(other.confidence).toMatchObject(maps);
      expect(other.confidence.thresholds).not.toEqual(right.confidence.thresholds);
    }
    expect((await again(same, few)).recalibration!.round).toBe(2);
  });

  test('asks about fresh contexts in each round, and finds thresholds on none that anything was fitted to', () => {
    const facts = (question: PowerQuestion) => task.encoding.facts(question).join(' ');
    const rounds = [0, 1, 2].map((round) => heldOut(task, OPTIONS, round));
    const all = (of: 'fit' | 'thresholds' | 'check') =>
      new Set(rounds.flat().flatMap(({ [of]: exam }) => exam.flat().map(facts)));
    const [fit, thresholds, check] = [all('fit'), all('thresholds'), all('check')];
    expect([...thresholds, ...check].filter((one) => fit.has(one))).toEqual([]);
    expect([...check].filter((one) => thresholds.has(one))).toEqual([]);
    expect(fit.size).toBeGreaterThan(0.6 * rounds.flat().length * 30); // of some 420 that there are
  });
});

describe('a person in the place of H', () => {
  test('says of a sheet what is right, and as little as the contexts wanted has to be said', async () => {
    const options = { ...OPTIONS, risk: 0.2, contexts: 6, perContext: 1 };
    const shows = ({ permutation, power, element }: PowerQuestion) =>
      `s^${power}(${element}) [${permutation.image.join(' ')}]`;
    const own = { ...task, show: shows };
    const sheet = await calibrationSheet(own, x, options);
    expect(sheet.length).toBeLessThan(2 * 3 * 12);
    const truth = await calibrateCheckpoint(task, x, options);
    const h = memo(hch(task.overseer, task.environment, 3), task.key);
    const said = [];
    for (const line of sheet) {
      const [answer] = await h.answer([task.parse(line.question)], scope());
      said.push({ ...line, right: answer!.kind === 'known' && task.showAnswer(answer!.value) === line.said });
    }
    const person = await referenceBySheet(own, x, options, undefined, said);
    const done = await calibrateCheckpoint(task, x, options, { reference: person });
    expect(done).toEqual({ ...truth, reference: 'a person' });
    await expect(referenceBySheet(own, x, options, found, said)).rejects.toThrow('sheet');
    await expect(referenceBySheet(own, x, options, undefined, sheet)).rejects.toThrow('true or false');
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
