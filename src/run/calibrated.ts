/** How much the confidence of a run's served checkpoint is worth, and below which a person should look: fitted on contexts held
 *  out for that and looked at on others. What is right is what H says all the way down, or a person: no examiner is asked.
 *  Where there is a calibration already, of this checkpoint or of one before, the next is held against it on contexts that
 *  neither was fitted to, and what was in force stays unless the new one helps. It rests in calibration.json beside the
 *  run, sealed by its hash, and counts for the checkpoint that it names alone. */

import { amplify } from '../amplify/amplify.ts';
import { withEnvironment } from '../amplify/environment.ts';
import { memo } from '../amplify/memo.ts';
import type { Method } from '../confidence/calibration.ts';
import { type Confidence, confident, type Parts, thresholdsOf } from '../confidence/escalation.ts';
import { type Fitted, fitMaps, fitThresholds, judgedContexts } from '../confidence/fitting.ts';
import type { Contexts, Kept } from '../confidence/threshold.ts';
import { agree, unknown } from '../core/answer.ts';
import type { Assistant } from '../core/assistant.ts';
import { scopeFor } from '../core/budget.ts';
import type { Exam } from '../core/exam.ts';
import type { Task } from '../core/task.ts';
import { type Recalibrated, recalibrate } from '../oversight/recalibration.ts';
import type { Estimate } from '../statistics/estimate.ts';
import { type Proportion, proportion } from '../statistics/proportion.ts';
import type { Folder } from '../storage/folder.ts';
import { type HeldOut, type HeldOutOptions, heldOut } from './held-out.ts';
import { allTheWayDown } from './judge.ts';
import { readSealed, sealedText } from './sealed.ts';
import { type Claim, type SheetLine, sheetOf, verdictsOn } from './sheet.ts';

export interface CalibrationFile {
  /** Hash of the checkpoint whose confidence it is. */
  readonly checkpoint: string;
  /** α: of all answers, the share that may be kept and wrong. */
  readonly risk: number;
  readonly method: Method;
  /** Who said what is right: H and how deep, or a person. */
  readonly reference: string;
  /** What was asked at each level: contexts and questions by what they served for. No context served twice. */
  readonly piles: readonly LevelPiles[];
  readonly confidence: Confidence;
  /** On contexts that nothing was fitted on. */
  readonly check: Checked;
  /** Where one was in force before. */
  readonly recalibration?: Recalibration;
  /** Where a run did it as it went on. */
  readonly during?: During;
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

export interface Recalibration {
  /** 1, 2, …: each has contexts of its own. */
  readonly round: number;
  /** Whether what was fitted now is in force; if not, the maps before are. */
  readonly accepted: boolean;
  /** The checkpoint whose calibration was in force. */
  readonly of: string;
  /** Brier scores with what was in force, and with what was fitted now, of the same questions; over contexts. */
  readonly before: Estimate;
  readonly after: Estimate;
  readonly difference: Estimate;
}

export interface During {
  readonly iteration: number;
  readonly cause: 'schedule' | 'alarm';
}

export interface CalibrateOptions extends HeldOutOptions {
  readonly checkpoint: string;
  /** 0 < α < 1 */
  readonly risk: number;
  /** Levels of H above X, ≥ 1. */
  readonly depth: number;
  readonly method: Method;
}

export interface Circumstances<Q, A> {
  /** Who says what is right; H, all the way down, unless somebody else is named. */
  readonly reference?: Assistant<Q, A> | undefined;
  readonly inForce?: CalibrationFile | undefined;
  readonly during?: During;
}

export const CALIBRATION = 'calibration.json';
const FORMAT = 'capstan-calibration-1';

/** Levels of which no context can be held out are left out, and nothing is kept there. Throws «invalid» where too few can
 *  for the risk. */
export async function calibrateCheckpoint<Q, A>(
  task: Task<Q, A>,
  assistant: Assistant<Q, A>,
  options: CalibrateOptions,
  { reference = allTheWayDown(task, assistant), inForce, during }: Circumstances<Q, A> = {},
): Promise<CalibrationFile> {
  const { checkpoint, risk, depth, method } = options;
  const { overseer, environment, level } = task;
  const levels = heldOut(task, options, roundAfter(inForce));
  const x = memo(assistant, task.key);
  const parts = { overseer, environment, assistant: x, level };
  const held = levels.map((one) => ({ ...one, share: 1 / levels.length }));
  const fitting = { risk, depth, method, reference };
  const refit = () => fitMaps(parts, held, fitting);
  const judged = inForce && (await heldAgainst(task, parts, levels, reference, inForce.confidence, refit));
  const isKept = inForce !== undefined && !judged!.accepted;
  const maps = judged ? judged.inForce : await refit();
  // Their promise is about the X, and the risk, that they were found for.
  const isSame = inForce?.checkpoint === checkpoint && inForce.risk === risk;
  const thresholds =
    isKept && isSame ? inForce.confidence.thresholds : await fitThresholds(parts, maps, held, fitting);
  const confidence = { ...maps, thresholds };
  return {
    checkpoint,
    risk,
    method: isKept ? inForce.method : method,
    reference: reference.origin.name,
    piles: levels.map((one) => ({
      level: one.level,
      fit: pileOf(one.fit),
      thresholds: pileOf(one.thresholds),
      check: pileOf(one.check),
    })),
    confidence,
    check: await checked(task, parts, levels, reference, confidence),
    ...(judged && { recalibration: recalibrationOf(judged, inForce) }),
    ...(during && { during }),
  };
}

/** What a person is to judge so that this can be calibrated: all that X, and H with its help, say. */
export async function calibrationSheet<Q, A>(
  task: Task<Q, A>,
  assistant: Assistant<Q, A>,
  options: CalibrateOptions,
  inForce?: CalibrationFile,
): Promise<readonly SheetLine[]> {
  return sheetOf(task, assistant, await claimsOf(task, assistant, options, inForce));
}

/** The person who filled in the sheet that `calibrationSheet` gave for the same. What nobody offered them is not right. Throws
 *  «invalid» on another sheet. */
export async function referenceBySheet<Q, A>(
  task: Task<Q, A>,
  assistant: Assistant<Q, A>,
  options: CalibrateOptions,
  inForce: CalibrationFile | undefined,
  lines: readonly Partial<SheetLine>[],
): Promise<Assistant<Q, A>> {
  const claims = await claimsOf(task, assistant, options, inForce);
  const verdicts = verdictsOn(task, claims, lines);
  const said = claims.filter((_, i) => verdicts[i]);
  // Of several right ones X's own counts: it comes first.
  const right = new Map(said.toReversed().map(({ question, answer }) => [task.key(question), answer]));
  return {
    origin: { name: PERSON, groundTruth: false },
    answer: async (questions) => questions.map((one) => right.get(task.key(one)) ?? unknown('unsure')),
  };
}

/** As `reference` has it. */
export const PERSON = 'a person';

export function calibrationText(file: CalibrationFile): string {
  return sealedText(FORMAT, file);
}

/** Undefined where there is none; throws «corrupt» on one that was altered. */
export function readCalibration(run: Folder): CalibrationFile | undefined {
  return run.exists(CALIBRATION) ? readSealed<CalibrationFile>(run, CALIBRATION, FORMAT) : undefined;
}

/** Contexts are fresh in each. */
function roundAfter(inForce: CalibrationFile | undefined): number {
  return inForce ? (inForce.recalibration?.round ?? 0) + 1 : 0;
}

interface Asked<Q> {
  readonly level: number;
  readonly context: string;
  readonly question: Q;
}

/** What is fitted now, held against what is in force. */
async function heldAgainst<Q, A>(
  task: Task<Q, A>,
  parts: Parts<Q, A>,
  levels: readonly HeldOut<Q>[],
  reference: Assistant<Q, A>,
  { thresholds: _, ...current }: Confidence,
  refit: () => Promise<Fitted>,
): Promise<Recalibrated<Fitted>> {
  const labels = (of: 'fit' | 'check') =>
    levels.flatMap(({ level, [of]: exam }) =>
      exam.flat().map((question): Asked<Q> => {
        return { level, context: task.encoding.facts(question).join(' '), question };
      }),
    );
  return recalibrate({
    current,
    fresh: labels('fit'),
    check: labels('check'),
    refit,
    brier: async (fitted: Fitted, asked) => {
      const exam = [asked.map(({ question }) => question)];
      const [said] = await judgedContexts(confident(parts, fitted), reference, exam);
      return said!.map(squaredError);
    },
  });
}

function recalibrationOf(
  { accepted, before, after, difference }: Recalibrated<Fitted>,
  inForce: CalibrationFile,
): Recalibration {
  return {
    ...{ round: roundAfter(inForce), accepted, of: inForce.checkpoint },
    ...{ before, after, difference },
  };
}

async function checked<Q, A>(
  { key }: Task<Q, A>,
  parts: Parts<Q, A>,
  levels: readonly HeldOut<Q>[],
  reference: Assistant<Q, A>,
  confidence: Confidence,
): Promise<Checked> {
  const whole = memo(confident(parts, confidence), key);
  const [before, after]: [Contexts[], Contexts[]] = [[], []];
  for (const { check } of levels) {
    before.push(await judgedContexts(parts.assistant, reference, check));
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
    brierBefore: brierOf(before),
    brierAfter: brierOf(after),
    escalated: share((confidence, _, threshold) => confidence < threshold),
    keptAndWrong: share((confidence, right, threshold) => confidence >= threshold && !right),
  };
}

/** Each answer of X, and of H above it, that is not the same: X's own first. An answer that is made of both in another way counts
 *  as wrong, which errs on the safe side. */
async function claimsOf<Q, A>(
  task: Task<Q, A>,
  assistant: Assistant<Q, A>,
  options: CalibrateOptions,
  inForce: CalibrationFile | undefined,
): Promise<readonly Claim<Q, A>[]> {
  const levels = heldOut(task, options, roundAfter(inForce));
  const asked = levels.flatMap(({ fit, thresholds, check }) => [fit, thresholds, check].flat(2));
  const questions = [...new Map(asked.map((one) => [task.key(one), one])).values()];
  let sayer = memo(assistant, task.key);
  const said = [await sayer.answer(questions, scopeFor(questions.length))];
  for (let depth = 0; depth < options.depth; depth++) {
    sayer = memo(amplify(task.overseer, withEnvironment(task.environment, sayer)), task.key);
    said.push(await sayer.answer(questions, scopeFor(PER_QUESTION * questions.length)));
  }
  return questions.flatMap((question, i) => {
    const answers = said.map((one) => one[i]!).filter(({ kind }) => kind === 'known');
    const distinct = answers.filter((one, n) => answers.findIndex((other) => agree(one, other)) === n);
    return distinct.map((answer) => ({ question, answer }));
  });
}

/** A tree may have many nodes, and here nobody pays for it. */
const PER_QUESTION = 4096;

function pileOf<Q>(exam: Exam<Q>): Pile {
  return { contexts: exam.length, questions: exam.flat().length };
}

/** Who says nothing is not wrong. */
function squaredError({ confidence, right }: Kept): number {
  return confidence < 0 ? 0 : (confidence - Number(right)) ** 2;
}

function brierOf(levels: readonly Contexts[]): number {
  const known = levels.flat(2).filter(({ confidence }) => confidence >= 0);
  const sum = known.reduce((total, one) => total + squaredError(one), 0);
  return known.length === 0 ? 0 : sum / known.length;
}
