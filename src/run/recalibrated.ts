/** A run that keeps its confidence true: every few iterations, and after each alarm, that of the checkpoint which is served by then is
 *  calibrated, and against what was in force, as «capstan calibrate» does it. Few contexts, so that it costs little. */

import { CapstanError } from '../base/errors.ts';
import type { Assistant } from '../core/assistant.ts';
import type { Task } from '../core/task.ts';
import type { Draft } from '../record/ledger.ts';
import type { CalibrationRecord } from '../report/record.ts';
import type { Folder } from '../storage/folder.ts';
import {
  type CalibrateOptions,
  type CalibrationFile,
  calibrateCheckpoint,
  calibrationText,
  type During,
  readCalibration,
} from './calibrated.ts';
import { PROGRAM, type Recorder } from './chronicle.ts';
import { calibrationSaid, keepMeasured } from './measured.ts';

export interface RecalibrateOptions extends Omit<CalibrateOptions, 'checkpoint'> {
  /** Iterations, ≥ 1. */
  readonly every: number;
}

/** At a risk of 1 in 20 a level needs 19 contexts; twice that leaves something to spend. */
export function recalibratingEach(every: number): RecalibrateOptions {
  return { every, risk: 0.05, depth: 1, contexts: 40, perContext: 8, method: 'isotonic' };
}

/** Why it is time, if it is. */
export function causeAt(
  { every }: Pick<RecalibrateOptions, 'every'>,
  iteration: number,
  hasAlarm: boolean,
): During['cause'] | undefined {
  if (hasAlarm) return 'alarm';
  return iteration % every === 0 ? 'schedule' : undefined;
}

export interface Recalibrating<Q, A> {
  readonly run: Folder;
  /** Of the run, on the ledger. */
  readonly name: string;
  readonly record: Recorder;
  /** Throws if the run's folder is no longer ours. */
  readonly assertHeld: () => void;
  readonly task: Task<Q, A>;
  /** What is served, and its hash. */
  readonly assistant: Assistant<Q, A>;
  readonly checkpoint: string;
  readonly during: During;
  /** The entry that it follows from. */
  readonly cause: number;
}

/** What is in force afterwards, for the record. An iteration that is done again after a crash finds it done. Where X knows too
 *  little yet to fit anything to, nothing is. */
export async function recalibrateServed<Q, A>(
  { run, name, record, assertHeld, task, assistant, checkpoint, during, cause }: Recalibrating<Q, A>,
  { every: _, ...options }: RecalibrateOptions,
): Promise<CalibrationRecord | undefined> {
  const inForce = readCalibration(run);
  if (inForce?.checkpoint === checkpoint && inForce.during?.iteration === during.iteration)
    return recordOf(inForce, during);
  const found = await fitting(() =>
    calibrateCheckpoint(task, assistant, { ...options, checkpoint }, { inForce, during }),
  );
  if (!found) return undefined;
  assertHeld();
  keepMeasured(run, 'model-calibrated', calibrationText(found), (file) =>
    record((): readonly Draft[] => [
      {
        kind: 'model-calibrated',
        actor: PROGRAM,
        run: name,
        parents: [cause],
        ...calibrationSaid(found, file),
      },
    ]),
  );
  return recordOf(found, during);
}

function recordOf(
  { checkpoint, check, recalibration }: CalibrationFile,
  { cause }: During,
): CalibrationRecord {
  const { brierBefore, brierAfter, keptAndWrong, escalated } = check;
  return {
    ...{ checkpoint, cause, brierBefore, brierAfter, keptAndWrong, escalated },
    ...(recalibration && { accepted: recalibration.accepted }),
  };
}

/** Training does not end for want of a calibration. */
async function fitting(act: () => Promise<CalibrationFile>): Promise<CalibrationFile | undefined> {
  try {
    return await act();
  } catch (error) {
    if (error instanceof CapstanError && error.code === 'invalid') return undefined;
    throw error;
  }
}
