/** How much the confidence of a run's served checkpoint is worth, and below which a person should look: fitted on its
 *  calibration pile and looked at on its check pile. What is right is what H says all the way down: no examiner is asked.
 *  It rests in calibration.json beside the run, sealed by its hash, and counts for the checkpoint that it names alone. */

import { memo } from '../amplify/memo.ts';
import { CapstanError } from '../base/errors.ts';
import { Random } from '../base/random.ts';
import type { Method } from '../confidence/calibration.ts';
import { type Confidence, confident, thresholdsOf } from '../confidence/escalation.ts';
import { fitConfidence, judgedContexts } from '../confidence/fitting.ts';
import type { Contexts } from '../confidence/threshold.ts';
import type { Assistant } from '../core/assistant.ts';
import { drawHeld, type Exam, type Purpose } from '../core/exam.ts';
import type { Task } from '../core/task.ts';
import { type Proportion, proportion } from '../statistics/proportion.ts';
import type { Folder } from '../storage/folder.ts';
import { allTheWayDown } from './judge.ts';
import { readSealed, writeSealed } from './sealed.ts';

export interface CalibrationFile {
  /** Hash of the checkpoint whose confidence it is. */
  readonly checkpoint: string;
  /** α: of all answers, the share that may be kept and wrong. */
  readonly risk: number;
  readonly method: Method;
  /** Who said what is right, and how deep H was. */
  readonly reference: string;
  /** What was asked at each level: contexts and questions by what they served for. No context served twice. */
  readonly piles: readonly LevelPiles[];
  readonly confidence: Confidence;
  /** On contexts that nothing was fitted on. */
  readonly check: Checked;
}

export interface LevelPiles {
  readonly level: number;
  readonly fit: Pile;
  readonly thresholds: Pile;
  readonly check: Pile;
}

interface Pile {
  readonly contexts: number;
  readonly questions: number;
}

export interface Checked {
  /** Of X alone, as it says itself: the mean square of confidence less right (Brier 1950). Unknown answers left out. */
  readonly brierBefore: number;
  /** The same with the confidences of the whole. */
  readonly brierAfter: number;
  /** Of all questions. */
  readonly escalated: Proportion;
  readonly keptAndWrong: Proportion;
}

export interface CalibrateOptions {
  readonly checkpoint: string;
  /** 0 < α < 1 */
  readonly risk: number;
  /** Levels of H above X, ≥ 1. */
  readonly depth: number;
  /** Contexts for thresholds at each level; half as many each to fit on and to check on. */
  readonly contexts: number;
  readonly method: Method;
}

export const CALIBRATION = 'calibration.json';
const FORMAT = 'capstan-calibration-1';
/** The same contexts for every checkpoint: what differs is the checkpoint. */
const DRAWN = Random.seeded(0).split('calibration');
/** More than any context gives (`core/exam.ts`), so that there are as many contexts as are wanted. */
const PER_CONTEXT = 32;

/** Levels of which no context can be held out are left out, and nothing is kept there. Throws «invalid» where too few can
 *  for the risk. */
export async function calibrateCheckpoint<Q, A>(
  task: Task<Q, A>,
  assistant: Assistant<Q, A>,
  { checkpoint, risk, depth, contexts, method }: CalibrateOptions,
): Promise<CalibrationFile> {
  const { overseer, environment, level } = task;
  const half = Math.ceil(contexts / 2);
  const draw = (purpose: Purpose, own: number, count: number): Exam<Q> =>
    drawHeld(task, purpose, own, count * PER_CONTEXT, DRAWN).slice(0, count);
  const levels = Array.from({ length: task.levels }, (_, i) => i + 1).flatMap((own) => {
    const drawn = draw('calibration', own, half + contexts);
    const check = draw('check', own, half);
    const [fit, thresholds] = [drawn.slice(0, half), drawn.slice(half)];
    return thresholds.length === 0 || check.length === 0 ? [] : [{ level: own, fit, thresholds, check }];
  });
  if (levels.length === 0)
    throw new CapstanError('invalid', `${task.name}: expected contexts to hold out, found none`);
  const reference = allTheWayDown(task, assistant);
  const x = memo(assistant, task.key);
  const parts = { overseer, environment, assistant: x, level };
  const held = levels.map((one) => ({ ...one, share: 1 / levels.length }));
  const confidence = await fitConfidence(parts, held, { risk, depth, method, reference });
  const whole = memo(confident(parts, confidence), task.key);
  const [before, after]: [Contexts[], Contexts[]] = [[], []];
  for (const { check } of levels) {
    before.push(await judgedContexts(x, reference, check));
    after.push(await judgedContexts(whole, reference, check));
  }
  const needed = thresholdsOf(confidence);
  const share = (is: (confidence: number, right: boolean, threshold: number) => boolean) =>
    proportion(
      after.flatMap((own, i) =>
        own.map((context) => ({
          right: context.filter((one) => is(one.confidence, one.right, needed(levels[i]!.level))).length,
          n: context.length,
        })),
      ),
    );
  return {
    checkpoint,
    risk,
    method,
    reference: reference.origin.name,
    piles: levels.map((one) => ({
      level: one.level,
      fit: pileOf(one.fit),
      thresholds: pileOf(one.thresholds),
      check: pileOf(one.check),
    })),
    confidence,
    check: {
      brierBefore: brierOf(before),
      brierAfter: brierOf(after),
      escalated: share((confidence, _, threshold) => confidence < threshold),
      keptAndWrong: share((confidence, right, threshold) => confidence >= threshold && !right),
    },
  };
}

export function writeCalibration(run: Folder, file: CalibrationFile): string {
  writeSealed(run, CALIBRATION, FORMAT, file);
  return `${run.path}/${CALIBRATION}`;
}

/** Undefined where there is none; throws «corrupt» on one that was altered. */
export function readCalibration(run: Folder): CalibrationFile | undefined {
  return run.exists(CALIBRATION) ? readSealed<CalibrationFile>(run, CALIBRATION, FORMAT) : undefined;
}

function pileOf<Q>(exam: Exam<Q>): Pile {
  return { contexts: exam.length, questions: exam.flat().length };
}

function brierOf(levels: readonly Contexts[]): number {
  const known = levels.flat(2).filter(({ confidence }) => confidence >= 0);
  const sum = known.reduce((total, { confidence, right }) => total + (confidence - Number(right)) ** 2, 0);
  return known.length === 0 ? 0 : sum / known.length;
}
