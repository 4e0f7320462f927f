/** One run observed: its checkpoints loaded, asked held-out questions, and its records checked. */

import { CapstanError } from '../base/errors.ts';
import { examinerOf } from '../evaluate/examiners.ts';
import { Runtime } from '../onnx/runtime.ts';
import type { Checkpoint } from '../registry/checkpoint.ts';
import { loadCheckpoint } from '../registry/promotion.ts';
import { mainPlan } from '../run/arms.ts';
import { auditsIn } from '../run/audited.ts';
import { readCalibration } from '../run/calibrated.ts';
import { openRun, runHash } from '../run/folder.ts';
import { taskOf } from '../run/own.ts';
import { readState } from '../run/state.ts';
import { Folder } from '../storage/folder.ts';
import type { Observed } from './observed.ts';
import { type AskOptions, Observer } from './observer.ts';
import { type Audited, examplesIn, recordedGates } from './records.ts';

export interface ObserveOptions extends AskOptions {
  /** Compares the folder with the ledger of its project, where there is one. */
  readonly audit: (path: string) => Audited;
}

/** Throws «not-found» and «invalid» where there is no run, or nothing to evaluate yet. */
export async function observe(path: string, options: ObserveOptions): Promise<Observed> {
  const { folder, file } = openRun(path);
  const { configuration } = file;
  const task = taskOf(folder, configuration);
  const examiner = examinerOf(task);
  const plan = mainPlan(task, examiner, configuration);
  const arm = new Folder(`${path}/${plan.key}`);
  const state = readState(arm);
  if (!state || state.iterations.length === 0)
    throw new CapstanError('invalid', `${path}: expected a run with a finished iteration, found none yet`);
  const checkpoints = state.iterations.map(({ checkpoint }) => loadCheckpoint(arm, checkpoint));
  const runtime = await Runtime.open({ threads: 1, backend: 'auto' });
  try {
    const observer = new Observer(
      task,
      configuration,
      checkpoints,
      runtime,
      readCalibration(folder),
      options,
    );
    const supervised = plan.key === 'supervised' ? undefined : lastOf(new Folder(`${path}/supervised`));
    return {
      path,
      sha256: runHash(folder),
      configuration,
      task,
      grades: examiner.grades,
      state,
      checkpoints,
      ...(await observer.all(supervised)),
      examples: examplesIn(arm, state),
      gates: recordedGates(arm, state, checkpoints),
      audited: options.audit(path),
      audits: auditsIn(folder),
    };
  } finally {
    await runtime.close();
  }
}

/** The last checkpoint of an arm that was trained beside, if it was. */
function lastOf(arm: Folder): Checkpoint | undefined {
  const last = readState(arm)?.iterations.at(-1);
  return last && loadCheckpoint(arm, last.checkpoint);
}
