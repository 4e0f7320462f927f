/** What «calibrate» and «audit» measure: the model that a run serves, with the run's lock held, judged by H or by a person. */

import type { Assistant } from '../core/assistant.ts';
import { Runtime } from '../onnx/runtime.ts';
import type { DoerFlags } from '../project/doer.ts';
import { type Judge, type Measuring, measuring } from '../project/measured.ts';
import { openRun, type RunFile } from '../run/folder.ts';
import { taskAt } from '../run/norms.ts';
import { taskOf } from '../run/own.ts';
import { checkpointAssistant } from '../run/serve.ts';
import { Folder } from '../storage/folder.ts';
import { lockFolder } from '../storage/lock.ts';
import type { AnyAnswer, AnyQuestion, AnyTask } from '../tasks/tasks.ts';
import { served } from './served.ts';
import { expectJudge, filledIn, type Sheet } from './sheet.ts';

export interface JudgeFlags extends DoerFlags {
  /** The sheet of a person who judges. */
  readonly person?: string;
}

export interface Measured extends Measuring {
  readonly folder: Folder;
  readonly file: RunFile;
  /** With H by the norms that the model learned from. */
  readonly task: AnyTask;
  readonly checkpoint: string;
  readonly assistant: Assistant<AnyQuestion, AnyAnswer>;
  /** Where a person judges, and has done so. */
  readonly sheet: Sheet | undefined;
  readonly judge: Judge | undefined;
}

export async function withMeasured<T>(
  path: string,
  flags: JudgeFlags,
  use: (measured: Measured) => Promise<T>,
): Promise<T> {
  expectJudge(flags);
  const { folder, file } = openRun(path);
  const { configuration } = file;
  const checkpoint = served(new Folder(`${path}/ida`));
  const task = taskAt(taskOf(folder, configuration), configuration, checkpoint.lineage.iteration);
  const lock = lockFolder(path);
  const runtime = await Runtime.open({ threads: 1, backend: 'auto' });
  try {
    const { keep } = measuring(folder);
    const assistant = await checkpointAssistant(task, checkpoint, runtime);
    const sheet = filledIn(flags.person);
    const judge = sheet && { flags, sheet: sheet.sha256 };
    return await use({ folder, file, task, checkpoint: checkpoint.hash, assistant, sheet, judge, keep });
  } finally {
    await runtime.close();
    lock.release();
  }
}
